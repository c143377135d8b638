"""One directory, and in it segments of lines that are only ever appended to.

A run writes segments of its own, one write a line, so writers never meet and a killed one leaves whole lines
and at most one that is cut off.
"""

import errno
import os
import re
import weakref
from contextlib import suppress
from pathlib import Path

from mist_ci.adapters.hidden import make_hidden
from mist_ci.ports.clock import Clock


class Segments:
    """`PREFIX-<time>-<id>.jsonl` in `root`. Every method may raise OSError."""

    def __init__(self, root: Path, prefix: str, clock: Clock, limit_bytes: int) -> None:
        self._root = root
        self._prefix = prefix
        self._clock = clock
        self._limit_bytes = limit_bytes
        self._name = re.compile(rf"{prefix}-[0-9]{{8}}T[0-9]{{12}}Z-[0-9a-f]{{8}}\.jsonl")
        self._current: list[int] = []
        """The file that is written to, if there is one by now."""
        weakref.finalize(self, _close, self._current)
        self._written_bytes = 0

    def paths(self) -> list[Path]:
        """Oldest first. Nothing but regular files of our own naming is ever opened or deleted."""
        with os.scandir(self._root) as found:
            names = [
                one.name
                for one in found
                if self._name.fullmatch(one.name) and one.is_file(follow_symlinks=False)
            ]
        return [self._root / name for name in sorted(names)]

    def append(self, line: bytes) -> None:
        """A line with its line feed, on its way to the disk when the call returns."""
        if not self._current or self._written_bytes + len(line) > self._limit_bytes // 4:
            _close(self._current)
            self._current.append(self._begin())
        _append(self._current[0], line)
        self._written_bytes += len(line)

    def whole(self, segment: Path) -> bytes:
        """The bytes of a segment. One that is larger than a whole directory may be is an error."""
        with segment.open("rb") as opened:
            data = opened.read(self._limit_bytes + 1)
        if len(data) > self._limit_bytes:
            raise OSError("too large")
        return data

    def write_beside(self, segment: Path, content: bytes) -> Path:
        """A segment that sorts where the given one does, under a name of its own; whole or not at all."""
        stem, _, _ = segment.stem.rpartition("-")
        target = self._root / f"{stem}-{self._clock.unique()[:8]}.jsonl"
        beside = target.with_suffix(".part")
        beside.write_bytes(content)
        beside.replace(target)
        return target

    def _begin(self) -> int:
        """An empty segment that sorts after all others, with room made for it."""
        make_hidden(self._root)  # what a model said does not belong into a commit
        self._prune(self._limit_bytes - self._limit_bytes // 4)
        name = f"{self._prefix}-{self._clock.now():%Y%m%dT%H%M%S%f}Z-{self._clock.unique()[:8]}.jsonl"
        self._written_bytes = 0
        return os.open(
            self._root / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666
        )

    def _prune(self, limit_bytes: int) -> None:
        """Deletes the oldest segments until the others fit."""
        kept = 0
        for segment in reversed(self.paths()):
            with suppress(FileNotFoundError):  # another run prunes too
                kept += segment.stat().st_size
                if kept > limit_bytes:
                    segment.unlink()


def reason(error: OSError) -> str:
    """In a few words."""
    return error.strerror or str(error)


def _append(segment: int, line: bytes) -> None:
    """Raises OSError where somebody has deleted the file: nobody would ever find what is written to it."""
    if not os.fstat(segment).st_nlink:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    while line:
        line = line[os.write(segment, line) :]


def _close(segments: list[int]) -> None:
    while segments:
        os.close(segments.pop())
