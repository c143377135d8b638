"""All that the calls of a run to one provider share: places, pace, and the time that is left."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import monotonic

import anyio

from mist_ci.adapters.providers.concurrency import Concurrency, Places
from mist_ci.adapters.providers.pacing import Pacer
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.provider import Limits
from mist_ci.ports.model_client import Completion, NoAnswer

_WORTH_TELLING_S = 0.0005


class Traffic:
    """Made once for each provider of a run; clients come and go."""

    def __init__(self, name: str, limits: Limits, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.places = Places(Concurrency(limits.connections))
        self.pacer = Pacer(limits, sleep)
        self._name = name
        self._total_s = limits.total_s
        self._deadline_s: float | None = None

    async def call(self, one: Callable[[], Awaitable[Completion | NoAnswer]]) -> Completion | NoAnswer:
        """One call, once it has a place. Raises CouldNotRun MC314 when `limits.total_s` is over before it ends."""
        if self._total_s is None:
            return await self._placed(one)
        with anyio.move_on_after(max(0.0, self._left_s(self._total_s))):
            return await self._placed(one)
        message = f"the time for provider {self._name} is over: limits.total_s is {self._total_s:g}"
        raise CouldNotRun(Code.OUT_OF_TIME, message, hint="raise it, or ask less")

    async def _placed(self, one: Callable[[], Awaitable[Completion | NoAnswer]]) -> Completion | NoAnswer:
        asked_s = monotonic()
        await self.places.enter()
        try:
            waited_s = monotonic() - asked_s
            answer = await one()
            return replace(answer, waited_s=waited_s) if waited_s >= _WORTH_TELLING_S else answer
        finally:
            self.places.leave()

    def _left_s(self, total_s: float) -> float:
        """Seconds until the provider's time is up, which runs from the first call on."""
        now_s = monotonic()  # a clock that is set meanwhile changes nothing
        if self._deadline_s is None:
            self._deadline_s = now_s + total_s
        return self._deadline_s - now_s
