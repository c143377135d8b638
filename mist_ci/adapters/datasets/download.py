"""Downloads over http(s), streamed to disk. Redirects are followed as far as the route allows, and no further."""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import httpx
from httpx import codes

from mist_ci.adapters.datasets.arriving import MAX_OBJECT_BYTES, Arriving, Promised
from mist_ci.adapters.datasets.routes import Refused, Resolve, Route, allowed, place_of_url, resolve
from mist_ci.adapters.datasets.unverified import unverified
from mist_ci.adapters.providers.secret import Secret

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0
TOTAL_S = 3600.0
TRIES = 3
MAX_REDIRECTS = 5
MAX_REPLY_BYTES = 16 * 2**20
_WORTH_ANOTHER_TRY = frozenset({408, 429, 500, 502, 503, 504})
_FIRST_PAUSE_S = 1.0


class _TransientError(Exception):
    """It may work the next time."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request, and what it is about in messages. `body` makes it a POST."""

    label: str
    url: str
    route: Route
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None


class Downloader:
    """All downloads of a run. Nothing is taken from the environment: no proxy, no certificate, no credentials."""

    def __init__(
        self,
        *,
        max_bytes: int = MAX_OBJECT_BYTES,
        sleep: Callable[[float], None] = time.sleep,
        ask: Resolve = resolve,
        total_s: float = TOTAL_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.max_bytes = max_bytes
        self._sleep = sleep
        self._ask = ask
        self._total_s = total_s
        self._tls = tls

    @cached_property
    def _http(self) -> httpx.Client:
        return httpx.Client(
            headers={"Accept-Encoding": "identity"},
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            # One address may serve several names: a connection that was opened for one is not used for another.
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
            verify=self._tls or httpx.create_ssl_context(trust_env=False),
        )

    def save(self, question: Question, promised: Promised, target: Path) -> None:
        """The object, verified. Raises CouldNotRun MC305: then nothing in `target` may be used."""

        def once() -> None:
            with Arriving(question.label, target, promised, self.max_bytes) as arriving:
                self._stream(question, arriving.write)
                arriving.finish()

        self._tried(question.label, once)

    def reply(self, question: Question) -> bytes:
        """An answer of at most MAX_REPLY_BYTES. Raises CouldNotRun MC305."""
        reply = bytearray()

        def take(piece: bytes) -> None:
            reply.extend(piece)
            if len(reply) > MAX_REPLY_BYTES:
                raise unverified(question.label, "the server's answer has no end", "is the address right?")

        def once() -> None:
            reply.clear()
            self._stream(question, take)

        self._tried(question.label, once)
        return bytes(reply)

    def _tried(self, label: str, once: Callable[[], None]) -> None:
        pause_s = _FIRST_PAUSE_S
        for attempt in range(1, TRIES + 1):
            try:
                return once()
            except _TransientError as error:
                if attempt == TRIES:
                    reason = f"cannot be fetched, after {TRIES} tries: {error}"
                    raise unverified(label, reason, "is the server reachable from this job?") from None
            self._sleep(pause_s)
            pause_s *= 2
        return None

    def _stream(self, question: Question, take: Callable[[bytes], object]) -> None:
        deadline = time.monotonic() + self._total_s
        try:
            with self._answer(question) as response:
                _check_status(question.label, response)
                for piece in response.iter_raw():
                    take(piece)
                    if time.monotonic() > deadline:
                        raise _TransientError(f"it did not end within {self._total_s:,.0f} s")
        except (Refused, httpx.InvalidURL) as error:
            hint = "name the final address, or add the host to `data_hosts` in the policy"
            raise unverified(question.label, f"was not fetched: {error}", hint) from None
        except httpx.RequestError as error:
            raise _TransientError(Secret(None).clean(f"{type(error).__name__}: {error}")) from None

    @contextmanager
    def _answer(self, question: Question) -> Iterator[httpx.Response]:
        """The first response that is no redirect. Credentials stay with the host that they are for."""
        url = first = httpx.URL(question.url)
        for _ in range(MAX_REDIRECTS + 1):
            target = allowed(url, question.route, self._ask)
            is_first = (url.scheme, place_of_url(url)) == (first.scheme, place_of_url(first))
            with self._http.stream(
                "GET" if question.body is None else "POST",
                target.url,
                headers={**(question.headers if is_first else {}), **target.headers},
                content=question.body,
                extensions=target.extensions,
            ) as response:
                if not response.has_redirect_location or question.body is not None:
                    yield response
                    return
                url = url.join(response.headers["Location"])
            if first.scheme == "https" and url.scheme != "https":
                raise Refused("a redirect leads away from https")
        raise Refused(f"there are more than {MAX_REDIRECTS} redirects")


def _check_status(label: str, response: httpx.Response) -> None:
    """Raises _TransientError for what may pass, CouldNotRun MC305 for what will not."""
    status = response.status_code
    if codes.is_success(status):
        return
    said = f"the server answered {status} {Secret(None).clean(response.reason_phrase)}".rstrip()
    if status in _WORTH_ANOTHER_TRY:
        raise _TransientError(said)
    hints = {
        401: "the job's token may not read it",
        403: "the job's token may not read it",
        404: "is it there?",
    }
    raise unverified(label, f"cannot be fetched: {said}", hints.get(status, "is the address right?"))
