"""Progress on stderr: a bar on a terminal, a line now and then in CI, nothing when quiet."""

import time
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

SECONDS_BETWEEN_LINES = 10.0


class SilentProgress:
    """Implements ports.Progress by saying nothing."""

    def start(self, label: str, total: int) -> None:
        """Nothing."""

    def advance(self, steps: int = 1) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""


class BarProgress(SilentProgress):
    """Implements ports.Progress on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False)
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def start(self, label: str, total: int) -> None:
        """A new bar."""
        columns = (
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        )  # fmt: skip
        self._bar = Progress(*columns, console=self._console, transient=True)
        self._task = self._bar.add_task(label, total=total)
        self._bar.start()

    def advance(self, steps: int = 1) -> None:
        """Moves the bar."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, steps)

    def finish(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def say(self, text: str) -> None:
        """One line above the bar."""
        self._console.print(text, markup=False)


class LineProgress(SilentProgress):
    """Implements ports.Progress where there is no terminal: one line at least ten seconds apart."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._label, self._total, self._done = "", 0, 0
        self._started = self._last = 0.0

    def start(self, label: str, total: int) -> None:
        """Says what begins."""
        self._label, self._total, self._done = label, total, 0
        self._started = self._last = time.monotonic()
        self.say(f"{label} …")

    def advance(self, steps: int = 1) -> None:
        """Says how far it is, when the last line is long ago."""
        self._done += steps
        now = time.monotonic()
        if self._label and now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            self.say(f"{self._label}: {self._done} of {self._total}")

    def finish(self) -> None:
        """Says how long it took."""
        if self._label:
            seconds = time.monotonic() - self._started
            self.say(f"{self._label}: {self._done} of {self._total} in {seconds:.1f} s")
            self._label = ""

    def say(self, text: str) -> None:
        """One line."""
        print(text, file=self._stream, flush=True)
