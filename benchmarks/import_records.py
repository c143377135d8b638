"""100,000 records of a kilobyte each: written as records.jsonl, and read back with every check."""

import json
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from mist_ci.matchspec.importers import ResultFile, encode, import_results
from mist_ci.models.record import Record, RecordStatus, RecordTokens, Source

RECORDS, ROUNDS = 100_000, 3
SOURCE = Source("promptfoo", "0.121.20", "a" * 64, file="results/base.json")


def record(number: int) -> Record:
    """One record with every field that a tool may fill."""
    return Record(
        suite="colours",
        case_key=f"{number:064x}",
        case_id=f"case-{number}",
        repeat=0,
        grader="score",
        value=float(number % 2),
        status=RecordStatus.OK,
        source=SOURCE,
        model="tiny-base",
        passed=bool(number % 2),
        scores={"icontains": 1.0, "brevity": 0.5},
        input=f"What colour is thing number {number}? " * 4,
        expected="blue",
        output="It is blue, as far as anybody knows. " * 2,
        tokens=RecordTokens(12, 3),
        cost_usd=Decimal("0.00021"),
        cost_basis="promptfoo",
        latency_ms=12.5,
        input_hash="b" * 64,
        target_hash="c" * 64,
        prompt_hash="d" * 64,
        grader_fingerprint="e" * 64,
    )


def write(records: Sequence[Record]) -> bytes:
    """All lines, as `mist-ci import` writes them."""
    return b"".join(encode(each) + b"\n" for each in records)


def best_of(work: Callable[[], object]) -> float:
    """Processor seconds of the fastest of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Prints seconds and size."""
    records = [record(number) for number in range(RECORDS)]
    data = write(records)
    writing = best_of(partial(write, records))
    if list(import_results([ResultFile("records.jsonl", data)])) != records:
        raise SystemExit("records changed on the way")
    del records
    parsing = best_of(lambda: [json.loads(line) for line in data.splitlines()])
    reading = best_of(lambda: import_results([ResultFile("records.jsonl", data)]))
    print(f"{RECORDS:,} records, {len(data) / 1e6:.0f} MB, best of {ROUNDS}, processor time")
    print(f"  written {writing:.2f} s, read and checked {reading:.2f} s")
    print(f"  json.loads of the lines alone {parsing:.2f} s: ratio {reading / parsing:.2f}")


if __name__ == "__main__":
    main()
