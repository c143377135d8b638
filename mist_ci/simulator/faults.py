"""What can go wrong, told in advance: `github.faults.add(faults.bad_gateway(), method="POST", path="/comments$")`."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from mist_ci.simulator.exchange import DOCS, Reply


@dataclass(frozen=True)
class Fault:
    """Waits if it has something to wait for, then hangs up, or replies, or lets the request go its way.

    `is_after` means that the request is carried out first: what is lost is only the answer.
    """

    reply: Reply | None = None
    wait: Callable[[], object] | None = None
    hangs_up: bool = False
    is_after: bool = False


@dataclass
class _Planned:
    fault: Fault
    method: str | None
    path: re.Pattern[str]
    times: int


class Faults:
    """A list of plans; each request takes the first that fits it. `closing` is set when the fake ends."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault, *, method: str | None = None, path: str = "", times: int = 1) -> None:
        """The next `times` requests with this method and a path in which `path` is found go wrong."""
        with self._lock:
            self._planned.append(_Planned(fault, method, re.compile(path), times))

    def take(self, method: str, path: str) -> Fault | None:
        """The fault of this request, if it has one."""
        with self._lock:
            for plan in self._planned:
                if plan.times > 0 and plan.method in {None, method} and plan.path.search(path):
                    plan.times -= 1
                    return plan.fault
        return None

    def silence(self) -> Fault:
        """Takes the request and never says a word."""
        return Fault(wait=lambda: self.closing.wait(30), hangs_up=True)


def server_error(status: int = 500) -> Fault:
    """An error of GitHub's own."""
    return Fault(Reply(status, {"message": "Server Error", "documentation_url": DOCS}))


def bad_gateway() -> Fault:
    """The page with the unicorn: HTML where JSON was asked for."""
    return Fault(Reply(502, b"<!DOCTYPE html><title>Unicorn!</title>", {"Content-Type": "text/html"}))


def secondary_limit(status: int = 403, retry_after_s: int | None = None) -> Fault:
    """Too many writes in too short a time."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return Fault(Reply(status, {"message": message, "documentation_url": DOCS}, headers))


def primary_limit(reset_at: int) -> Fault:
    """The hour's budget is spent until `reset_at` (Unix seconds)."""
    message = "API rate limit exceeded for installation ID 1."
    headers = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset_at)}
    return Fault(Reply(403, {"message": message, "documentation_url": DOCS}, headers))


def reply(status: int, body: object, **headers: str) -> Fault:
    """Any reply; `_` in header names stands for `-`."""
    return Fault(Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()}))


def hang_up() -> Fault:
    """Closes the connection before anything was done."""
    return Fault(hangs_up=True)


def hang_up_after() -> Fault:
    """Does what was asked, and closes the connection before it says so."""
    return Fault(hangs_up=True, is_after=True)


def error_after(status: int = 502) -> Fault:
    """Does what was asked, and says that it failed."""
    return Fault(Reply(status, {"message": "Server Error", "documentation_url": DOCS}), is_after=True)


def hold(until: threading.Event, arrived: threading.Event | None = None) -> Fault:
    """Carries the request out only when `until` is set; says by `arrived` that it is there."""

    def wait() -> None:
        if arrived is not None:
            arrived.set()
        until.wait(10)

    return Fault(wait=wait)
