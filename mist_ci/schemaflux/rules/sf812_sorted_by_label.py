"""The rows are sorted by label.

What it finds: classified data (at least 50 short answers or labels, of few kinds) in which hardly any row has another
label than the row before it, in files with several labels.

Why it matters: a trainer that does not shuffle sees one class after the other and forgets the first. A part of the
file, such as its last tenth as a test, or its first thousand rows as a trial, has not all classes.

What to do: shuffle the rows once, or make sure that the trainer does, and split by label.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.classes import ClassTally, class_of
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta

_TEXTS = ("Where is parcel {n}?", "Give me back what order {n} has cost.")


def _row(number: int, kind: int) -> JsonValue:
    return {"text": _TEXTS[kind].format(n=number), "label": ("delay", "refund")[kind]}


META = RuleMeta(
    code="SF812",
    name="sorted-by-label",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(*(_row(n, n // 40) for n in range(80))),
    good=rows(*(_row(n, n * n % 7 % 2) for n in range(80))),
)
_SELDOM = 0.1
"""Changes from one label to the next, as a share of those that a random order would have."""
_FEWEST = 20
"""Changes that a random order has to have, so that their absence means something."""


@dataclass(slots=True)
class _Run:
    """Rows of one file, one after the other."""

    first: str
    last: str
    changes: int = 0
    rows: int = 1
    is_known: bool = True


@dataclass(slots=True)
class _Tally(ClassTally):
    runs: dict[str, _Run] = field(default_factory=dict)

    def add(self, row: Row, /) -> None:
        label = class_of(row)
        self.add_label(label, row)
        if label is None or self.classes.is_full:
            return
        run = self.runs.get(row.file)
        if run is None:
            self.runs[row.file] = _Run(label, label, is_known=row.is_known)
            return
        run.changes += label != run.last
        run.rows += 1
        run.last, run.is_known = label, run.is_known and row.is_known

    def merge(self, later: Self, /) -> None:
        super(_Tally, self).merge(later)
        for path, other in later.runs.items():
            run = self.runs.setdefault(path, other)
            if run is not other:
                run.changes += other.changes + (run.last != other.first)
                run.rows += other.rows
                run.last, run.is_known = other.last, run.is_known and other.is_known

    def problems(self) -> Iterator[Placed]:
        if not self.is_classification:
            return
        total = self.classes.total
        same = sum((seen.count / total) ** 2 for seen in self.classes.values.values())
        for path, run in sorted(self.runs.items()):
            expected = (run.rows - 1) * (1 - same)
            if run.changes and expected >= _FEWEST and run.changes <= _SELDOM * expected:
                problem = Problem(
                    f"{run.rows:,} rows change their label {run.changes:,} times, in random order it would be about "
                    f"{expected:,.0f} times",
                    "shuffle the rows, or make sure that the trainer does",
                )
                yield Placed(problem, path, is_known=run.is_known)


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
