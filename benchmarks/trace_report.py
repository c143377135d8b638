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

from benchmarks.trace.spans import ledger  # noqa: E402

MEBIBYTE = 2**20
ROUNDS = 3
RUNS = {"runs of 30,000 spans": 1000, "one run": 10**6}
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
            wall_s, busy_s = (
                min(column) for column in zip(*(report(path) for _ in range(ROUNDS)), strict=True)
            )
            print(f"{spans:,} spans, {name}, {size:,.0f} MiB: {wall_s:.2f} s, {busy_s:.2f} s of processors")
            plain_s = parse(path)
            print(f"  a loop of json.loads over the same lines: {plain_s:.2f} s of a processor")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"the largest process had {peak:.0f} MiB")


def report(path: Path) -> tuple[float, float]:
    """Seconds that passed, and seconds of all processors: on a busy machine they are far apart."""
    command = [sys.executable, "-m", "mist_ci", "trace", "report", "--from", str(path), "--format", "json"]
    start, begun = time.perf_counter(), _busy_s()
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    wall_s, busy_s = time.perf_counter() - start, _busy_s() - begun
    if done.stderr or json.loads(done.stdout)["flaws"]:
        raise SystemExit(f"the ledger is not right: {done.stderr}")
    return wall_s, busy_s


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
