"""The list of messages is empty.

What it finds: a row whose `messages` is `[]`.

Why it matters: there is nothing to train on, and providers reject the whole file for it.

What to do: remove the row, or look why the script that wrote it had nothing to say.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

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
    if row.object.get("messages") == []:
        yield Problem("messages is empty: nothing to train on", "remove the row", field="messages")
