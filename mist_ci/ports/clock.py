"""Time and run ids: passed in, so that tests can choose them."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time in UTC."""

    def now(self) -> datetime:
        """The current time, with time zone UTC."""
        ...

    def now_ns(self) -> int:
        """Unix nanoseconds."""
        ...

    def unique(self) -> str:
        """32 lowercase hex characters that were never used before."""
        ...
