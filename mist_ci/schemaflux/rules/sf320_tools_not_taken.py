"""The target takes no tools.

What it finds: declarations, calls and results of tools in a row for a target that knows none.

Why it matters: torchtune stops at the first answer after a tool's result; a format without tools rejects the row.

What to do: leave such rows out for this target, or write calls and results as text.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.example import GOOD, GOOD_CALL
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when_false
from mist_ci.schemaflux.trait import Trait

META = RuleMeta(
    code="SF320",
    name="tools-not-taken",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.TOOLS,
    target="torchtune",
    bad=GOOD_CALL,
    good=GOOD,
)


def facts(target: Target, /) -> tuple[Fact[bool], ...]:
    """That there are no tools."""
    return when_false(target.tools.allowed)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per row. A list of tools that is empty is none."""
    for fact in facts(target):
        used = next((m.field for m in row.said if m.calls or m.role in ("tool", "function")), None)
        declared = row.tools[0].field if row.tools else None
        place = used or declared
        if place is not None:
            yield problem(
                fact,
                f"{target.title} takes no tools",
                "leave the row out, or write calls and results as text",
                place,
            )
