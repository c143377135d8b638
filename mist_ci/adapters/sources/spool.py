"""Where rows go that have to be rewritten: one file of rows, one of line numbers, and a limit on both."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from mist_ci.adapters.sources.broken import Broken

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may become when it is unpacked or rewritten."""

    max_bytes: int = 20 * GIB
    max_ratio: int = 250
    """Rewritten to stored bytes. Chat data packs to a fifth or a tenth."""
    ratio_from_bytes: int = 64 * 2**20
    """Small files may be as dense as they like: they cannot hurt."""

    def check(self, grown_bytes: int, stored_bytes: int) -> None:
        """Raises Broken."""
        hint = "split the data into smaller files, or store it unpacked"
        if grown_bytes > self.max_bytes:
            limit = self.max_bytes / GIB
            raise Broken(f"it unpacks to more than {limit:,.3g} GiB, and that is the limit", hint)
        if grown_bytes > self.ratio_from_bytes and grown_bytes > self.max_ratio * max(stored_bytes, 1):
            raise Broken(
                f"it grows more than {self.max_ratio} times when it is unpacked: a bomb, or no data", hint
            )


class Growing:
    """A file that is written once, from its beginning, and within limits; it is gone when that fails."""

    def __init__(self, path: Path, stored_bytes: int, limits: Limits) -> None:
        self.path = path
        self.size = 0
        self._stored_bytes = stored_bytes
        self._limits = limits
        self._file = path.open("xb")

    def write(self, piece: bytes) -> None:
        """Raises Broken before it would be too large."""
        self._limits.check(self.size + len(piece), self._stored_bytes)
        self.size += len(piece)
        self._file.write(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if error is not None:
            self.path.unlink(missing_ok=True)


class Spool:
    """Rows, and the line that each came from."""

    def __init__(self, rows: Growing, lines: Path) -> None:
        self._rows = rows
        self._lines = lines
        self._count = 0
        self._is_even = True
        self.first_line = 1

    @property
    def lines(self) -> Path | None:
        """The file of line numbers; None where each is one more than the one before."""
        return None if self._is_even else self._lines

    def write(self, piece: bytes) -> None:
        """Some bytes of rows; each row ends with a line feed, and has no other."""
        self._rows.write(piece)

    def began(self, lines: Sequence[int]) -> None:
        """Where the rows began that were written since the last time."""
        if not lines:
            return
        if self._count == 0:
            self.first_line = lines[0]
        first = self.first_line + self._count
        if self._is_even and list(lines) != list(range(first, first + len(lines))):
            self._is_even = False
            self._save(range(self.first_line, first))
        if not self._is_even:
            self._save(lines)
        self._count += len(lines)

    def _save(self, lines: Sequence[int]) -> None:
        with self._lines.open("ab") as file:
            for start in range(0, len(lines), 2**16):
                array("Q", lines[start : start + 2**16]).tofile(file)
