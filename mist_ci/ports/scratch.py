"""Room for more facts than memory should hold."""

from collections.abc import Iterator
from typing import Protocol


class Scratch(Protocol):
    """Numbered buckets of bytes, written in pieces and read back in order. Forgotten at the end."""

    def append(self, bucket: int, data: bytes) -> None:
        """Adds to the end of a bucket. Raises CouldNotRun when the disk is full."""
        ...

    def pieces(self, bucket: int, size: int) -> Iterator[bytes]:
        """A bucket from its beginning, in pieces of exactly `size` bytes; the last one may be shorter."""
        ...

    def clear(self, bucket: int) -> None:
        """Empties a bucket."""
        ...


class MemoryScratch:
    """Buckets in memory."""

    def __init__(self) -> None:
        self._buckets: dict[int, bytearray] = {}

    def append(self, bucket: int, data: bytes) -> None:
        """Adds to the end of a bucket."""
        self._buckets.setdefault(bucket, bytearray()).extend(data)

    def pieces(self, bucket: int, size: int) -> Iterator[bytes]:
        """A bucket from its beginning."""
        data = self._buckets.get(bucket, bytearray())
        for start in range(0, len(data), size):
            yield bytes(data[start : start + size])

    def clear(self, bucket: int) -> None:
        """Empties a bucket."""
        self._buckets.pop(bucket, None)
