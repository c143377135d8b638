"""All that the calls of a run to one provider share: places, pace, and the time that is left."""

from collections.abc import Awaitable, Callable

import anyio

from mist_ci.adapters.providers.concurrency import Concurrency, Places
from mist_ci.adapters.providers.pacing import Pacer
from mist_ci.models.config import Limits


class Traffic:
    """Made once for each provider of a run; clients come and go."""

    def __init__(self, limits: Limits, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.places = Places(Concurrency(limits.connections))
        self.pacer = Pacer(limits, sleep)
        self._total_s = limits.total_s
        self._deadline_s: float | None = None

    def left_s(self) -> float:
        """Seconds until the provider's time is up, which runs from the first call on; infinite without a limit."""
        if self._total_s is None:
            return float("inf")
        now_s = anyio.current_time()  # monotonic: a clock that is set meanwhile changes nothing
        if self._deadline_s is None:
            self._deadline_s = now_s + self._total_s
        return self._deadline_s - now_s
