"""Programs as child processes: no shell, no keys, a private directory, limits on time and output."""

import contextlib
import os
import signal
from subprocess import PIPE

import anyio
from anyio.abc import Process

from mist_ci.adapters.materialised import Materialised
from mist_ci.ports.programs import Program, Ran

MOST_OUTPUT_BYTES = 1 << 20
_MOST_COMPLAINT_BYTES = 4096
_LONGEST_COMPLAINT = 300
AT_ONCE = 4
"""Programs that run at the same time."""


class ChildPrograms:
    """Runs each program in a directory that holds nothing but its files, with PATH and nothing else of our environment.

    It is no sandbox: what runs here is trusted as the branch is trusted that it comes from.
    """

    def __init__(self, path: str | None) -> None:
        self._environment = {"PATH": path or os.defpath, "LC_ALL": "C.UTF-8"}
        self._materialised = Materialised()
        self._room: anyio.CapacityLimiter | None = None

    async def run(self, program: Program, text: bytes) -> Ran:
        """Runs a program once with `text` as its standard input. Whatever goes wrong is said in the result."""
        if self._room is None:
            self._room = anyio.CapacityLimiter(AT_ONCE)
        async with self._room:
            try:
                home = self._materialised.home(program.files)
                process = await anyio.open_process(
                    program.run,
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=PIPE,
                    cwd=home,
                    env={**self._environment, "HOME": str(home)},
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                return Ran(problem=f"it cannot start: {getattr(error, 'strerror', None) or error}")
            return await _listened(process, program, text)


async def _listened(process: Process, program: Program, text: bytes) -> Ran:
    """What the process said, after it and its whole group are gone."""
    said, complaint = _Capped(MOST_OUTPUT_BYTES), _Capped(_MOST_COMPLAINT_BYTES)
    try:
        with anyio.move_on_after(program.timeout_s) as limit:
            async with anyio.create_task_group() as group:
                group.start_soon(_feed, process, text)
                group.start_soon(complaint.read, process.stderr)
                await said.read(process.stdout)
            await process.wait()
    finally:
        with anyio.CancelScope(shield=True):
            _kill(process)
            await process.wait()
            await process.aclose()
    if limit.cancelled_caught:
        return Ran(problem=f"it took longer than {program.timeout_s:g} s")
    if said.is_full:
        return Ran(problem=f"it wrote more than {MOST_OUTPUT_BYTES:,} bytes")
    if process.returncode != 0:
        words = " ".join(bytes(complaint.kept).decode(errors="replace").split())[-_LONGEST_COMPLAINT:]
        return Ran(problem=f"it ended with status {process.returncode}" + (f": {words}" if words else ""))
    return Ran(bytes(said.kept))


class _Capped:
    """The beginning of a stream; the rest is read and dropped."""

    def __init__(self, most_bytes: int) -> None:
        self.kept = bytearray()
        self.is_full = False
        self._most = most_bytes

    async def read(self, stream: "anyio.abc.ByteReceiveStream | None") -> None:
        """Reads to the end."""
        if stream is None:
            return
        with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            async for chunk in stream:
                self.is_full = self.is_full or len(self.kept) + len(chunk) > self._most
                self.kept += chunk[: self._most - len(self.kept)]


async def _feed(process: Process, text: bytes) -> None:
    if process.stdin is not None:
        with contextlib.suppress(
            anyio.BrokenResourceError, anyio.ClosedResourceError
        ):  # it may not want to know
            await process.stdin.send(text)
            await process.stdin.aclose()


def _kill(process: Process) -> None:
    """The whole group, also where its leader has ended and left children behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
