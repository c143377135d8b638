"""Spans on disk, and servers that want them."""

from collections.abc import Iterator
from typing import Protocol, Self


class Ledger(Protocol):
    """Lines of files of messages."""

    notices: list[str]
    """Of the files that were read so far: what was cut off."""

    def lines(self) -> Iterator[bytes]:
        """Every whole line. Raises ConfigError MC101."""
        ...


class Post(Protocol):
    """A connection to a server that somebody named."""

    def __enter__(self) -> Self:
        """Itself."""
        ...

    def __exit__(self, *args: object) -> None:
        """Closes the connection."""
        ...

    def send(self, body: bytes, content_type: str) -> bytes:
        """The answer's body. Raises CouldNotRun MC323 when the server refuses, or does not answer."""
        ...
