"""What recording adds to an evaluation: the same evaluation with spans and without, in turns, in CPU time.

Answers come over HTTP from a server in a process of its own (`benchmarks.eval.server`). Records, journal and store are
on, as `mist-ci eval --outputs` has them. Prints microseconds of CPU time a call, and how much spans add; exits with 1
when that is more than 3%.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.eval.measuring import server
from mist_ci import matchspec
from mist_ci.cli import wiring
from mist_ci.models.attempt import Side
from mist_ci.models.config import Limits, Provider
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.models.suite import Suite
from mist_ci.tokentrace import Origin, Recorder

SAMPLES, ROUNDS, CONNECTIONS = 400, 24, 64
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


def cpu_s(place: Path, suite: Suite, url: str, *, recorded: bool) -> float:
    """CPU seconds of one evaluation, from its first call to its last file."""
    reference = ModelReference(version=1, provider="bench", model=MODEL, parameters=Parameters(temperature=0))
    provider = Provider(type="openai", base_url=url, limits=Limits(connections=CONNECTIONS))
    seat = matchspec.Contestant(Side.HEAD, reference, provider)
    world = wiring.world(place / "results", place, wiring.outputs(place / "store", may_write=True))
    run_id = world.clock.unique()
    start_s = time.process_time()
    if recorded:
        recorder = Recorder.create(world, run_id)
        recorder.origins[Side.HEAD] = Origin.of(reference)
        with recorder.run({"mist.reference": "models/m.yml"}):
            done = matchspec.evaluate([matchspec.Portion.whole(suite)], [seat], world, recorder)
    else:
        store = world.results.create(run_id)
        done = matchspec.evaluate([matchspec.Portion.whole(suite)], [seat], world, store)
    taken_s = time.process_time() - start_s
    if done.failure is not None or any(one.reused or not one.status.counts for one in done.attempts):
        raise SystemExit(f"not every sample was answered: {done.failure}")
    return taken_s


def main() -> int:
    """Prints what spans add; the exit code."""
    without, having = list[float](), list[float]()
    with server(0.0) as url:
        for number in range(2 * (ROUNDS + 1)):
            with tempfile.TemporaryDirectory() as directory:
                place = Path(directory)
                recorded = number % 2 == 1
                taken_s = cpu_s(place, load_suite(place), url, recorded=recorded)
            if number > 1:  # the first of each warms up
                (having if recorded else without).append(taken_s)
    # The machine is not ours alone: whatever else it does only ever adds, so the least of each counts.
    least, most = (1e6 * min(taken) / SAMPLES for taken in (without, having))
    middle = (
        1e6 * statistics.median(mine - other for mine, other in zip(having, without, strict=True)) / SAMPLES
    )
    print(
        f"{ROUNDS} rounds of {SAMPLES:,} calls: {least:.0f} µs CPU a call without spans, {most:.0f} µs with them"
    )
    print(f"spans add {most / least - 1:+.1%} (at most {MOST:.0%} is asked for)")
    print(f"the differences between neighbours have a median of {middle:.0f} µs")
    return int(most / least - 1 > MOST)


if __name__ == "__main__":
    sys.exit(main())
