"""When to ask again, and after how long."""

import math
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

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
    may_cost: bool = False
    """The provider may have answered, and may want money for it."""


LONG_WAIT_S = 5.0
Tell = Callable[[str], None]
Try = Callable[[float], Awaitable[Completion | Failure]]
"""One try, given the seconds it may take at most."""
Before = Callable[[float], Awaitable[None]]
"""Waits for the turn of a try, given the time of the event loop until which its call has waited already."""
Now = Callable[[], datetime]
"""Wall time, with a time zone."""


def nobody(text: str) -> None:
    """Hears nothing."""
    del text


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
    tell: Tell = nobody
    """Hears why a call is tried again, and when: not of a first try that failed, unless the wait is long."""

    async def run(
        self, one_try: Try, before: Before, total_s: float, may_retry: Callable[[], bool] | None = None
    ) -> Completion | NoAnswer:
        """Tries until there is an answer, the retries are used up, or `total_s` is spent on tries and waits.

        `before` is awaited before each try (client-side pacing), is told until when the call has waited by itself,
        and does not count towards `total_s`. `may_retry` is asked after a try that may have cost money.
        """
        left_s, answered, tried, slept_until_s = total_s, False, list[str](), 0.0
        times_s: list[tuple[float, float]] = []
        while True:
            await before(slept_until_s)
            started = monotonic()
            outcome = await one_try(left_s)
            retries = len(tried)
            if isinstance(outcome, Completion):
                times_s.append((started, monotonic()))
                return _after(tried, times_s, outcome) if tried else outcome
            answered = answered or outcome.answered
            tried.append(outcome.reason)
            delay_s = self._delay_s(outcome, retries)
            ended = monotonic()
            times_s.append((started, ended))
            left_s -= ended - started + delay_s
            why = self._surrender(outcome, retries, left_s)
            if why is None and outcome.may_cost and may_retry is not None and not may_retry():
                why = " (no money left for another try)"
            if why:
                return NoAnswer(
                    outcome.reason + why,
                    retries,
                    server_gone=not answered,
                    tried=tuple(tried),
                    tried_s=tuple(times_s),
                    may_cost=outcome.may_cost,
                )
            slept_until_s = ended + delay_s
            if retries or delay_s >= LONG_WAIT_S:
                attempt = f"try {retries + 2} of {self.max_retries + 1} in {delay_s:.0f} s"
                self.tell(f"{outcome.reason}; {attempt}")
            await self.sleep(delay_s)

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


def _after(tried: Sequence[str], times_s: Sequence[tuple[float, float]], answer: Completion) -> Completion:
    """The answer, with what came before it."""
    return replace(answer, retries=len(tried), tried=tuple(tried), tried_s=tuple(times_s))


def asked_wait_s(headers: Mapping[str, str], now: Now) -> float | None:
    """Seconds the server asks to wait: `retry-after-ms`, or Retry-After in seconds or as a date; else None.

    A date is held against the response's own Date header where there is one, because clocks differ.
    """
    if "retry-after" not in headers and "retry-after-ms" not in headers:
        return None
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


def seconds_until(value: str, now: Now) -> float:
    """Seconds in a header that has a number of them, or a time (RFC 3339, or HTTP's own); 0 for anything else."""
    seconds = _number(value)
    if seconds is not None:
        return seconds
    try:
        until: datetime | None = datetime.fromisoformat(value)
    except ValueError:
        until = _date(value)
    if until is None:
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - now()).total_seconds())


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
