"""No user message.

What it finds: a conversation in which the assistant speaks and nobody has asked: no user, and no result of a
tool.

Why it matters: the model learns to speak unasked. Some servers reject the row; chat templates of several
models raise.

What to do: add the question. Text without a question belongs into a data set of plain text or of prompts and
completions.
"""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF204",
    name="no-user",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    formats=frozenset(
        {
            DataFormat.OPENAI_CHAT,
            DataFormat.SHAREGPT,
            DataFormat.TOGETHER,
            DataFormat.MISTRAL,
            DataFormat.BEDROCK_NOVA,
            DataFormat.VERTEX,
            DataFormat.AXOLOTL_CHAT,
        }
    ),
    bad=rows(chat(("system", "Add numbers."), ("assistant", "4"))),
    good=GOOD,
)
_ASKS = frozenset({"user", "tool", "function"})


def check(row: Row, /) -> Iterator[Problem]:
    """A row without any assistant message is SF203."""
    roles = {message.role for message in row.messages}
    if row.is_sound and "assistant" in roles and _ASKS.isdisjoint(roles):
        yield Problem(
            "no message is from the user: the model learns to speak unasked",
            "add the question, or write the row as a text",
            field="messages",
        )
