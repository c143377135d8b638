"""How fast SchemaFlux is, and how much memory it takes, on a generated chat corpus.

Single process, seconds of the processor; each ratio with its limit beside it. Only ratios travel from machine to
machine, and a shared machine is by half faster or slower from one minute to the next. So the works take turns, each in
a process of its own (`works.py`), and a ratio is the median of those of single rounds.

Peak memory and the time to the first finding are those of `mist-ci validate` in a process of its own; the clock counts
what others do as well, so that the processor's seconds stand beside it.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.data import corpus

TITLES = {
    "typed": "typed decode with msgspec",
    "rules": "row rules that are on by default",
    "notebook": "json, cookbook's checks, tiktoken",
    "tiktoken": "default run, tiktoken",
    "gigatoken": "default run, gigatoken",
}
RATIOS = (
    ("speed of the row rules / of typed decode", "typed", "rules", 0.3, True),
    ("time of a default run / json, cookbook, tiktoken", "tiktoken", "notebook", 1.0, False),
    ("the same with the extra `fast`", "gigatoken", "notebook", 1 / 3, False),
)
"""Title, over what, under what, limit, and whether the ratio has to be that large at least."""
MEMORY_LIMIT_MB = 600
FIRST_FINDING_S = 1.0


def seconds_of(name: str, path: Path) -> float:
    """Seconds of the processor that one of `works.py` takes in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.data.works", name, str(path)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return float(json.loads(answer.stdout)["seconds"])


def take_turns(path: Path, rounds: int) -> dict[str, list[float]]:
    """Every work once a round, in an order that moves on by one: what one of them meets, the next one meets as well."""
    taken: dict[str, list[float]] = {name: [] for name in TITLES}
    names = list(TITLES)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(seconds_of(name, path))
        told = "  ".join(f"{name} {values[-1]:.2f}" for name, values in taken.items())
        print(f"round {number + 1}: {told}", flush=True)
    return taken


def ratio(title: str, value: float, limit: float, *, at_least: bool) -> bool:
    """Prints a ratio beside its limit; returns whether it is kept."""
    is_kept = value >= limit if at_least else value <= limit
    sign = "≥" if at_least else "≤"
    print(f"{title:62} {value:8.2f}   limit {sign} {limit:.2f}   {'kept' if is_kept else 'MISSED'}")
    return is_kept


def spread(values: Sequence[float]) -> str:
    """`1.02 (0.98 to 1.10)`: the median, the least and the most."""
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def measure_speed(megabytes: float, rounds: int) -> bool:
    """Prints seconds and ratios; returns whether all limits are kept."""
    path = corpus.cached(megabytes)
    size = path.stat().st_size / corpus.MEGABYTE
    taken = take_turns(path, rounds)
    for name, values in taken.items():
        print(f"{TITLES[name]:50} {spread(values):>24} s {size / median(values):8.1f} MB/s")
    kept = []
    for title, over, under, limit, at_least in RATIOS:
        values = [one / other for one, other in zip(taken[over], taken[under], strict=True)]
        print(f"{title}, round by round: {spread(values)}")
        kept.append(ratio(title, median(values), limit, at_least=at_least))
    return all(kept)


def _command(path: Path) -> list[str]:
    return [sys.executable, "-m", "mist_ci", "validate", str(path)]


def _memory_bytes(root: int) -> int:
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


def measure_memory(megabytes: float) -> bool:
    """Prints the peak of memory of `mist-ci validate` on a corpus of that size; returns whether the limit is kept."""
    path = corpus.cached(megabytes)
    start = time.perf_counter()
    peak = 0
    with subprocess.Popen(_command(path), stdout=subprocess.DEVNULL) as child:
        while child.poll() is None:
            peak = max(peak, _memory_bytes(child.pid))
            time.sleep(0.2)
    size = path.stat().st_size / corpus.MEGABYTE
    print(f"{size:,.0f} MB in {time.perf_counter() - start:.1f} s, exit code {child.returncode}")
    return ratio(
        "peak memory of all its processes in MB", peak / corpus.MEGABYTE, MEMORY_LIMIT_MB, at_least=False
    )


def measure_first_finding(megabytes: float) -> bool:
    """Prints how long it takes until the first line is on the screen, when the first row is bad."""
    clean = corpus.cached(megabytes)
    path = clean.with_name(f"bad-first-{clean.name}")
    if not path.exists():
        with path.open("wb") as file, clean.open("rb") as rest:
            file.write(b'{"messages":[]}\n')
            while piece := rest.read(1 << 20):
                file.write(piece)
    with tempfile.TemporaryDirectory() as compiled:
        taken = [_first_line_after(path, compiled) for _ in range(6)][1:]
    path.unlink()
    print(f"{'CPU seconds to the first finding':62} {min(cpu for _, cpu in taken):8.2f}")
    least = min(elapsed for elapsed, _ in taken)
    return ratio("seconds to the first finding", least, FIRST_FINDING_S, at_least=False)


def _first_line_after(path: Path, compiled: str) -> tuple[float, float]:
    """Seconds until there is something to read, by the clock and of the processor.

    Modules are compiled once, into a directory, as `pip install` compiles them: the first run only does that.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(_command(path), stdout=subprocess.PIPE, stderr=quiet, env=environment) as child:
        child.stdout.readline() if child.stdout else b""
        elapsed = time.perf_counter() - start
        ticks = Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        child.kill()
    return elapsed, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure; exit code 1 when a limit is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=float, default=200, help="size of the corpus for speed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--memory", type=float, default=0, metavar="MB", help="measure memory on a corpus of that size"
    )
    parser.add_argument("--skip-speed", action="store_true")
    options = parser.parse_args()
    kept = [True if options.skip_speed else measure_speed(options.megabytes, options.rounds)]
    kept.append(measure_first_finding(options.megabytes))
    kept.append(measure_memory(options.memory or options.megabytes))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
