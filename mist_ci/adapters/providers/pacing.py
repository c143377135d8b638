"""Spacing calls, for providers that allow so many per minute."""

from collections.abc import Awaitable, Callable

import anyio


class Pacer:
    """Keeps the starts of calls `60 / rpm` seconds apart. Without `rpm` nobody waits."""

    def __init__(self, rpm: int | None, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._interval_s = 60 / rpm if rpm else 0.0
        self._sleep = sleep
        self._next_start_s = 0.0

    async def wait(self) -> None:
        """Returns when the next call may start."""
        if not self._interval_s:
            return
        now_s = anyio.current_time()
        # No await between reading and writing: each task books its own place in the queue.
        start_s = max(now_s, self._next_start_s)
        self._next_start_s = start_s + self._interval_s
        if start_s > now_s:
            await self._sleep(start_s - now_s)
