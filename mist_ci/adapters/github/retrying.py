"""A transport that keeps GitHub's manners: when to ask again, after how long, and how often to write."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2

from mist_ci.adapters.providers.retrying import asked_wait_s

_BRIEFLY_ILL = frozenset({500, 502, 503, 504})
_LIMITED = frozenset({403, 429})
_LOOK_FIRST = re.compile(r"/issues/(?:[0-9]+/comments|comments/[0-9]+)$|/statuses/[0-9a-f]+$|/rulesets$")
_SECONDARY = ("secondary rate limit", "abuse detection")


@dataclass(slots=True)
class Manners:
    """Limits on patience and haste. Sleep and both clocks can be given: tests own them.

    A wait that GitHub asks for and that is over `longest_wait_s` is not waited: the run reports instead.
    """

    max_retries: int = 4
    first_delay_s: float = 1.0
    secondary_delay_s: float = 60.0
    longest_wait_s: float = 300.0
    between_writes_s: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _next_write: float = field(default=0.0, repr=False)

    def wait_for_turn(self) -> None:
        """Waits until the next write is polite, and takes that turn."""
        with self._lock:
            now = self.monotonic()
            wait_s = max(0.0, self._next_write - now)
            self._next_write = now + wait_s + self.between_writes_s
        if wait_s > 0:
            self.sleep(wait_s)

    def delay_s(self, response: httpx2.Response | None, retries: int) -> float | None:
        """Seconds until the same request may be sent again, or None when that would bring the same answer.

        `response` is None when none came. Retry-After goes first, then the reset of an empty budget, then a
        minute or more for a secondary limit, as GitHub's guide for integrators says.
        """
        backoff_s = self.first_delay_s * 2.0**retries
        if response is None:
            return backoff_s
        asked_s = asked_wait_s(response.headers, self.now)
        if response.status_code in _BRIEFLY_ILL:
            return max(backoff_s, asked_s or 0.0)
        return self._limited_s(response, asked_s, retries) if response.status_code in _LIMITED else None

    def _limited_s(self, response: httpx2.Response, asked_s: float | None, retries: int) -> float | None:
        if asked_s is not None:
            return asked_s
        if response.headers.get("x-ratelimit-remaining") == "0":
            return self._until_reset_s(response.headers.get("x-ratelimit-reset", ""))
        is_secondary = any(words in response.text.lower() for words in _SECONDARY)
        if is_secondary or response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            return self.secondary_delay_s * 2.0**retries
        return None

    def _until_reset_s(self, reset: str) -> float:
        if not reset.isascii() or not reset.isdigit():
            return self.secondary_delay_s
        return max(1.0, int(reset[:12]) - self.now().timestamp())


def is_repeatable(request: httpx2.Request) -> bool:
    """False for writes before whose repetition somebody has to look what happened meanwhile.

    A comment may have been written although no answer came, and a newer run may have written during the wait.
    """
    return request.method not in {"POST", "PATCH", "DELETE"} or not _LOOK_FIRST.search(request.url.path)


def _is_paced(request: httpx2.Request) -> bool:
    """Who looks first also waits for its turn before it looks; GraphQL is used to read."""
    return request.method != "GET" and is_repeatable(request) and not request.url.path.endswith("/graphql")


class PoliteTransport(httpx2.BaseTransport):
    """Sends, waits, and sends again; what is not repeatable is sent once."""

    def __init__(self, manners: Manners, inner: httpx2.BaseTransport) -> None:
        self._manners = manners
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, or the last one when retries are used up. Raises the last httpx2.TransportError."""
        retries = 0
        while True:
            answer = self._one_try(request)
            delay_s = self._delay_s(request, answer, retries)
            if delay_s is None:
                break
            self._manners.sleep(delay_s)
            retries += 1
        if isinstance(answer, httpx2.TransportError):
            raise answer
        return answer

    def close(self) -> None:
        """Gives connections back."""
        self._inner.close()

    def _one_try(self, request: httpx2.Request) -> httpx2.Response | httpx2.TransportError:
        """An answer is read to its end here: a connection that breaks in the middle is tried again too."""
        if _is_paced(request):
            self._manners.wait_for_turn()
        try:
            response = self._inner.handle_request(request)
            response.read()
        except httpx2.TransportError as error:
            return error
        return response

    def _delay_s(
        self, request: httpx2.Request, answer: httpx2.Response | httpx2.TransportError, retries: int
    ) -> float | None:
        if retries >= self._manners.max_retries or not is_repeatable(request):
            return None
        delay_s = self._manners.delay_s(answer if isinstance(answer, httpx2.Response) else None, retries)
        return None if delay_s is None or delay_s > self._manners.longest_wait_s else delay_s
