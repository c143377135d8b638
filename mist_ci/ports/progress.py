"""Telling a waiting person what is going on (on stderr; never part of the result)."""

from collections.abc import Callable
from typing import Protocol


class Progress(Protocol):
    """Stages with a known number of steps."""

    def start(self, label: str, total: int, detail: Callable[[], str] | None = None) -> None:
        """A stage begins. `detail` is what else there is to say, asked for whenever something is shown."""
        ...

    def advance(self, steps: int = 1) -> None:
        """Some steps of the current stage are done."""
        ...

    def waits(self, text: str) -> None:
        """Why the current stage does not get on, as often as somebody finds out; it is shown now and then."""
        ...

    def finish(self) -> None:
        """The current stage is over."""
        ...

    def say(self, text: str) -> None:
        """One line."""
        ...
