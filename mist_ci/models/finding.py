"""A Finding says that data is bad. It is a value: it may fail a gate, it never stops a run."""

from enum import StrEnum

from pydantic import ConfigDict

from mist_ci.errors import Where
from mist_ci.models.base import Model


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


class Finding(Model):
    """One problem at one place: what is wrong, why it matters, and what to do next."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True)

    code: str
    name: str
    severity: Severity
    consequence: Consequence
    where: Where
    message: str
    hint: str
    snippet: str = ""
    target: str = ""
    """The provider or trainer that it matters to; empty when it matters to all."""
    known: bool = False
    """True when the base branch already has it: shown, never gating."""


class DataReport(Model):
    """What SchemaFlux found out about one data set at head."""

    dataset: str
    files: tuple[str, ...]
    rows: int
    rows_new: int
    findings: tuple[Finding, ...]
    tokens: int
    token_basis: str
    leaked: dict[str, tuple[str, ...]]
    """Suite name → keys of the samples whose prompt is in the training data."""
    data_hash: str

    def gating(self, fail_on: Severity) -> tuple[Finding, ...]:
        """New findings at least as severe as `fail_on`."""
        return tuple(f for f in self.findings if not f.known and f.severity.rank <= fail_on.rank)
