"""Nothing in the row is trained.

What it finds: a row in which every assistant message has weight 0.

Why it matters: the row is read and paid for, and nothing is learnt from it. Axolotl and TRL drop such
rows without a word.

What to do: give weight 1 (or no weight) to the answers the model should learn, or remove the row.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF214",
    name="nothing-trained",
    severity=Severity.ERROR,
    consequence=Consequence.DROPPED,
    since="0.1.0",
    bad=rows(
        {
            "messages": [
                {"role": "user", "content": "2+2?"},
                {"role": "assistant", "content": "4", "weight": 0},
            ]
        }
    ),
    good=GOOD,
)


def check(row: Row, /) -> Iterator[Problem]:
    """A row without any assistant message is SF203."""
    if not row.is_sound or row.sides or any(message.is_trained for message in row.messages):
        return
    if any(message.role == "assistant" for message in row.messages):
        yield Problem(
            "all assistant messages have weight 0: nothing in this row is trained",
            "give weight 1 to the answers to learn, or remove the row",
            field="messages",
        )
