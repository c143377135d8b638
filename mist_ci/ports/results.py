"""Where a run leaves its records."""

from typing import Protocol

from mist_ci.models.attempt import Attempt
from mist_ci.models.message import Payload


class ResultStore(Protocol):
    """One run's directory. Records are on disk when the call returns."""

    @property
    def run_id(self) -> str:
        """The run that these records are of."""
        ...

    @property
    def location(self) -> str:
        """What to tell people."""
        ...

    def record(self, attempt: Attempt) -> None:
        """Appends one attempt record."""
        ...

    def message(self, kind: str, payload: Payload) -> None:
        """Appends one MIST message (`eval.result`, `trace.span`) in its envelope."""
        ...

    def spans(self, lines: bytes) -> None:
        """Appends whole lines of `trace.span` messages, with their line feeds, in one write."""
        ...

    def save(self, name: str, text: str) -> None:
        """Writes a whole file, such as `comment.md`."""
        ...


class ResultStores(Protocol):
    """Makes one store per run."""

    def create(self, run_id: str) -> ResultStore:
        """A new, empty store. Raises CouldNotRun MC309."""
        ...

    def save(self, name: str, text: str) -> str:
        """Writes a file about all runs beside their directories; gives its path. Raises CouldNotRun MC309."""
        ...
