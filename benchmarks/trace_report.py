"""A report over a million spans: seconds and megabytes, beside a plain loop that only parses the JSON.

Run: python benchmarks/trace_report.py [SPANS]
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.trace.spans import ledger  # noqa: E402
from mist_ci.tokentrace.ledger import read_ledger  # noqa: E402

MEBIBYTE = 2**20


def main() -> None:
    """Prints the numbers; the ledger lies in a directory that is gone afterwards."""
    spans = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "trace.jsonl"
        with path.open("wb") as file:
            file.writelines(ledger(spans))
        lines, seconds, busy, found = _read(path)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = path.stat().st_size / MEBIBYTE
        print(f"{lines:,} spans, {size:,.0f} MiB, {found} runs")
        print(f"report: {seconds:.2f} s, {busy:.2f} s of a processor, {peak:.0f} MiB at most")
        plain = _parse(path)
        print(f"json.loads of the same lines: {plain:.2f} s of a processor, {plain / busy:.1f} times as long")


def _read(path: Path) -> tuple[int, float, float, int]:
    start, begun = time.perf_counter(), time.process_time()
    with path.open("rb") as file:
        found = read_ledger(file, time.time_ns())
    for run in found.runs:
        run.total()
    taken, busy = time.perf_counter() - start, time.process_time() - begun
    if found.left_out or any(run.flaws for run in found.runs):
        raise SystemExit(f"the ledger is not right: {found.notices}")
    return sum(run.spans for run in found.runs), taken, busy, len(found.runs)


def _parse(path: Path) -> float:
    start = time.process_time()
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
    return time.process_time() - start


if __name__ == "__main__":
    main()
