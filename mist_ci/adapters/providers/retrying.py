"""When to ask again, and after how long."""

import math
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import anyio

from mist_ci.ports.model_client import Completion, NoAnswer


@dataclass(frozen=True, slots=True)
class Failure:
    """One try without an answer. `answered` when at least the head of an HTTP response came back."""

    reason: str
    answered: bool = True
    wait_s: float | None = None
    """What the server asked for."""
    final: bool = False
    """Asking again would bring the same."""


Try = Callable[[float], Awaitable[Completion | Failure]]
"""One try, given the seconds it may take at most."""
Now = Callable[[], datetime]
"""Wall time, with a time zone."""


def _uniform() -> Callable[[float, float], float]:
    return random.Random().uniform  # noqa: S311 - jitter, not a secret


@dataclass(frozen=True, slots=True)
class Retrying:
    """Exponential backoff with jitter. Sleep, randomness and wall time can be given: tests own them."""

    max_retries: int = 4
    first_delay_s: float = 1.0
    longest_wait_s: float = 60.0
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    uniform: Callable[[float, float], float] = field(default_factory=_uniform)
    now: Now = lambda: datetime.now(UTC)

    async def run(
        self, one_try: Try, before: Callable[[], Awaitable[None]], total_s: float
    ) -> Completion | NoAnswer:
        """Tries until there is an answer, the retries are used up, or `total_s` is spent on tries and waits.

        `before` is awaited before each try (client-side pacing) and does not count towards `total_s`.
        """
        left_s, answered, retries = total_s, False, 0
        while True:
            await before()
            started = anyio.current_time()
            outcome = await one_try(left_s)
            if isinstance(outcome, Completion):
                return replace(outcome, retries=retries)
            answered = answered or outcome.answered
            delay_s = self._delay_s(outcome, retries)
            left_s -= anyio.current_time() - started + delay_s
            if why := self._surrender(outcome, retries, left_s):
                return NoAnswer(reason=outcome.reason + why, retries=retries, server_gone=not answered)
            await self.sleep(delay_s)
            retries += 1

    def _delay_s(self, failure: Failure, retries: int) -> float:
        """Not less than the server asked for, and up to a tenth more: not all calls return at once."""
        backoff_s = min(self.longest_wait_s, self.first_delay_s * 2.0**retries) * self.uniform(0.5, 1.0)
        return max(backoff_s, (failure.wait_s or 0.0) * self.uniform(1.0, 1.1))

    def _surrender(self, failure: Failure, retries: int, left_s: float) -> str | None:
        """Why not to go on, as the end of a sentence; None to go on."""
        if failure.final:
            return " (asking again would not help)"
        if failure.wait_s is not None and failure.wait_s > self.longest_wait_s:
            return (
                f" (the server asks to wait {failure.wait_s:.0f} s, the limit is {self.longest_wait_s:.0f} s)"
            )
        if retries >= self.max_retries:
            return f" (after {retries} retries)"
        return " (no time left for another try)" if left_s <= 0 else None


def asked_wait_s(headers: Mapping[str, str], now: Now) -> float | None:
    """Seconds the server asks to wait: `retry-after-ms`, or Retry-After in seconds or as a date; else None.

    A date is held against the response's own Date header where there is one, because clocks differ.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None:
        return seconds
    until = _date(value)
    if until is None:
        return None
    return max(0.0, (until - (_date(headers.get("date")) or now())).total_seconds())


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
