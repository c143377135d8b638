"""What lies in a directory of stored answers, as `mist-ci cache` tells it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class ModelEntries:
    """The entries of one model at one address."""

    model: str
    base_url: str
    is_pinned: bool
    entries: int = 0
    size_bytes: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    renewed: int = 0
    usable: int = 0
    """Requests that would be answered from here now: neither expired nor from the future."""

    def add(self, written: datetime, size_bytes: int, *, renewed: bool) -> None:
        """One more entry."""
        self.entries += 1
        self.size_bytes += size_bytes
        self.renewed += renewed
        self.oldest = min(written, self.oldest or written)
        self.newest = max(written, self.newest or written)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One line, or a whole file (line None), that is not as it was written."""

    file: str
    line: int | None
    what: str


@dataclass(slots=True)
class CacheSurvey:
    """All of a directory."""

    files: int = 0
    size_bytes: int = 0
    entries: int = 0
    repeated: int = 0
    """Entries whose request has another entry as well: the first counts, unless one was renewed."""
    models: list[ModelEntries] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Keep:
    """What a pruned directory may keep; None keeps whatever the age, size or model."""

    not_before: datetime | None = None
    most_bytes: int | None = None
    without_models: tuple[str, ...] = ()


@dataclass(slots=True)
class Pruned:
    """What went, or would go."""

    entries: int = 0
    size_bytes: int = 0
    flaws: int = 0
    """Lines that held no answer any more."""
    in_use: list[str] = field(default_factory=list)
    """Files that somebody wrote to a moment ago; they were left alone."""
