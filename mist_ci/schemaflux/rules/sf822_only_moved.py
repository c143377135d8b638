"""The change only moves rows.

What it finds: a change of training data after which every row is there as before, in another order or in other
files.

Why it matters: it does not, to most trainers: they shuffle. Training again costs money and teaches nothing new.

What to do: do not train again for it.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, DataChange, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.rule import Problem, RuleMeta

_ONE = rows(chat(("user", "What is 2+2?"), ("assistant", "4")))
_TWO = rows(chat(("user", "What is 3+3?"), ("assistant", "6")))

META = RuleMeta(
    code="SF822",
    name="only-moved",
    severity=Severity.INFO,
    consequence=Consequence.NONE,
    since="0.1.0",
    base=_ONE + _TWO,
    bad=_TWO + _ONE,
    good=_ONE + _TWO + rows(chat(("user", "What is 4+4?"), ("assistant", "8"))),
)


def check(change: DataChange, /) -> Iterator[Problem]:
    """Silent when nothing was changed at all: nobody asks then."""
    if not (change.rows_added or change.rows_removed or change.rows_changed):
        yield Problem(
            "every row is there as before: only their order, or the files that they are in, changed",
            "there is no need to train again",
        )
