"""Rows × targets: what each target would do with the data, counted row by row.

A row counts once per target, for the worst that happens to it there. Findings that hold for everybody count for
every target, as its own stance on the rule says.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mist_ci.models.figures import count
from mist_ci.models.finding import Consequence, Finding, Severity
from mist_ci.models.target import StanceSeverity, Target

WORST_FIRST = (Consequence.REJECTED, Consequence.DROPPED, Consequence.TRUNCATED, Consequence.MISTRAINED)
_MOST_CODES = 3
_WORDS = {
    Consequence.REJECTED: "rejected",
    Consequence.DROPPED: "dropped",
    Consequence.TRUNCATED: "cut",
    Consequence.MISTRAINED: "mis-trained",
}


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

    def add(self, findings: Iterable[Finding]) -> None:
        """Takes in all that was found about one row."""
        told = [(_place(consequence), code) for code, consequence in self._told(findings)]
        if told:
            place, code = min(told)
            worst = WORST_FIRST[place]
            self.rows[worst] += 1
            self.codes.setdefault(worst, Counter())[code] += 1

    def add_file(self, findings: Iterable[Finding]) -> None:
        """Takes in all that was found about one file as a whole."""
        rejected = [code for code, what in self._told(findings) if what is Consequence.REJECTED]
        if rejected:
            self.whole[min(rejected)] += 1

    def merge(self, other: "Column") -> None:
        """Takes in what was counted elsewhere."""
        self.rows += other.rows
        self.whole += other.whole
        for consequence, codes in other.codes.items():
            self.codes.setdefault(consequence, Counter()).update(codes)

    def _told(self, findings: Iterable[Finding]) -> list[tuple[str, Consequence]]:
        """Code and consequence of each finding that matters here. Notices do not."""
        told = []
        for finding in findings:
            if finding.target not in ("", self.target.name):
                continue
            stance = None if finding.target else self.target.rules.get(finding.code)
            severity = finding.severity.value if stance is None else stance.severity.value
            if severity in (StanceSeverity.OFF, Severity.INFO):
                continue
            changed = stance.consequence if stance else None
            told.append((finding.code, changed or finding.consequence))
        return told


class Matrix:
    """One column per target. Small, picklable, and merged in any order."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self.columns = tuple(Column(target) for target in targets)

    def add(self, findings: Sequence[Finding]) -> None:
        """Takes in all findings about one row, those for everybody and those for single targets."""
        for column in self.columns:
            column.add(findings)

    def add_file(self, findings: Sequence[Finding]) -> None:
        """Takes in all findings about one file as a whole."""
        for column in self.columns:
            column.add_file(findings)

    def merge(self, other: "Matrix") -> None:
        """Takes in a matrix of the same targets about other rows."""
        for mine, theirs in zip(self.columns, other.columns, strict=True):
            mine.merge(theirs)

    def figures(self, rows: int) -> list[dict[str, object]]:
        """For JSON: per target the verdict, and rows by consequence."""
        return [
            {
                "target": column.target.name,
                "as_of": column.target.as_of.isoformat(),
                "verdict": verdict(column),
                **{consequence.value: column.rows[consequence] for consequence in WORST_FIRST},
                "fine": rows - column.rows.total(),
                "files_rejected": dict(sorted(column.whole.items())),
            }
            for column in self.columns
        ]


def verdict(column: Column) -> str:
    """One sentence: `valid`, or what happens to how many rows and by which rules."""
    parts = []
    if column.whole:
        parts.append(f"{count(column.whole.total(), 'file')} rejected as a whole ({_codes(column.whole)})")
    for consequence in WORST_FIRST:
        number = column.rows[consequence]
        if number:
            parts.append(f"{count(number, 'row')} {_WORDS[consequence]} ({_codes(column.codes[consequence])})")
    return ", ".join(parts) or "valid"


def lines(matrix: Matrix, rows: int) -> list[str]:
    """The table as text, one line per target and one on top; empty without targets."""
    if not matrix.columns:
        return []
    width = max(len("target"), *(len(column.target.name) for column in matrix.columns))
    head = "".join(f"{_WORDS[consequence]:>13}" for consequence in WORST_FIRST)
    return [
        f"{'target':{width}}{head}{'fine':>13}",
        *(_line(column, rows, width) for column in matrix.columns),
    ]


def _line(column: Column, rows: int, width: int) -> str:
    numbers = [*(column.rows[consequence] for consequence in WORST_FIRST), rows - column.rows.total()]
    cells = "".join(f"{number:>13,}" for number in numbers)
    return f"{column.target.name:{width}}{cells}  {verdict(column)}"


def _codes(codes: Counter[str]) -> str:
    ranked = sorted(codes.items(), key=lambda one: (-one[1], one[0]))
    shown = ", ".join(f"{code} × {number:,}" for code, number in ranked[:_MOST_CODES])
    return f"{shown}, …" if len(ranked) > _MOST_CODES else shown


def _place(consequence: Consequence) -> int:
    return WORST_FIRST.index(consequence)
