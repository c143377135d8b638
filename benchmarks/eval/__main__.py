"""Prints what an evaluation costs, beside promptfoo and Inspect in the same run; `--write` keeps it in RESULTS.md.

`--quick` leaves out the 100,000 samples.
"""

import math
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median

from benchmarks.eval.measuring import Took, best, server
from benchmarks.eval.runners import inspect, missing, mist_ci, promptfoo

ROUNDS = 3
SAMPLES, CONNECTIONS, LATENCY_S = 1000, 64, 0.05
MANY, MANY_CONNECTIONS, MANY_LATENCY_S = 10_000, 256, 0.5
CROWD = 100_000
MOST_CPU_S, MOST_WALL_S, MOST_STORED_S, MOST_MB, NEAR = 2.0, 2.5, 3.0, 500.0, 1.25
TIMES = {"promptfoo": 6.0, "Inspect": 10.0}


def one_turn(place: Path) -> Iterator[str]:
    """1,000 samples, each evaluator in turn; MIST CI before and after each of the others."""
    peers = {
        name: run for name, run in (("promptfoo", promptfoo), ("Inspect", inspect)) if name not in missing()
    }
    runs: dict[str, list[Took]] = {name: [] for name in ("MIST CI", *peers)}
    times: dict[str, list[float]] = {name: [] for name in peers}
    with server(LATENCY_S) as url:
        for number in range(ROUNDS):
            before = mist_ci(place / f"mist-{number}", url, SAMPLES, CONNECTIONS)
            runs["MIST CI"].append(before)
            for name, run in peers.items():
                peer = run(place / f"{name}-{number}", url, SAMPLES, CONNECTIONS)
                after = mist_ci(place / f"mist-{number}-{name}", url, SAMPLES, CONNECTIONS)
                runs[name].append(peer)
                runs["MIST CI"].append(after)
                times[name].append(peer.cpu_s / mean((before.cpu_s, after.cpu_s)))
                before = after
    least_s = math.ceil(SAMPLES / CONNECTIONS) * LATENCY_S
    yield f"## {SAMPLES:,} one-turn samples, {CONNECTIONS} connections, a server that takes {1000 * LATENCY_S:.0f} ms\n"
    yield f"No client can be quicker than {least_s:.2f} s. Whole processes, start-up and everything written included.\n"
    yield "| evaluator | CPU s | wall s | memory MB | CPU of MIST CI, times | asked for |"
    yield "|---|---:|---:|---:|---:|---|"
    for name, took in runs.items():
        least = best(took)
        figures = f"| {name} | {least.cpu_s:.2f} | {least.wall_s:.2f} | {least.memory_mb:.0f}"
        if name in times:
            ratios = times[name]
            found = f"{median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
            yield f"{figures} | {found} | ≥ {TIMES[name]:.0f} |"
        else:
            yield f"{figures} | 1.0 | ≤ {MOST_CPU_S:.1f} s CPU, ≤ {MOST_WALL_S:.1f} s wall |"
    for name in missing():
        yield f"\n{name} is not installed here: `make runners` does that."


def many(place: Path) -> Iterator[str]:
    """10,000 samples at 256 connections, and all of them again from the store."""
    with server(MANY_LATENCY_S) as url:
        asked = mist_ci(place / "many", url, MANY, MANY_CONNECTIONS)
        stored = best([mist_ci(place / "many", url, MANY, MANY_CONNECTIONS) for _ in range(ROUNDS)])
    least_s = math.ceil(MANY / MANY_CONNECTIONS) * MANY_LATENCY_S
    yield f"\n## {MANY:,} samples\n"
    yield "| what | wall s | CPU s | memory MB | asked for |"
    yield "|---|---:|---:|---:|---|"
    told = f"{MANY_CONNECTIONS} connections, {1000 * MANY_LATENCY_S:.0f} ms, at least {least_s:.1f} s"
    wanted = f"≤ {NEAR * least_s:.1f} s wall; it is {asked.wall_s / least_s:.2f} of the limit"
    yield f"| {told} | {asked.wall_s:.2f} | {asked.cpu_s:.2f} | {asked.memory_mb:.0f} | {wanted} |"
    row = f"{stored.wall_s:.2f} | {stored.cpu_s:.2f} | {stored.memory_mb:.0f}"
    yield f"| again, all of it stored | {row} | ≤ {MOST_STORED_S:.0f} s wall |"


def crowd(place: Path) -> Iterator[str]:
    """100,000 samples."""
    with server(0.0) as url:
        asked = mist_ci(place / "crowd", url, CROWD, MANY_CONNECTIONS)
    took = f"{asked.wall_s:.0f} | {asked.cpu_s:.0f} | {asked.memory_mb:.0f}"
    yield f"| {CROWD:,} samples, a server without latency | {took} | ≤ {MOST_MB:.0f} MB |"


def main() -> None:
    """Measure, print, and write down."""
    if absent := missing():
        print(
            f"{' and '.join(absent)} not installed in .runners: run `make runners` first to see ratios",
            file=sys.stderr,
        )
    lines = []
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        parts = [one_turn(place), many(place)] + ([] if "--quick" in sys.argv else [crowd(place)])
        for part in parts:
            for line in part:
                print(line, flush=True)
                lines.append(line)
    if "--write" in sys.argv:
        load = f"load of the last minutes when it ended {', '.join(f'{one:.1f}' for one in os.getloadavg())}"
        machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {load}"
        head = (
            "# What an evaluation costs\n\n"
            f"Written by `make bench-eval` on {datetime.now(UTC):%Y-%m-%d}; do not edit. {machine}.\n\n"
            "The server is a process of its own that answers after a fixed time; its CPU is nobody's. All evaluators\n"
            "ask it the same questions in the same run, and grade whether the answer contains the right one. Of\n"
            f"{ROUNDS} rounds the least counts, for everybody. How many times as much others take is the median of\n"
            "the rounds (and the least and the most): each is held against MIST CI right before and right after it,\n"
            "because a shared machine is by half slower a minute later.\n\n"
        )
        Path(__file__).with_name("RESULTS.md").write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
