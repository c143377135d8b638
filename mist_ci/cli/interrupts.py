"""Signals of this process: one object, because a process has one set of handlers."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class SignalInterrupts:
    """Implements ports.Interrupts for SIGINT and SIGTERM."""

    def __init__(self) -> None:
        self._received: list[int] = []
        self._watchers = 0

    def install(self) -> None:
        """From now on SIGTERM ends the program like Ctrl-C: with a report, not with a dead process."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)

    @property
    def by_keyboard(self) -> bool:
        """True when Ctrl-C was pressed."""
        return signal.SIGINT in self._received

    @contextmanager
    def watched(self) -> Iterator[Callable[[], bool]]:
        """See ports.Interrupts."""
        self._watchers += 1
        try:
            yield lambda: bool(self._received)
        finally:
            self._watchers -= 1

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        self._received.append(number)
        if not self._watchers:
            raise KeyboardInterrupt


INTERRUPTS = SignalInterrupts()
