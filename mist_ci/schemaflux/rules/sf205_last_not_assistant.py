"""The last message is not from the assistant.

What it finds: a conversation that goes on after the last answer.

Why it matters: nothing is learnt from what follows the last answer, and it is paid for. Mistral's and
other validators reject the row. Often the answer was lost on the way.

What to do: add the missing answer, or cut the row after the last one.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF205",
    name="last-not-assistant",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "What is 2+2?"), ("assistant", "4"), ("user", "And 3+3?"))),
    good=GOOD,
)


def check(row: Row, /) -> Iterator[Problem]:
    """A row without any answer is SF203."""
    if not row.is_sound or row.sides or not any(message.role == "assistant" for message in row.messages):
        return
    last = row.messages[-1]
    if last.role != "assistant":
        yield Problem(
            f'the last message is from "{last.role}"; nothing after the last answer is trained',
            "add the answer, or cut the row after the last one",
            field=last.field,
            snippet=quote(last.text),
        )
