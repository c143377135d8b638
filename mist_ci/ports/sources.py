"""Files of training data, read in pieces."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from mist_ci.models.data_format import Compression, Container

DATASET_INFO = "dataset_info.json"
"""LLaMA-Factory's settings beside training data: it looks for no other name."""
MAX_INFO_BYTES = 4 << 20
"""A larger one is nothing that somebody wrote, and is not looked at."""


class Source(Protocol):
    """One file, seen as JSONL whatever it is: an adapter rewrites everything else row by row when it opens it."""

    @property
    def path(self) -> str:
        """How findings name the file."""
        ...

    @property
    def size(self) -> int:
        """Bytes of the JSONL view."""
        ...

    @property
    def file_bytes(self) -> int:
        """Bytes of the file as it is stored."""
        ...

    @property
    def container(self) -> Container:
        """What the rows were written in."""
        ...

    @property
    def compression(self) -> Compression:
        """What was around the container."""
        ...

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` to `end` of the view, in pieces of any size; never empty ones."""
        ...

    def line(self, row: int) -> int:
        """Line of the file as it is stored, from 1, on which line `row` (from 0) of the view begins."""
        ...


@dataclass(frozen=True, slots=True)
class BrokenSource:
    """A file that is not what it says it is, or that ends too early: one finding, and no rows."""

    path: str
    reason: str
    """A clause, such as `it is packed twice`."""
    hint: str
    line: int | None = None
    """Where it broke, in the file as it is stored (after unpacking), from 1."""


Opened = Source | BrokenSource
"""What opening gives: something to read, or why there is nothing."""


@dataclass(frozen=True, slots=True)
class BytesSource:
    """A JSONL file that is in memory."""

    path: str
    content: bytes
    container: Container = Container.JSONL
    compression: Compression = Compression.NONE

    @property
    def size(self) -> int:
        """All of it."""
        return len(self.content)

    @property
    def file_bytes(self) -> int:
        """All of it."""
        return len(self.content)

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """One piece, or none."""
        if start < min(end, len(self.content)):
            yield self.content[start:end]

    def line(self, row: int) -> int:
        """The next one."""
        return row + 1
