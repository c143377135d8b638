"""Spans on disk, and servers that want them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from mist_ci.models.message import TraceSpan


class Ledger(Protocol):
    """Lines of files of messages."""

    notices: list[str]
    """Of the files that were read so far: what was cut off."""

    def lines(self) -> Iterator[bytes]:
        """Every whole line. Raises ConfigError MC101."""
        ...


class KeptLedger(Ledger, Protocol):
    """The ledger that budgets of many runs are held against. Several runs may add to it at once."""

    @property
    def place(self) -> str:
        """What to tell people."""
        ...

    def open(self) -> None:
        """Makes sure that it can be added to. Raises CouldNotRun MC309."""
        ...

    def append(self, spans: "Sequence[TraceSpan]") -> None:
        """Keeps the spans of a run, on disk when the call returns, where they are not in it anyhow. Raises MC309."""
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
