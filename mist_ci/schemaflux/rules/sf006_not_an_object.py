"""A row is not a JSON object.

What it finds: a line that is valid JSON and holds a list, a string, a number, true, false or null.

Why it matters: a training row is an object with fields; trainers refuse anything else.

What to do: wrap the values in an object with the field `messages`.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote, type_name

META = RuleMeta(
    code="SF006",
    name="not-an-object",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=GOOD + b'"What is 2+2?"\n',
    good=GOOD,
)


def check(row: Row, /) -> Iterator[Problem]:
    """All other row rules are silent about such a row."""
    if not isinstance(row.value, dict):
        yield Problem(
            f"the row is {type_name(row.value)}, expected an object",
            'write {"messages": [...]} on each line',
            snippet=quote(row.value),
        )
