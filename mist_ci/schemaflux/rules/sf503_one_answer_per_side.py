"""A side of an OpenAI preference is not one answer.

What it finds: `preferred_output` or `non_preferred_output` with several messages, or with a message that is
not from the assistant.

Why it matters: OpenAI, Azure and Together take exactly one assistant message per side and reject the file.

What to do: move all but the last message into `input.messages`.
"""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.message import ROLES
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.trait import Trait

_INPUT = chat(("user", "What is 2+2?"))
_RIGHT: JsonValue = {"role": "assistant", "content": "4"}
_WRONG: JsonValue = {"role": "assistant", "content": "5"}
META = RuleMeta(
    code="SF503",
    name="one-answer-per-side",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.SIDES,
    formats=frozenset({DataFormat.OPENAI_DPO}),
    bad=rows(
        {
            "input": _INPUT,
            "preferred_output": [{"role": "assistant", "content": "Well."}, _RIGHT],
            "non_preferred_output": [_WRONG],
        }
    ),
    good=rows({"input": _INPUT, "preferred_output": [_RIGHT], "non_preferred_output": [_WRONG]}),
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per side. A side without messages is SF108, an unknown role SF201."""
    for side in row.sides:
        strangers = [
            message for message in side.messages if message.role in ROLES and message.role != "assistant"
        ]
        if len(side.messages) > 1:
            what = f"has {len(side.messages)} messages"
        elif strangers:
            what = f"is from the {strangers[0].role}"
        else:
            continue
        yield Problem(
            f"{side.field} {what}, expected one message from the assistant",
            "move what comes before the answer into input.messages",
            field=side.field,
        )
