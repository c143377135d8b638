"""The real time."""

import secrets
import time
from datetime import UTC, datetime


class SystemClock:
    """Implements ports.Clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

    def now_ns(self) -> int:
        """Unix nanoseconds."""
        return time.time_ns()

    def unique(self) -> str:
        """128 random bits as hex."""
        return secrets.token_hex(16)
