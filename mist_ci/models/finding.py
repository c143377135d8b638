"""A Finding says that data is bad. It is a value: it may fail a gate, it never stops a run."""

from collections import Counter
from datetime import date
from enum import StrEnum

from pydantic import ConfigDict

from mist_ci.errors import Where
from mist_ci.models.base import Model
from mist_ci.models.data_format import Compression, Container, DataFormat
from mist_ci.models.figures import count
from mist_ci.models.token_figures import TokenFigures


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the most severe; use it to compare and to sort."""
        return list(Severity).index(self)


class Consequence(StrEnum):
    """What happens to the training job when nobody acts."""

    REJECTED = "rejected"
    DROPPED = "dropped"
    TRUNCATED = "truncated"
    MISTRAINED = "mis-trained"
    NONE = "nothing"
    """Worth knowing, and no more."""


class Frame(Model):
    """The part of a line that a finding is about, on one line of printable characters."""

    text: str
    start: int
    """First character that is meant, from 0."""
    length: int


class Finding(Model):
    """One problem at one place: what is wrong, why it matters, and what to do next."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )

    code: str
    name: str
    severity: Severity
    consequence: Consequence
    where: Where
    message: str
    hint: str
    snippet: str = ""
    frame: Frame | None = None
    """What the line says there; None when the finding is about a whole row or file."""
    target: str = ""
    """The provider or trainer that it matters to; empty when it matters to all."""
    identity: str = ""
    """What it is about, whatever its line: rule, target, field, and the row; or the file."""
    known: bool = False
    """True when the base branch, or the team's baseline, already has it: shown, never gating."""


class RuleCount(Model):
    """How many findings of one kind there are, whether they are kept or not."""

    code: str
    name: str
    severity: Severity
    target: str = ""
    known: bool
    count: int


class FileSummary(Model):
    """What one file is."""

    path: str
    rows: int
    format: DataFormat | None
    """None when its rows were not read."""
    evidence: str
    """Why it is of that format."""
    container: Container
    compression: Compression


class Drift(Model):
    """Something about the rows that is not as it was."""

    what: str
    before: str
    after: str
    distance: float
    """In [0, 1]: the largest distance of two distribution functions, or Jensen-Shannon's."""

    @property
    def sentence(self) -> str:
        """`tokens per row: 120 → 340 (distance 0.41)`."""
        return f"{self.what}: {self.before} → {self.after} (distance {self.distance:.2f})"


class DataChange(Model):
    """What a change does to the rows of a data set."""

    rows_unchanged: int
    rows_moved: int
    """Rows that are in another file now."""
    rows_added: int
    rows_removed: int
    rows_changed: int
    """Rows whose prompt was there before, with something else about them."""
    drift: tuple[Drift, ...] = ()

    @property
    def sentence(self) -> str:
        """`214 rows added, 3 removed, 2 changed, 0 moved; 10,000 as before`."""
        return (
            f"{count(self.rows_added, 'row')} added, {self.rows_removed:,} removed, {self.rows_changed:,} changed, "
            f"{self.rows_moved:,} moved; {self.rows_unchanged:,} as before"
        )


class TargetVerdict(Model):
    """What one provider or trainer would do with the rows."""

    target: str
    as_of: date
    """The day the facts about the target are of."""
    verdict: str
    """One sentence: `valid`, or what happens to how many rows and by which rules."""
    rejected: int
    dropped: int
    truncated: int
    mistrained: int
    fine: int
    files_rejected: dict[str, int]
    """Code → files that are refused as a whole."""


class DataReport(Model):
    """What SchemaFlux found out about one data set at head."""

    dataset: str
    files: tuple[str, ...]
    details: tuple[FileSummary, ...] = ()
    rows: int
    rows_new: int
    findings: tuple[Finding, ...]
    """The first findings of each kind; `counts` counts all of them."""
    counts: tuple[RuleCount, ...] = ()
    tokens: int
    token_basis: str
    figures: TokenFigures | None = None
    """Lengths of rows, what is learnt of them, and what trainers make of them."""
    leaked: dict[str, tuple[str, ...]]
    """Suite name → keys of the samples whose prompt is in the training data."""
    data_hash: str
    targets: tuple[TargetVerdict, ...] = ()
    change: DataChange | None = None
    """Against base; None when there is none, or nothing changed."""
    notices: tuple[str, ...] = ()
    """What was not looked for, and why."""

    def gating(self, fail_on: Severity) -> tuple[Finding, ...]:
        """New findings at least as severe as `fail_on`: the first of each kind."""
        return tuple(f for f in self.findings if not f.known and f.severity.rank <= fail_on.rank)

    def count_gating(self, fail_on: Severity) -> int:
        """How many new findings are at least as severe as `fail_on`, whether they are kept or not."""
        return sum(
            one.count for one in self.all_counts if not one.known and one.severity.rank <= fail_on.rank
        )

    @property
    def all_counts(self) -> tuple[RuleCount, ...]:
        """`counts`, or the findings counted where a report has none: those of earlier versions."""
        if self.counts or not self.findings:
            return self.counts
        kinds = Counter((f.code, f.name, f.severity, f.target, f.known) for f in self.findings)
        return tuple(
            RuleCount(code=code, name=name, severity=severity, target=target, known=known, count=count)
            for (code, name, severity, target, known), count in kinds.items()
        )

    @property
    def count_new(self) -> int:
        """Findings that base has not."""
        return sum(one.count for one in self.all_counts if not one.known)

    @property
    def count_known(self) -> int:
        """Findings that base has already."""
        return sum(one.count for one in self.all_counts if one.known)
