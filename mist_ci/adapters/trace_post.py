"""Posts spans to a server that somebody named, with retries and without ever telling the key."""

import ipaddress
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

import httpx

from mist_ci.errors import Code, CouldNotRun, UsageError, Where

TRIES = 5
TIMEOUT_S = 30.0
LONGEST_WAIT_S = 30.0
_RETRIED = frozenset((429, 502, 503, 504))
"""What OTLP calls retryable; a MIST server whose inbox is full says 503."""
_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server, and the header with its key, where it wants one."""

    url: httpx.URL
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def endpoint(url: str, default_path: str, headers: Mapping[str, str]) -> Endpoint:
    """The address as it was named; with `default_path` where it has none. Raises UsageError MC201.

    A key goes over TLS, or stays on this machine. An address holds no secret: it is printed and logged everywhere.
    """
    try:
        found = httpx.URL(url)
    except httpx.InvalidURL:
        raise _refusal("is no address") from None
    if found.scheme not in ("http", "https") or not found.host:
        raise _refusal("is no http:// or https:// address")
    if found.userinfo or found.query or found.fragment:
        raise _refusal("has a user, a password or a query in it")
    if headers and found.scheme == "http" and not _is_here(found.host):
        raise _refusal("would be sent the key without TLS")
    return Endpoint(found.copy_with(path=default_path) if found.path in ("", "/") else found, headers)


def _refusal(why: str) -> UsageError:
    hint = "write https://host/path, and name the variable with the key with --key-env"
    return UsageError(Code.USAGE, f"the address after --url {why}", hint=hint)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class HttpPost:
    """Implements ports.Post: one connection. Redirects are not followed: the key was meant for this server."""

    def __init__(self, target: Endpoint, sleep: Callable[[float], None] = time.sleep) -> None:
        self._target = target
        self._sleep = sleep
        self._client = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *args: object) -> None:
        """Closes the connection."""
        self._client.close()

    def send(self, body: bytes, content_type: str) -> bytes:
        """The answer's body. Raises CouldNotRun MC323 when the server refuses, or does not answer five times."""
        headers = {"Content-Type": content_type, "User-Agent": "mist-ci", **self._target.headers}
        why = ""
        for attempt in range(TRIES):
            wait_s = 0.5 * 2.0**attempt
            try:
                answer = self._client.post(self._target.url, content=body, headers=headers)
            except httpx.TransportError as error:
                why = type(error).__name__
            else:
                if answer.is_success:
                    return answer.content
                why = f"HTTP {answer.status_code}"
                if answer.status_code not in _RETRIED:
                    raise self._failed(f"refused them: {why}")
                wait_s = _asked_to_wait_s(answer) or wait_s
            if attempt < TRIES - 1:
                self._sleep(min(wait_s, LONGEST_WAIT_S))
        raise self._failed(f"took nothing in {TRIES} tries: {why}")

    def _failed(self, what: str) -> CouldNotRun:
        hint = "the ledger is as it was: look at the server, and run the export again"
        where = Where(str(self._target.url))
        return CouldNotRun(Code.EXPORT, f"the server {what}", where=where, hint=hint)


def _asked_to_wait_s(answer: httpx.Response) -> float | None:
    """Seconds of Retry-After, where it is a number."""
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() and len(told) < _LONGEST_NUMBER else None
