"""A report over a million spans: seconds and megabytes, beside a plain loop that only parses the JSON.

Run: python benchmarks/trace_report.py [SPANS]
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.trace.spans import ledger  # noqa: E402
from mist_ci.report.trace import parts_of_run  # noqa: E402
from mist_ci.tokentrace.ledger import read_ledger  # noqa: E402

MEBIBYTE = 2**20
ROUNDS = 2


def main() -> None:
    """Prints the numbers; the ledger lies in a directory that is gone afterwards."""
    spans = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "trace.jsonl"
        with path.open("wb") as file:
            file.writelines(ledger(spans))
        size = path.stat().st_size / MEBIBYTE
        print(f"{spans:,} spans, {size:,.0f} MiB; the best of {ROUNDS}")
        wall_s, busy_s = best_of(lambda: report(path))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"report: {wall_s:.2f} s, {busy_s:.2f} s of a processor, {peak:.0f} MiB at most")
        _, plain_s = best_of(lambda: parse(path))
        print(
            f"json.loads of the same lines: {plain_s:.2f} s of a processor, {plain_s / busy_s:.1f} times as long"
        )


def best_of(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds that passed, and seconds of a processor: on a busy machine they differ."""
    taken = []
    for _ in range(ROUNDS):
        start, begun = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - start, time.process_time() - begun))
    return min(wall for wall, _ in taken), min(busy for _, busy in taken)


def report(path: Path) -> None:
    """Adds everything up, and makes the tables of each run."""
    with path.open("rb") as file:
        found = read_ledger(file, time.time_ns())
    for run in found.runs:
        list(parts_of_run(run))
    if found.notices:
        raise SystemExit(f"the ledger is not right: {found.notices}")


def parse(path: Path) -> None:
    """What any reader has to do at least."""
    with path.open("rb") as file:
        for line in file:
            json.loads(line)


if __name__ == "__main__":
    main()
