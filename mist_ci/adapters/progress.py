"""Progress on stderr: a bar on a terminal, a line now and then in CI, nothing when quiet."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

FIRST_LINE_S = 10.0
MOST_BETWEEN_LINES_S = 120.0
_SECONDS_BETWEEN_LOOKS = 0.1
_MINUTE_S, _HOUR_S = 60, 3600


class SilentProgress:
    """Implements ports.Progress by saying nothing."""

    def start(self, label: str, total: int, detail: Callable[[], str] | None = None) -> None:
        """Nothing."""

    def advance(self, steps: int = 1) -> None:
        """Nothing."""

    def waits(self, text: str) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""


@dataclass(slots=True)
class _Stage:
    """How far a stage is, and how fast."""

    label: str
    total: int
    detail: Callable[[], str]
    done: int = 0
    waits: str = ""
    """Why it does not get on; nothing as soon as it does."""
    started_s: float = field(default_factory=time.monotonic)

    def told(self, now_s: float) -> str:
        """`120 a second, 0:12 left, 3,000 tokens`: the rate is that of the whole stage so far."""
        taken_s = now_s - self.started_s
        parts = []
        if self.done and taken_s > 0:
            rate = self.done / taken_s
            parts.append(f"{rate:,.0f} a second" if rate >= 1 else f"{rate * _MINUTE_S:,.1f} a minute")
            if self.done < self.total:
                parts.append(f"{_span((self.total - self.done) / rate)} left")
        if detail := self.detail():
            parts.append(detail)
        if self.waits:
            parts.append(f"waiting: {self.waits}")
        return ", ".join(parts)


class BarProgress(SilentProgress):
    """Implements ports.Progress on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._console: Console | None = None
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._stage: _Stage | None = None
        self._drawn_s = 0.0
        self._hidden = 0

    def start(self, label: str, total: int, detail: Callable[[], str] | None = None) -> None:
        """A new bar."""
        from rich.progress import (  # noqa: PLC0415 - heavy, and only a person who watches needs it
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
        )

        columns = (
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[told]}", style="dim", markup=False),
        )  # fmt: skip
        self._stage = _Stage(label, total, detail or str)
        self._bar = Progress(*columns, console=self._screen(), transient=True)
        self._task = self._bar.add_task(label, total=total, told="")
        self._bar.start()

    def advance(self, steps: int = 1) -> None:
        """Moves the bar, ten times a second at most."""
        self._hidden += steps
        now_s = time.monotonic()
        if now_s - self._drawn_s >= _SECONDS_BETWEEN_LOOKS:
            self._drawn_s = now_s
            self._move(now_s)

    def waits(self, text: str) -> None:
        """Beside the bar, until it moves."""
        if self._stage is not None:
            self._move(time.monotonic())
            self._stage.waits = text
            self._move(time.monotonic())

    def finish(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._move(time.monotonic())
            self._bar.stop()
            self._bar = None

    def say(self, text: str) -> None:
        """One line above the bar."""
        self._screen().print(text, markup=False)

    def _move(self, now_s: float) -> None:
        if self._bar is not None and self._task is not None and self._stage is not None:
            self._stage.done += self._hidden
            if self._hidden:
                self._stage.waits = ""
            self._bar.update(self._task, advance=self._hidden, told=self._stage.told(now_s))
        self._hidden = 0

    def _screen(self) -> "Console":
        from rich.console import Console  # noqa: PLC0415 - heavy

        if self._console is None:
            self._console = Console(file=self._stream, highlight=False)
        return self._console


class LineProgress(SilentProgress):
    """Implements ports.Progress where there is no terminal: a line after ten seconds, and each next one twice as late.

    From two minutes on the distance stays the same: an hour has some 35 lines.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._stage: _Stage | None = None
        self._next_s = self._distance_s = 0.0
        self._next_wait_s = 0.0

    def start(self, label: str, total: int, detail: Callable[[], str] | None = None) -> None:
        """Says what begins."""
        self._stage = _Stage(label, total, detail or str)
        self._distance_s = FIRST_LINE_S
        self._next_s = self._stage.started_s + self._distance_s
        self._next_wait_s = self._stage.started_s
        self.say(f"{label} …")

    def advance(self, steps: int = 1) -> None:
        """Says how far it is, when the last line is long ago."""
        if self._stage is None:
            return
        self._stage.done += steps
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._distance_s = min(2 * self._distance_s, MOST_BETWEEN_LINES_S)
            self._next_s = now_s + self._distance_s
            self._tell(self._stage.told(now_s))

    def waits(self, text: str) -> None:
        """Says so at once, and then as seldom as how far it is."""
        now_s = time.monotonic()
        if self._stage is None or now_s < self._next_wait_s:
            return
        self._next_wait_s = now_s + self._distance_s
        self._next_s = max(self._next_s, self._next_wait_s)
        self._distance_s = min(2 * self._distance_s, MOST_BETWEEN_LINES_S)
        self._stage.waits = text
        self._tell(self._stage.told(now_s))
        self._stage.waits = ""

    def finish(self) -> None:
        """Says how long it took."""
        if self._stage is not None:
            now_s = time.monotonic()
            told = self._stage.told(now_s)
            self._tell(f"in {now_s - self._stage.started_s:.1f} s" + (f", {told}" if told else ""), "")
            self._stage = None

    def say(self, text: str) -> None:
        """One line."""
        print(text, file=self._stream, flush=True)

    def _tell(self, told: str, comma: str = ",") -> None:
        if self._stage is not None:
            self.say(f"{self._stage.label}: {self._stage.done} of {self._stage.total}{comma} {told}")


def _span(seconds: float) -> str:
    """`0:07`, `12:34`, `3:01:00`."""
    whole = int(seconds)
    hours, rest = divmod(whole, _HOUR_S)
    minutes, rest = divmod(rest, _MINUTE_S)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
