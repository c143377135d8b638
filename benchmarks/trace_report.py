"""`mist-ci trace report` over a million spans: seconds and megabytes of the whole command, start-up and all.

Run: python benchmarks/trace_report.py [SPANS]
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.eval.measuring import memory_bytes  # noqa: E402
from benchmarks.trace.spans import ledger  # noqa: E402

MEBIBYTE = 2**20
ROUNDS = 3
RUNS = {"runs of 30,000 spans": 600, "one run": 10**6}
"""How the spans are spread: samples in a suite."""


def main() -> None:
    """Prints the numbers; the ledger lies in a directory that is gone afterwards."""
    spans = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; the best of {ROUNDS}")
    for name, samples in RUNS.items():
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "trace.jsonl"
            with path.open("wb") as file:
                file.writelines(ledger(spans, samples))
            size = path.stat().st_size / MEBIBYTE
            columns = zip(*(report(path) for _ in range(ROUNDS)), strict=True)
            wall_s, busy_s, _ = (min(column) for column in columns)
            *_, most = report(path, is_watched=True)
            print(
                f"{spans:,} spans, {name}, {size:,.0f} MiB: {wall_s:.2f} s, {busy_s:.2f} s of processors, "
                f"{most / MEBIBYTE:.0f} MiB in all its processes together"
            )
            plain_s = parse(path)
            print(
                f"  a loop of json.loads over the same lines: {plain_s:.2f} s; {wall_s / plain_s:.2f} of it"
            )


def report(path: Path, *, is_watched: bool = False) -> tuple[float, float, int]:
    """Seconds that passed, seconds of all processors (on a busy machine they are far apart), and the most bytes held.

    Bytes are 0 where nobody watches: looking takes a processor as well.
    """
    command = [sys.executable, "-m", "mist_ci", "trace", "report", "--from", str(path), "--format", "json"]
    start, begun, most = time.perf_counter(), _busy_s(), 0
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as wrong:
        with subprocess.Popen(command, stdout=told, stderr=wrong, cwd=ROOT) as process:
            while is_watched and process.poll() is None:
                most = max(most, memory_bytes(process.pid))
                time.sleep(0.1)
        wall_s, busy_s = time.perf_counter() - start, _busy_s() - begun
        told.seek(0)
        wrong.seek(0)
        complaints = wrong.read().decode()
        if process.returncode or complaints or json.load(told)["flaws"]:
            raise SystemExit(f"the ledger is not right: {complaints}")
    return wall_s, busy_s, most


def _busy_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def parse(path: Path) -> float:
    """What any reader in Python has to do at least."""
    begun = time.process_time()
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
    return time.process_time() - begun


if __name__ == "__main__":
    main()
