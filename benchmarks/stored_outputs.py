"""10,000 stored answers: writing them, reading them, and a whole evaluation that asks nobody."""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from mist_ci import matchspec
from mist_ci.cli import wiring
from mist_ci.matchspec.calls import Portion, all_calls
from mist_ci.models.attempt import Side
from mist_ci.models.config import Provider
from mist_ci.models.modelref import ModelReference
from mist_ci.models.output import StoredAnswer
from mist_ci.models.suite import Suite

SAMPLES, ROUNDS = 5000, 3
WORDS = "an answer of some hundred tokens " * 12


def best_of(work: Callable[[int], None]) -> float:
    """Seconds of the fastest of several rounds."""
    taken = []
    for number in range(ROUNDS):
        start = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - start)
    return min(taken)


def load_suite(place: Path) -> Suite:
    """A suite of SAMPLES rows."""
    place.joinpath("suite.yml").write_text("version: 1\nname: many\ngraders: [contains]\ndata: rows.jsonl\n")
    rows = (f'{{"input": "Question {number}?", "expected": "{number}"}}\n' for number in range(SAMPLES))
    place.joinpath("rows.jsonl").write_text("".join(rows))
    return matchspec.load(matchspec.read(wiring.directory(place), "suite.yml"), wiring.executor())


def main() -> None:
    """Print seconds for each."""
    provider = Provider(type="openai", base_url="http://127.0.0.1:9/v1")
    sides = [
        matchspec.Contestant(side, ModelReference(version=1, provider="p", model=side.value), provider)
        for side in Side
    ]
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        suite = load_suite(place)
        identities = [call.identity for call in all_calls([Portion.whole(suite)], sides)]
        answer = StoredAnswer(
            text=WORDS, finish_reason="stop", tokens_in=10, tokens_out=100, fingerprint=None, refusal=False,
            written=datetime.now(UTC), run="benchmark",
        )  # fmt: skip

        def write(number: int) -> None:
            store = wiring.outputs(place / f"store-{number}", may_write=True)
            for identity in identities:
                store.put(identity, answer)

        def read(_: int) -> None:
            store = wiring.outputs(place / "store-0", may_write=False)
            if not all(store.get(identity) for identity in identities):
                raise SystemExit("an answer is missing")

        def evaluate(_: int) -> None:
            world = wiring.world(place / "results", place, wiring.outputs(place / "store-0", may_write=False))
            done = matchspec.evaluate(
                [Portion.whole(suite)], sides, world, world.results.create(world.clock.unique())
            )
            if not all(attempt.reused for attempt in done.attempts):
                raise SystemExit("somebody was asked")

        for name, work in (("write", write), ("read", read), ("evaluate", evaluate)):
            print(f"{name:9} {len(identities)} answers  {best_of(work):6.2f} s, best of {ROUNDS}")
        size = sum(path.stat().st_size for path in (place / "store-0").iterdir())
        print(f"on disk   {size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
