"""No assistant message.

What it finds: a row in which nobody answers.

Why it matters: supervised fine-tuning learns from assistant messages only. Providers reject the row;
local trainers drop it without a word.

What to do: add the answer, or remove the row.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF203",
    name="no-assistant",
    severity=Severity.ERROR,
    consequence=Consequence.DROPPED,
    since="0.1.0",
    bad=rows(chat(("user", "What is 2+2?"))),
    good=GOOD,
)


def check(row: Row, /) -> Iterator[Problem]:
    """Silent while a role is unknown: it may be the assistant."""
    if row.is_sound and not row.sides and not any(message.role == "assistant" for message in row.messages):
        yield Problem(
            "no message is from the assistant: there is nothing to learn",
            "add the answer, or remove the row",
            field="messages",
        )
