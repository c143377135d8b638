"""Files of a tree: small ones in memory, large ones on disk."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.ports.files import Tree

IN_MEMORY_BYTES = 2**20
ALL_IN_MEMORY_BYTES = 64 * 2**20
"""Of one data set: it may have thousands of small files."""
_POINTER_BYTES = 1024
"""What may be a pointer of Git LFS is kept at hand."""

Blob = bytes | Path


def read_blob(tree: Tree, path: str, spare: Path, in_memory_bytes: int = IN_MEMORY_BYTES) -> Blob:
    """The content; what is larger than `in_memory_bytes` is written to `spare`, a piece at a time."""
    copy = _Copy(spare, in_memory_bytes)
    try:
        tree.copy(path, copy.write)
        return copy.finish()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"no room for a large file of the repository: {reason}"
        hint = "TMPDIR names another temporary directory"
        raise CouldNotRun(Code.CANNOT_WRITE, message, where=Where(path), hint=hint) from None
    finally:
        copy.close()


def read_blobs(tree: Tree, paths: Iterable[str], new_place: Callable[[], Path]) -> dict[str, Blob]:
    """Path → content; no more than ALL_IN_MEMORY_BYTES of it in memory."""
    left = ALL_IN_MEMORY_BYTES
    blobs: dict[str, Blob] = {}
    for path in paths:
        blob = read_blob(tree, path, new_place(), min(IN_MEMORY_BYTES, max(left, _POINTER_BYTES)))
        left -= len(blob) if isinstance(blob, bytes) else 0
        blobs[path] = blob
    return blobs


class _Copy:
    def __init__(self, spare: Path, in_memory_bytes: int) -> None:
        self._spare = spare
        self._in_memory_bytes = in_memory_bytes
        self._pieces: list[bytes] = []
        self._waiting_bytes = 0
        self._file: BinaryIO | None = None

    def write(self, piece: bytes) -> None:
        if self._file is not None:
            self._file.write(piece)
            return
        self._pieces.append(piece)
        self._waiting_bytes += len(piece)
        if self._waiting_bytes > self._in_memory_bytes:
            self._file = self._spare.open("xb")
            self._file.writelines(self._pieces)
            self._pieces.clear()

    def finish(self) -> Blob:
        return b"".join(self._pieces) if self._file is None else self._spare

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
