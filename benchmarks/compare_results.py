"""Fifty suites of 2,000 samples on two sides: from records to a verdict, and from files to one. The limit is 2 s."""

import contextlib
import io
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scipy import stats as peer

from mist_ci import gate, matchspec
from mist_ci.cli import cli
from mist_ci.matchspec import importers
from mist_ci.models.config import Gate
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import ModelChange
from mist_ci.models.record import Record, RecordStatus, Source

SUITES, SAMPLES, ACCURACY, LIMIT_S, ROUNDS = 50, 2_000, 0.8, 2.0, 3
SOURCE = Source("benchmark", "1", "0" * 64)


def records(side: str, dice: random.Random) -> tuple[Record, ...]:
    """Pass/fail results of one side."""
    return tuple(
        Record(
            suite=f"suite-{suite}", case_key=f"{sample:064x}", case_id=str(sample), repeat=0, grader="exact",
            value=float(dice.random() < ACCURACY), status=RecordStatus.OK, source=SOURCE, model=side,
            output="an answer of a few words",
        )
        for suite in range(SUITES)
        for sample in range(SAMPLES)
    )  # fmt: skip


def reference(model: str) -> ModelReference:
    """Who answered."""
    return ModelReference(version=1, provider="results", model=model)


def best_of(work: Callable[[], object]) -> float:
    """Processor seconds: the best of a few rounds."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def main() -> None:
    """Print seconds beside the limit, and scipy's bare tests of the same differences beside ours."""
    dice = random.Random(11)
    base, head = records("base", dice), records("head", dice)
    found = matchspec.pair_records(base, head, {})
    attempts = [attempt for one in found for attempt in one.attempts]
    bar = Gate(branches=("*",))
    change = ModelChange(
        name="bot", path="", base=reference("base"), base_label="base", head=reference("head")
    )

    def decide() -> object:
        standings = [gate.Standing.whole(one.suite) for one in found]
        return gate.decide(bar, [gate.compare(change, standings, attempts, bar, {})])

    def scipy() -> object:
        return [
            peer.ttest_rel(
                [one.value or 0.0 for one in head[start : start + SAMPLES]],
                [one.value or 0.0 for one in base[start : start + SAMPLES]],
            )
            for start in range(0, len(base), SAMPLES)
        ]

    print(f"{SUITES} suites × {SAMPLES:,} samples, two sides, best of {ROUNDS}")
    ours = best_of(decide)
    print(f"decided               {ours:6.2f} s, limit {LIMIT_S:.0f} s: {ours / LIMIT_S:.0%} of it")
    print(f"scipy, t tests alone  {best_of(scipy):6.2f} s (no pairing, no missing answers, no correction)")
    print(f"records into pairs    {best_of(lambda: matchspec.pair_records(base, head, {})):6.2f} s")
    with tempfile.TemporaryDirectory() as directory:
        for name, side in (("base", base), ("head", head)):
            Path(directory, f"{name}.jsonl").write_bytes(b"\n".join(map(importers.encode, side)))
        os.chdir(directory)

        def command() -> None:
            with contextlib.redirect_stdout(io.StringIO()):
                cli.main(["compare", "base.jsonl", "head.jsonl"], standalone_mode=False)

        print(f"mist-ci compare       {best_of(command):6.2f} s from two files of records to the text")
        os.chdir("/")


if __name__ == "__main__":
    main()
