"""A local program that answers. docs/providers/command.md has its three protocols by example."""

import json
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import Literal

import anyio
from anyio.abc import Process

from mist_ci.adapters.providers.exchange import MAX_ANSWER_BYTES, question, read_answer
from mist_ci.adapters.providers.retrying import Failure
from mist_ci.ports.model_client import Completion, Request

MAX_COMPLAINT_BYTES = 64 * 2**10
TRY_AGAIN = 75
"""The exit code EX_TEMPFAIL of sysexits.h."""
_TOO_LONG = Failure(f"the answer is longer than {MAX_ANSWER_BYTES // 2**20} MiB", final=True)
_HUNG_UP = Failure("the program ended without an answer", answered=False, final=True)


@dataclass(frozen=True, slots=True)
class Program:
    """How to start it: no shell, a clean environment, and a process group of its own that can be ended as a whole."""

    command: Sequence[str]
    directory: Path | None
    """Where it runs; None for an empty directory of its own, which is gone afterwards."""
    variables: Mapping[str, str]

    async def start(self) -> "Running":
        """A running process."""
        own = (
            None
            if self.directory
            else TemporaryDirectory(prefix="mist-ci-provider-", ignore_cleanup_errors=True)
        )
        process = await anyio.open_process(
            list(self.command),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=self.directory or (own.name if own else None),
            env=self.variables,
            start_new_session=True,
        )
        return Running(process, own)


@dataclass(slots=True)
class Running:
    """A process, what it says, and what it said that nobody has read yet."""

    process: Process
    directory: TemporaryDirectory[str] | None
    rest: bytearray = field(default_factory=bytearray)
    complaints: deque[bytes] = field(default_factory=lambda: deque(maxlen=2))

    async def tell(self, text: bytes, *, last: bool) -> None:
        """A program need not read what it is told: that it has stopped listening is no fault."""
        if self.process.stdin is not None:
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                await self.process.stdin.send(text)
                if last:
                    await self.process.stdin.aclose()

    async def follow_complaints(self) -> None:
        """Keeps the last of them: a program whose pipe is full would stand still."""
        if self.process.stderr is not None:
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                async for piece in self.process.stderr:
                    self.complaints.append(piece[-MAX_COMPLAINT_BYTES:])

    async def read(self, until: bytes | None) -> bytes | Failure | None:
        """What it prints up to a byte, or all of it; None when it ends before that byte."""
        while until is None or until not in self.rest:
            if len(self.rest) > MAX_ANSWER_BYTES:
                return _TOO_LONG
            try:
                self.rest += await self.process.stdout.receive() if self.process.stdout else b""
            except (anyio.EndOfStream, anyio.ClosedResourceError, anyio.BrokenResourceError):
                if until is not None:
                    return None
                break
        read, _, rest = self.rest.partition(until) if until else (self.rest, b"", b"")
        self.rest = bytearray(rest)
        return bytes(read)

    async def crash(self) -> Failure | None:
        """How it ended, where that was not well."""
        code = await self.process.wait()
        if code == 0:
            return None
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        lines = b"".join(self.complaints).decode(errors="replace").strip().splitlines()
        said = f": {lines[-1]}" if lines else ""
        return Failure(f"the program {how}{said}", answered=False, final=code != TRY_AGAIN)

    async def end(self) -> None:
        """Kills the process and all that it started, and waits for it."""
        with anyio.CancelScope(shield=True):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            await self.process.wait()
            await self.process.aclose()
            if self.directory is not None:
                self.directory.cleanup()


@dataclass(frozen=True, slots=True)
class OneShot:
    """One process for each question, which reads it to the end and prints the answer."""

    program: Program
    prints: Literal["json", "text"]

    async def answer(self, request: Request) -> Completion | Failure:
        """What the program printed, or why it is no answer."""
        running = await self.program.start()
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(running.follow_complaints)
                tasks.start_soon(partial(running.tell, _line(request), last=True))
                printed = await running.read(None) or b""
                if isinstance(printed, Failure):
                    tasks.cancel_scope.cancel()
            if isinstance(printed, Failure):
                return printed
            crash = await running.crash()
        finally:
            await running.end()
        if crash is not None:
            return crash
        return read_answer(printed) if self.prints == "json" else _plain(printed)


def _plain(printed: bytes) -> Completion:
    text = printed.decode(errors="replace").removesuffix("\n").removesuffix("\r")
    return Completion(text=text, finish_reason=None, tokens_in=None, tokens_out=None, fingerprint=None)


@dataclass(slots=True)
class Lines:
    """Processes that stay: each reads one line of JSON and prints one, in turn. As many as questions at a time."""

    program: Program
    _idle: list[Running] = field(default_factory=list)

    async def answer(self, request: Request) -> Completion | Failure:
        """The line that came back. A process that died or was too slow is replaced."""
        running = self._idle.pop() if self._idle else await self.program.start()
        line: bytes | Failure | None = None
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(running.follow_complaints)
                await running.tell(_line(request), last=False)
                line = await running.read(b"\n")
                if line is not None:
                    tasks.cancel_scope.cancel()
            if line is None:
                return await running.crash() or _HUNG_UP
        finally:
            if isinstance(line, bytes):
                self._idle.append(running)
            else:
                await running.end()
        return read_answer(line) if isinstance(line, bytes) else line

    async def close(self) -> None:
        """Ends all processes."""
        while self._idle:
            await self._idle.pop().end()


def _line(request: Request) -> bytes:
    return json.dumps(question(request)).encode() + b"\n"
