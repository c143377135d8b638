"""What recording adds to an evaluation: the same evaluation with spans and without, in turns, in CPU time.

Answers come over HTTP from a server in a process of its own (`benchmarks.eval.server`). Records, journal and store are
on, as `mist-ci eval --outputs` has them. Prints microseconds of CPU time a call, and how much spans add. On a machine
that others use as well, the second number is the better one: it is the CPU time inside the recorder, in the same run as
all the rest; the clocks that measure it are in it, and take some microseconds.
"""

import gc
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.eval.measuring import server
from mist_ci import matchspec
from mist_ci.adapters.progress import SilentProgress
from mist_ci.adapters.results import ResultDirectory
from mist_ci.cli import wiring
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.config import Limits, Provider
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.models.suite import Suite
from mist_ci.tokentrace import Origin, Recorder
from mist_ci.tokentrace.spans import Attribute, Status

SAMPLES, ROUNDS, CONNECTIONS = 1000, 6, 64
LATENCY_S = 0.05
"""As in `benchmarks.eval`: a server that answers at once is none, and a call to it half as dear."""
MOST = 0.03
MODEL = "bench-2026-01-01"


def load_suite(place: Path) -> Suite:
    """A suite of SAMPLES rows."""
    place.joinpath("suite.yml").write_text("version: 1\nname: many\ngraders: [contains]\ndata: rows.jsonl\n")
    rows = (
        f'{{"input": "Question {number}: what is 6 times 7?", "expected": "42"}}\n'
        for number in range(SAMPLES)
    )
    place.joinpath("rows.jsonl").write_text("".join(rows))
    return matchspec.load(matchspec.read(wiring.directory(place), "suite.yml"), wiring.executor())


@dataclass(slots=True)
class Clock:
    """CPU time of whatever runs inside `with`."""

    taken_ns: int = 0
    _since_ns: int = 0

    def __enter__(self) -> None:
        self._since_ns = time.thread_time_ns()

    def __exit__(self, *_: object) -> None:
        self.taken_ns += time.thread_time_ns() - self._since_ns


class Timed(Recorder):
    """Says what it took by itself, without what it hands on."""

    whole, handed_on = Clock(), Clock()

    def record(self, attempt: Attempt) -> None:
        """See Recorder."""
        with self.whole:
            super().record(attempt)

    def end(self, start_ns: int, end_ns: int, about: Mapping[str, Attribute], status: Status) -> None:
        """See Recorder."""
        with self.whole:
            super().end(start_ns, end_ns, about, status)


class TimedStore(ResultDirectory):
    """Says how long it takes to keep attempts."""

    def record(self, attempt: Attempt) -> None:
        """See ResultDirectory."""
        with Timed.handed_on:
            super().record(attempt)


def cpu_s(place: Path, suite: Suite, url: str, *, recorded: bool) -> float:
    """CPU seconds of one evaluation, from its first call to its last file."""
    reference = ModelReference(version=1, provider="bench", model=MODEL, parameters=Parameters(temperature=0))
    provider = Provider(type="openai", base_url=url, limits=Limits(connections=CONNECTIONS))
    seat = matchspec.Contestant(Side.HEAD, reference, provider)
    world = wiring.world(place / "results", place, wiring.outputs(place / "store", may_write=True))
    world = replace(world, progress=SilentProgress())
    run = place / "run"
    run.mkdir()
    store = TimedStore(run, world.clock) if recorded else ResultDirectory(run, world.clock)
    gc.collect()
    start_s = time.process_time()
    if recorded:
        recorder = Timed(store, world.progress, world.clock)
        recorder.origins[Side.HEAD] = Origin.of(reference)
        with recorder.run({"mist.reference": "models/m.yml"}):
            done = matchspec.evaluate([matchspec.Portion.whole(suite)], [seat], world, recorder)
    else:
        done = matchspec.evaluate([matchspec.Portion.whole(suite)], [seat], world, store)
    taken_s = time.process_time() - start_s
    store.close()
    if done.failure is not None or any(one.reused or not one.status.counts for one in done.attempts):
        raise SystemExit(f"not every sample was answered: {done.failure}")
    return taken_s


def main() -> None:
    """Prints what spans add."""
    without, having, warm_s = list[float](), list[float](), 0.0
    with server(LATENCY_S) as url:
        for number in range(2 * (ROUNDS + 1)):
            with tempfile.TemporaryDirectory() as directory:
                place = Path(directory)
                recorded = number % 4 in {1, 2}  # each after the other as often as before it
                taken_s = cpu_s(place, load_suite(place), url, recorded=recorded)
            if number > 1:
                (having if recorded else without).append(taken_s)
            elif recorded:  # the first of each warms up
                warm_s = taken_s
    # The machine is not ours alone: whatever else it does only ever adds, so the least of each counts.
    least, most = (1e6 * min(taken) / SAMPLES for taken in (without, having))
    own_s = (Timed.whole.taken_ns - Timed.handed_on.taken_ns) / 1e9
    share = own_s / (sum(having) + warm_s - own_s)
    print(
        f"{ROUNDS} rounds of {SAMPLES:,} calls: {least:.0f} µs CPU a call without spans, {most:.0f} µs with them"
    )
    print(f"in turns, the least of each: spans add {most / least - 1:+.1%} (at most {MOST:.0%} is asked for)")
    own_us = 1e6 * own_s / (SAMPLES * (ROUNDS + 1))
    print(f"in the recorder itself: {own_us:.0f} µs a call, {share:+.1%} of the rest")


if __name__ == "__main__":
    main()
