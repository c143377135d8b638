"""Values that occur in a data set: how often, and where first. What fold rules remember."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar

from mist_ci.schemaflux.row import Row

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class Seen:
    """One value: the number of rows that have it, and the first of them."""

    file: str
    line: int
    is_known: bool
    """True when all these rows were there before."""
    count: int = 1
    shown: str = ""
    """The value, in short."""


@dataclass(slots=True)
class Census(Generic[Key]):
    """Counts values, up to `most` different ones; with more than that it knows nothing, whatever their order."""

    most: int
    values: dict[Key, Seen] = field(default_factory=dict)
    total: int = 0
    is_full: bool = False

    def add(self, key: Key, row: Row, shown: str = "") -> None:
        """Takes in the value of one row."""
        if self.is_full:
            return
        self.total += 1
        seen = self.values.get(key)
        if seen is not None:
            seen.count += 1
            seen.is_known = seen.is_known and row.is_known
        else:
            self.values[key] = Seen(row.file, row.line, row.is_known, shown=shown)
            self._overflow()

    def fill(self) -> None:
        """Forgets everything, for good: these are no values to be counted."""
        self.is_full, self.total = True, 0
        self.values.clear()

    def merge(self, later: Self) -> None:
        """Takes in what later rows have."""
        self.is_full = self.is_full or later.is_full
        self.total += later.total
        for key, other in later.values.items():
            seen = self.values.setdefault(key, other)
            if seen is not other:
                seen.count += other.count
                seen.is_known = seen.is_known and other.is_known
        self._overflow()

    def by_count(self) -> list[tuple[Key, Seen]]:
        """The most frequent first; of two, the one that was seen first."""
        return sorted(self.values.items(), key=lambda one: -one[1].count)

    def _overflow(self) -> None:
        if self.is_full or len(self.values) > self.most:
            self.fill()
