"""Records of judged models as files: a segment of JSON lines for each run, in one directory."""

import errno
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mist_ci.adapters.segments import Segments, reason
from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.models.iteration import Iteration, IterationLog, read_log
from mist_ci.ports.clock import Clock

LIMIT_BYTES = 64 * 2**20
"""So much a directory holds, some ten thousand iterations; then the oldest segments go."""


class IterationDirectory:
    """Implements ports.IterationStore. A directory that is not there remembers nothing."""

    def __init__(self, root: Path, clock: Clock, limit_bytes: int = LIMIT_BYTES) -> None:
        self._root = root
        self._clock = clock
        self._limit_bytes = limit_bytes

    def append(self, iterations: Sequence[Iteration]) -> None:
        """All records in one write, in a segment of their own."""
        if not iterations:
            return
        lines = b"".join(one.line + b"\n" for one in iterations)
        try:
            self._refuse_links()
            self._segments().append(lines)
        except OSError as error:
            raise self._failed("written", error) from None

    def read(self) -> IterationLog:
        """Every segment. A file that cannot be read, and a line that was cut off, are told."""
        left_out: Counter[str] = Counter()
        lines: list[bytes] = []
        segments = self._segments()
        try:
            paths = segments.paths()
        except FileNotFoundError:
            return IterationLog()
        except OSError as error:
            raise self._failed("read", error) from None
        for path in paths:
            try:
                data = segments.whole(path)
            except OSError:
                left_out["in unreadable files"] += 1
                continue
            *whole, rest = data.split(b"\n")
            lines += whole
            left_out["cut off"] += bool(rest)
        return read_log(lines, str(self._root), left_out)

    def _segments(self) -> Segments:
        return Segments(self._root, "iterations", self._clock, self._limit_bytes)

    def _refuse_links(self) -> None:
        """A checkout of head may hold a link, and it would lead us anywhere."""
        if self._root.is_symlink():
            raise OSError(errno.ELOOP, "a link; history goes into a directory of its own")

    def _failed(self, verb: str, error: OSError) -> CouldNotRun:
        hint = "choose another place with --history DIR"
        where = Where(str(self._root))
        return CouldNotRun(Code.HISTORY, f"cannot be {verb}: {reason(error)}", where=where, hint=hint)
