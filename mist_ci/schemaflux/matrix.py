"""Rows × targets: what each target would do with the data, counted row by row.

A row counts once per target, for the worst that happens to it there. Findings that hold for everybody count for
every target, as its own stance on the rule says.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mist_ci.models.figures import count
from mist_ci.models.finding import Consequence, Severity, TargetVerdict
from mist_ci.models.target import StanceSeverity, Target
from mist_ci.schemaflux.rule import Problem, RuleMeta

WORST_FIRST = (Consequence.REJECTED, Consequence.DROPPED, Consequence.TRUNCATED, Consequence.MISTRAINED)
_MOST_CODES = 3
_WORDS = {
    Consequence.REJECTED: "rejected",
    Consequence.DROPPED: "dropped",
    Consequence.TRUNCATED: "cut",
    Consequence.MISTRAINED: "mis-trained",
}


class Told(NamedTuple):
    """What a matrix needs to know of one finding."""

    code: str
    severity: Severity
    consequence: Consequence
    target: str = ""
    """Empty when it holds for everybody."""


def told(meta: RuleMeta, problem: Problem, target: Target | None = None) -> Told:
    """What a rule found, whether it is kept as a finding or only counted."""
    severity, consequence = problem.severity or meta.severity, problem.consequence or meta.consequence
    return Told(meta.code, severity, consequence, target.name if target else "")


@dataclass(slots=True)
class Column:
    """What happens at one target."""

    target: Target
    rows: Counter[Consequence] = field(default_factory=Counter)
    """Rows by the worst that happens to them; rows without a problem are not counted."""
    codes: dict[Consequence, Counter[str]] = field(default_factory=dict)
    """Consequence → code → rows for which this rule is the reason."""
    whole: Counter[str] = field(default_factory=Counter)
    """Code → files that are rejected as a whole."""

    def add(self, found: Iterable[Told]) -> None:
        """Takes in all that was found about one row."""
        ranked = [(WORST_FIRST.index(consequence), code) for code, consequence in self._counting(found)]
        if ranked:
            place, code = min(ranked)
            worst = WORST_FIRST[place]
            self.rows[worst] += 1
            self.codes.setdefault(worst, Counter())[code] += 1

    def add_file(self, found: Iterable[Told]) -> None:
        """Takes in all that was found about one file as a whole. A warning rejects no file: it says what may be."""
        errors = [one for one in found if one.severity is Severity.ERROR]
        rejected = [code for code, what in self._counting(errors) if what is Consequence.REJECTED]
        if rejected:
            self.whole[min(rejected)] += 1

    def merge(self, other: "Column") -> None:
        """Takes in what was counted elsewhere."""
        self.rows += other.rows
        self.whole += other.whole
        for consequence, codes in other.codes.items():
            self.codes.setdefault(consequence, Counter()).update(codes)

    def _counting(self, found: Iterable[Told]) -> Iterator[tuple[str, Consequence]]:
        """Code and consequence of each finding that matters here. Notices do not."""
        for one in found:
            if one.target not in ("", self.target.name):
                continue
            stance = self.target.rules.get(one.code)
            severity = StanceSeverity(one.severity.value) if stance is None else stance.severity
            consequence = (stance.consequence if stance else None) or one.consequence
            if severity not in (StanceSeverity.OFF, StanceSeverity.INFO) and consequence in WORST_FIRST:
                yield one.code, consequence


class Matrix:
    """One column per target. Small, picklable, and merged in any order."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self.columns = tuple(Column(target) for target in targets)

    def add(self, found: Sequence[Told]) -> None:
        """Takes in all that was found about one row, for everybody and for single targets. Once per row."""
        for column in self.columns:
            column.add(found)

    def add_file(self, found: Sequence[Told]) -> None:
        """Takes in all that was found about one file as a whole."""
        for column in self.columns:
            column.add_file(found)

    def merge(self, other: "Matrix") -> None:
        """Takes in a matrix of the same targets about other rows."""
        for mine, theirs in zip(self.columns, other.columns, strict=True):
            mine.merge(theirs)


def target_verdicts(matrix: Matrix, rows: int) -> Iterator[TargetVerdict]:
    """Per target the verdict, and rows by consequence."""
    for column in matrix.columns:
        yield TargetVerdict(
            target=column.target.name,
            as_of=column.target.as_of,
            verdict=verdict(column),
            rejected=column.rows[Consequence.REJECTED],
            dropped=column.rows[Consequence.DROPPED],
            truncated=column.rows[Consequence.TRUNCATED],
            mistrained=column.rows[Consequence.MISTRAINED],
            fine=rows - column.rows.total(),
            files_rejected=dict(sorted(column.whole.items())),
        )


def verdict(column: Column) -> str:
    """One sentence: `valid`, or what happens to how many rows and by which rules."""
    parts = []
    if column.whole:
        parts.append(f"{count(column.whole.total(), 'file')} rejected as a whole ({_codes(column.whole)})")
    for consequence in WORST_FIRST:
        number = column.rows[consequence]
        if number:
            parts.append(
                f"{count(number, 'row')} {_WORDS[consequence]} ({_codes(column.codes[consequence])})"
            )
    return ", ".join(parts) or "valid"


def _codes(codes: Counter[str]) -> str:
    ranked = sorted(codes.items(), key=lambda one: (-one[1], one[0]))
    shown = ", ".join(f"{code} × {number:,}" for code, number in ranked[:_MOST_CODES])
    return f"{shown}, …" if len(ranked) > _MOST_CODES else shown
