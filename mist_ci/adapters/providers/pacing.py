"""Spacing calls: what a provider allows per minute, and what it says itself."""

from collections.abc import Awaitable, Callable
from time import monotonic

from mist_ci.models.config import Limits

LONGEST_PAUSE_S = 60.0
"""A server that wants a longer one is asked again all the same, and says so again."""
TOKEN_BURST_S = 10.0
"""Tokens of so many seconds may be taken at once after a rest; more would fill a minute's allowance twice."""


class Pacer:
    """When the next call to a provider may start; shared by all calls to it.

    `rpm` keeps the starts of calls `60 / rpm` seconds apart. `tpm` is a bucket of tokens: a call takes what it may need
    (counted input and `max_tokens`), and what it did not need is given back. A pause that the server asks for
    holds for every call. Without any of them nobody waits.
    """

    def __init__(self, limits: Limits, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._interval_s = 60 / limits.rpm if limits.rpm else 0.0
        self._token_s = 60 / limits.tpm if limits.tpm else 0.0
        self._sleep = sleep
        self._next_start_s = 0.0
        self._tokens_taken_until_s = 0.0
        self._paused_until_s = 0.0

    async def wait(self, tokens: int = 0, slept_until_s: float = 0.0) -> None:
        """Returns when a call of so many tokens may start.

        A call that was told to wait, and has waited until `slept_until_s`, minds pauses beyond that only.
        """
        now_s = monotonic()
        # No await between reading and writing: each task books its own place in the queue.
        start_s = max(now_s, self._next_start_s, self._tokens_taken_until_s - TOKEN_BURST_S)
        if self._interval_s:
            self._next_start_s = start_s + self._interval_s
        if self._token_s:
            self._tokens_taken_until_s = (
                max(now_s, self._tokens_taken_until_s) + max(tokens, 1) * self._token_s
            )
        while (until_s := max(start_s, self._pause_s(slept_until_s))) > now_s:
            await self._sleep(until_s - now_s)
            now_s = until_s

    def settle(self, expected: int, used: int) -> None:
        """Gives back tokens that a call did not need, or takes those that it needed beyond."""
        self._tokens_taken_until_s += (used - expected) * self._token_s

    def pause(self, seconds: float) -> None:
        """No call starts for so long."""
        until_s = monotonic() + min(seconds, LONGEST_PAUSE_S)
        self._paused_until_s = max(self._paused_until_s, until_s)

    def _pause_s(self, slept_until_s: float) -> float:
        return self._paused_until_s if self._paused_until_s > slept_until_s else 0.0
