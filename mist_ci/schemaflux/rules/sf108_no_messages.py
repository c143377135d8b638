"""A list that has to hold something is empty.

What it finds: a row whose `messages` is `[]`, and the same for `conversations`, `contents`, the outputs of
preference data, and every other list that a format requires.

Why it matters: there is nothing to train on, and providers reject the whole file for it.

What to do: remove the row, or look why the script that wrote it had nothing to say.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.shape import Flaw

META = RuleMeta(
    code="SF108",
    name="no-messages",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows({"messages": []}),
    good=GOOD,
)


def check(row: Row, /) -> Iterator[Problem]:
    """Only for a list; other types are SF105."""
    for empty in row.flaws(Flaw.EMPTY):
        yield Problem(f"{empty.path} is empty: nothing to train on", "remove the row", field=empty.path)
