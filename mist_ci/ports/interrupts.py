"""Ctrl-C, and the signal of a CI job that ends."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Interrupts(Protocol):
    """Signals raise KeyboardInterrupt, except where somebody watches for them."""

    def watched(self) -> AbstractContextManager[Callable[[], bool]]:
        """Inside, no signal raises anything: the callable says whether one has come.

        For event loops, which an exception from a signal handler would tear apart at any point.
        """
        ...


class NoInterrupts:
    """For worlds without signals."""

    def watched(self) -> AbstractContextManager[Callable[[], bool]]:
        """Nothing ever comes."""
        return nullcontext(lambda: False)
