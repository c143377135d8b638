"""All answers of KTO data are good, or all are bad.

What it finds: at least ten labelled answers with one label only; and, as information, more than four times as
many of one label as of the other.

Why it matters: KTO learns from the difference between good and bad answers. With one kind it learns nothing;
with few of one kind it needs other weights.

What to do: add answers of the other kind, or set `desirable_weight` and `undesirable_weight` so that both
kinds count about the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.pairs import LABELLED
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta
from mist_ci.schemaflux.seen import Census


def _row(number: int, *, is_good: bool) -> JsonValue:
    return {"prompt": f"What is {number}+1?", "completion": f"{number + 1}", "label": is_good}


META = RuleMeta(
    code="SF518",
    name="kto-one-class",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    skips_plain=True,
    bad=rows(*(_row(n, is_good=True) for n in range(10))),
    good=rows(*(_row(n, is_good=n % 2 == 0) for n in range(10))),
)
_FEWEST = 10
_LOPSIDED = 4


@dataclass(slots=True)
class _Tally:
    labels: Census[bool] = field(default_factory=lambda: Census(2))

    def add(self, row: Row, /) -> None:
        if row.format in LABELLED and isinstance(row.label, bool):
            self.labels.add(row.label, row)

    def merge(self, later: Self, /) -> None:
        self.labels.merge(later.labels)

    def problems(self) -> Iterator[Placed]:
        if self.labels.total < _FEWEST:
            return
        (label, most), *others = self.labels.by_count()
        kind, missing = ("good", "bad") if label else ("bad", "good")
        if not others:
            problem = Problem(
                f"all {most.count:,} answers are labelled as {kind}", f"add answers that are {missing}"
            )
            yield Placed(problem, most.file, most.line, most.is_known)
        elif most.count > _LOPSIDED * others[0][1].count:
            rare = others[0][1]
            weight = "undesirable_weight" if label else "desirable_weight"
            problem = Problem(
                f"{most.count:,} answers are {kind}, only {rare.count:,} are {missing}",
                f"set {weight} to about {most.count / rare.count:.0f}, or add answers",
                severity=Severity.INFO,
            )
            yield Placed(problem, rare.file, rare.line, most.is_known and rare.is_known)


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
