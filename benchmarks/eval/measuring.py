"""Running a program and saying what it took, its own children included."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVER = Path(__file__).with_name("server.py")


@dataclass(frozen=True, slots=True)
class Took:
    """One run: seconds on the wall and of CPU, and the largest resident memory of one process, in MB."""

    wall_s: float
    cpu_s: float
    memory_mb: float


def run(command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> Took:
    """Waits for a program, which must end with 0."""
    log = directory / "log.txt"
    home = {"HOME": str(directory), "PATH": os.environ["PATH"], "NO_COLOR": "1", "CI": "1"}
    with log.open("wb") as written:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=directory,
            env={**home, **environment},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}:\n{log.read_text()[-3000:]}")
    return Took(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(runs: Sequence[Took]) -> Took:
    """The least of each number: whatever else the machine does only ever adds."""
    return Took(
        min(one.wall_s for one in runs),
        min(one.cpu_s for one in runs),
        max(one.memory_mb for one in runs),
    )


@contextmanager
def server(latency_s: float) -> Iterator[str]:
    """The base URL of a server in a process of its own."""
    command = [sys.executable, str(SERVER), str(latency_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("no pipes")
        port = process.stdout.readline().strip()
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.stdin.close()


def memory_bytes(root: int) -> int:
    """What a process and all below it hold now; what they share is counted once. Linux only."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            below.setdefault(int(stat.read_text().rsplit(")", 1)[1].split()[1]), []).append(
                int(stat.parent.name)
            )
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += below.get(process, [])
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            total += 1024 * int(rollup.split("Pss:", 1)[1].split()[0])
    return total
