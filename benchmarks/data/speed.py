"""How fast SchemaFlux is, and how much memory it takes, on a generated chat corpus.

Single process, process-CPU seconds, the least of several runs; each ratio with its limit beside it. Everything is
measured in one run of this program, as only ratios travel from machine to machine. Peak memory and the time to the
first finding are those of `mist-ci validate` in a process of its own; the clock counts what others do as well, so that
the processor's seconds stand beside it.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import corpus, peer_child, typed
from mist_ci.adapters.tokenizers import GigatokenCounter, TiktokenCounter
from mist_ci.cli import wiring, wiring_data
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import DataReport
from mist_ci.ports.accounting import TokenCounter
from mist_ci.ports.sources import BrokenSource
from mist_ci.schemaflux import Inspection, Means, Selection, validate
from mist_ci.schemaflux.judge import Judge
from mist_ci.schemaflux.lines import Span, cuts, lines
from mist_ci.schemaflux.reading import RowReader
from mist_ci.schemaflux.rule import BadLine
from mist_ci.schemaflux.rules import ROW_RULES
from mist_ci.schemaflux.rules.of_targets import TARGET_RULES

MODEL = "gpt-4o"
"""Counted with o200k_base."""
MEMORY_LIMIT_MB = 600
FIRST_FINDING_S = 1.0


def inspect(path: Path, tokens: TokenCounter, selection: Selection) -> DataReport:
    """SchemaFlux on one file, in this process."""
    with wiring_data.training_opener() as opener:
        asked = Inspection("files", wiring_data.opened(opener, [path]), model=MODEL, selection=selection)
        return validate(asked, Means(wiring.executor(), tokens))


def cookbook(path: Path) -> None:
    """Plain json, the cookbook's checks, and tiktoken for every text; what the notebook does, without its faults."""
    count = TiktokenCounter().count
    with path.open("rb") as file:
        for line in file:
            row = json.loads(line)
            list(peer_child.cookbook_errors(row))
            for message in row["messages"]:
                count(message["content"] or "", MODEL)


def row_rules(path: Path) -> int:
    """Reads every row and asks the rules about single rows that are on by default; nothing else. Their findings."""
    judge = Judge(ROW_RULES, TARGET_RULES, (), Selection())
    found = 0
    with wiring_data.training_opener() as opener:
        (source,) = wiring_data.opened(opener, [path])
        if isinstance(source, BrokenSource):
            raise TypeError(f"{path} cannot be opened")
        reader = RowReader({source.path: DataFormat.OPENAI_CHAT})
        for start, end in cuts(source):
            for line in lines(Span(source, start, end, 0)):
                content = line.content or b""
                seen = judge.glance(content)
                orderly = judge.orderly(content, seen)
                row = reader.read(
                    source, line, is_strict=seen.is_strict, is_escaped=seen.is_escaped, orderly=orderly
                )
                found += 1 if isinstance(row, BadLine) else len(judge.problems(row, seen))
    return found


def cpu_seconds(work: Callable[[], object], rounds: int) -> float:
    """The least of `rounds` runs, in seconds of this process."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


@dataclass(frozen=True, slots=True)
class Measured:
    """A name, how long it took, and the size of what it worked on."""

    name: str
    seconds: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.name:62} {self.seconds:8.2f} s {self.megabytes / self.seconds:8.1f} MB/s"


def ratio(title: str, value: float, limit: float, *, at_least: bool) -> bool:
    """Prints a ratio beside its limit; returns whether it is kept."""
    is_kept = value >= limit if at_least else value <= limit
    sign = "≥" if at_least else "≤"
    print(f"{title:62} {value:8.2f}   limit {sign} {limit:.2f}   {'kept' if is_kept else 'MISSED'}")
    return is_kept


def measure_speed(megabytes: float, rounds: int) -> bool:
    """Prints seconds and ratios; returns whether all limits are kept."""
    path = corpus.cached(megabytes)
    everything = Selection()
    works: dict[str, Callable[[], object]] = {
        "typed decode with msgspec": lambda: typed.decode(path),
        "row rules that are on by default": lambda: row_rules(path),
        "json, cookbook's checks, tiktoken": lambda: cookbook(path),
        "default run, tiktoken": lambda: inspect(path, TiktokenCounter(), everything),
        "default run, gigatoken": lambda: inspect(path, GigatokenCounter(), everything),
    }
    seconds = []
    for name, work in works.items():
        taken = Measured(name, cpu_seconds(work, rounds), path.stat().st_size / corpus.MEGABYTE)
        print(taken, flush=True)
        seconds.append(taken.seconds)
    decoded, rules, notebook, exact, fast = seconds
    kept = [
        ratio("speed of the row rules / of typed decode", decoded / rules, 0.3, at_least=True),
        ratio("time of a default run / json, cookbook, tiktoken", exact / notebook, 1.0, at_least=False),
        ratio("the same with the extra `fast`", fast / notebook, 1 / 3, at_least=False),
    ]
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
