"""The ledger that budgets are held against: a directory that outlives the runs which add to it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mist_ci.adapters.ledger import NAME, LedgerFiles, append
from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.models.message import TraceSpan, encode
from mist_ci.ports.clock import Clock


class LedgerDirectory:
    """Implements ports.KeptLedger. Where it is the directory of results, runs are in it already, call by call."""

    def __init__(self, directory: Path, results: Path, clock: Clock) -> None:
        self._directory = directory
        self._has_results = directory.resolve() == results.resolve()
        self._clock = clock
        self.notices: list[str] = []

    @property
    def place(self) -> str:
        """The directory as it was named."""
        return str(self._directory)

    def open(self) -> None:
        """Makes the directory, and the file that is added to. Raises CouldNotRun MC309."""
        if self._directory.exists() and not self._directory.is_dir():
            hint = "name a directory with --ledger DIR"
            raise CouldNotRun(Code.CANNOT_WRITE, "is no directory", where=Where(self.place), hint=hint)
        if not self._has_results:
            append(self._directory / NAME, ())

    def lines(self) -> Iterator[bytes]:
        """Every whole line of every file; none where nobody has written yet. Raises ConfigError MC101."""
        if self._directory.exists():
            files = LedgerFiles([self._directory])
            yield from files.lines()
            self.notices = files.notices

    def append(self, spans: Sequence[TraceSpan]) -> None:
        """One write, so that nobody reads half a run."""
        if spans and not self._has_results:
            lines = [encode(self._clock.unique(), "trace.span", self._clock.now_ns(), one) for one in spans]
            append(self._directory / NAME, lines)
