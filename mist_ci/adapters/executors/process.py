"""One child process: started, fed, listened to, and gone when it is left."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import sysconfig
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from mist_ci.adapters.executors.conversations import encode, one_line
from mist_ci.errors import Code, CouldNotRun

_READ_BYTES = 1 << 16
_FEED_BYTES = 1 << 16
_STDERR_BYTES = 4096
_TEXT_BYTES = 3 * 6
"""An answer holds three texts at most, and JSON writes a character in six bytes at most."""
GROWTH = 4
"""Characters of text for a byte of conversation, at most."""
_STDERR_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use. Real templates render 1,000 rows a second and more."""

    start_s: float = 60.0
    one_s: float = 10.0
    """Longest wait for one rendering (and for reading the template)."""
    row_s: float = 0.02
    """All renderings of a call may take `one_s` plus this for each of them."""
    memory_bytes: int = 1 << 29
    text_chars: int = 1 << 20
    """Longest text; a conversation may become `GROWTH` times its own size longer than that."""
    all_chars: int = 1 << 28
    """Longest texts of one template together: a short one can make a megabyte of every row."""
    child_rows: int = 50_000
    """A new child takes over after so many, so that the limit on its CPU time means something."""
    restarts: int = 3
    """How many conversations may stop a child before all that follow are errors."""
    first_restarts: int = 1
    """The same while no conversation was rendered: then it is the template, and each costs `one_s`."""

    def total_s(self, rows: int) -> float:
        """Wall time for a call, after the child is ready."""
        return self.one_s + self.row_s * rows


class Stopped(Exception):
    """The child will not answer any more; the text says why."""


def _environment() -> dict[str, str]:
    """Empty, except that a Python built with a shared library must find it again."""
    environment = {"LC_ALL": "C.UTF-8"}
    if sys.platform == "linux" and sysconfig.get_config_var("Py_ENABLE_SHARED"):
        environment["LD_LIBRARY_PATH"] = str(Path(sys.base_prefix) / "lib")
    return environment


class Child:
    """A running child; on leaving it and everything in its process group is gone."""

    def __init__(self, home: str, program: Path) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
                [sys.executable, "-I", "-B", "-X", "utf8", str(program)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=home,
                env=_environment(),
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise _failed(f"the isolated process cannot start: {error.strerror}") from error
        self._stdin, self._stdout, self._stderr = self._pipes()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._selector.register(self._stderr, selectors.EVENT_READ)
        self._lines: deque[bytes] = deque()
        self._partial: list[bytes] = []
        self._outbox: deque[bytes] = deque()
        self._unsent = memoryview(b"")
        self._complaint = b""

    def _pipes(self) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
        process = self._process
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise _failed("the isolated process has no pipes")
        for pipe in (process.stdin, process.stdout, process.stderr):
            os.set_blocking(pipe.fileno(), False)
        return process.stdin, process.stdout, process.stderr

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()
        self._stop()
        for pipe in (self._stdin, self._stdout, self._stderr):
            pipe.close()

    def _stop(self) -> int:
        """Kills the whole group, while its leader's id is still its own; returns the leader's exit status."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: it is already a zombie
                os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.wait()

    def start(self, limits: Limits, rows: int) -> None:
        """Waits until the child has locked itself up. Raises CouldNotRun MC304."""
        cpu_s = int(limits.total_s(rows)) + 10
        first = {
            "memory_bytes": limits.memory_bytes,
            "text_chars": limits.text_chars,
            "growth": GROWTH,
            "cpu_s": cpu_s,
        }
        self.feed([encode(first)])
        try:
            line = self.line(time.monotonic() + limits.start_s, limits)
        except Stopped as reason:
            raise _failed(f"the isolated process did not start: {reason} {self._said()}") from None
        if line != b'{"ready": true}':
            raise _failed(f"the isolated process did not start: it said {line[:100]!r}")

    def _said(self) -> str:
        return one_line(self._complaint.decode("utf-8", "replace")[-_STDERR_SHOWN:])

    def feed(self, lines: Iterable[bytes]) -> None:
        """Lines to send while waiting for answers."""
        self._outbox += lines
        if self._outbox and self._stdin not in self._selector.get_map():
            self._selector.register(self._stdin, selectors.EVENT_WRITE)

    def line(self, deadline: float, limits: Limits, asked_bytes: int = 0) -> bytes:
        """The child's answer to a line of so many bytes. Raises Stopped at the deadline or when it has died."""
        most = _TEXT_BYTES * (limits.text_chars + GROWTH * asked_bytes) + _READ_BYTES
        while not self._lines:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Stopped(
                    f"the template took longer than {limits.one_s:g} s, or {limits.row_s:g} s a row"
                )
            for key, _ in self._selector.select(left):
                if key.fileobj is self._stdin:
                    self._send()
                elif key.fileobj is self._stdout:
                    self._receive(most)
                else:
                    self._listen()
        return self._lines.popleft()

    def _send(self) -> None:
        data = self._unsent or memoryview(b"".join(self._some_lines()))
        try:
            sent = os.write(self._stdin.fileno(), data) if data else 0
        except BrokenPipeError:
            data, sent = memoryview(b""), 0  # the child has died; its output says so
        self._unsent = data[sent:]
        if not data:
            self._selector.unregister(self._stdin)

    def _some_lines(self) -> Iterator[bytes]:
        size = 0
        while size < _FEED_BYTES and self._outbox:
            size += len(self._outbox[0])
            yield self._outbox.popleft()

    def _receive(self, most: int) -> None:
        data = os.read(self._stdout.fileno(), _READ_BYTES)
        if not data:
            raise Stopped(f"the template's process died ({_exit_reason(self._stop())})")
        *complete, rest = data.split(b"\n")
        if complete:
            complete[0] = b"".join((*self._partial, complete[0]))
            self._lines += complete
            self._partial.clear()
        self._partial.append(rest)
        if sum(map(len, self._partial)) > most:
            raise Stopped("the template's process gave an answer that is too long")

    def _listen(self) -> None:
        data = os.read(self._stderr.fileno(), _READ_BYTES)
        if not data:
            self._selector.unregister(self._stderr)
        self._complaint = (self._complaint + data)[-_STDERR_BYTES:]


def _exit_reason(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    return "stopped for using too much" if -status == signal.SIGXCPU else f"signal {-status}"


def _failed(message: str) -> CouldNotRun:
    return CouldNotRun(
        Code.CHILD_FAILED,
        message,
        hint="Templates run in `python -I`: check that jinja2 is installed for it.",
    )
