"""Buckets of bytes: in memory while they are small, then in files of a private directory."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from mist_ci.errors import Code, CouldNotRun

_IN_MEMORY = 32 << 20


class DiskScratch:
    """Implements ports.Scratch. Holds at most 32 MB in memory; the rest goes to the directory for temporary files."""

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._limit = in_memory
        self._buckets: dict[int, bytearray] = {}
        self._size = 0
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._directory is not None:
            self._directory.cleanup()

    def append(self, bucket: int, data: bytes) -> None:
        """Adds to the end of a bucket. Raises CouldNotRun MC309 when nothing can be written."""
        self._buckets.setdefault(bucket, bytearray()).extend(data)
        self._size += len(data)
        if self._size > self._limit:
            self._spill()

    def pieces(self, bucket: int, size: int) -> Iterator[bytes]:
        """A bucket from its beginning."""
        path = self._path(bucket)
        if path is not None and path.exists():
            with path.open("rb") as file:
                while piece := file.read(size):
                    yield piece
        data = self._buckets.get(bucket, bytearray())
        for start in range(0, len(data), size):
            yield bytes(data[start : start + size])

    def clear(self, bucket: int) -> None:
        """Empties a bucket."""
        self._size -= len(self._buckets.pop(bucket, b""))
        path = self._path(bucket)
        if path is not None:
            path.unlink(missing_ok=True)

    def _path(self, bucket: int) -> Path | None:
        return Path(self._directory.name) / str(bucket) if self._directory else None

    def _spill(self) -> None:
        try:
            if self._directory is None:
                self._directory = tempfile.TemporaryDirectory(prefix="mist-scratch-")
            for bucket, data in self._buckets.items():
                with (Path(self._directory.name) / str(bucket)).open("ab") as file:
                    file.write(data)
        except OSError as error:
            hint = "free some space where temporary files go, or set TMPDIR to a larger disk"
            reason = f"no room for temporary files: {error.strerror}"
            raise CouldNotRun(Code.CANNOT_WRITE, reason, hint=hint) from error
        self._buckets.clear()
        self._size = 0
