"""2,000 gate runs in refs/mist/results and in a directory: reading them, showing them, adding one more."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from mist_ci.cli import wiring  # noqa: E402
from mist_ci.models.iteration import Iteration  # noqa: E402
from mist_ci.report.history import comma_separated, plot, table  # noqa: E402
from tests.remembering import iteration, score  # noqa: E402

REF = "refs/mist/results"
RUNS, SUITES, ROUNDS = 2000, 6, 3


def best_of(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of the fastest of several rounds."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def import_runs(bare: Path, runs: list[Iteration]) -> None:
    """A commit for each run, as so many pushes would have left them."""
    lines = [b"feature done"]
    for one in runs:
        path = f"{one.when:%Y/%m}/{one.run_id}.jsonl"
        lines += [f"commit {REF}".encode(), b"committer t <t> 1700000000 +0000", b"data 0"]
        lines += [f"M 644 inline {path}".encode(), f"data {len(one.line) + 1}".encode(), one.line, b""]
    feed = b"\n".join([*lines, b"done", b""])
    subprocess.run(["git", "fast-import", "--quiet"], cwd=bare, input=feed, check=True)


def main() -> None:
    """Prints one line for each."""
    suites = [score(f"suite-{number}", 0.8 + number / 100) for number in range(SUITES)]
    runs = [iteration(number, *suites) for number in range(RUNS)]
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        subprocess.run(["git", "init", "--quiet", "--bare", "remote"], cwd=root, check=True)
        import_runs(root / "remote", runs)
        for name in ("clone", "fresh"):
            subprocess.run(["git", "init", "--quiet", name], cwd=root, check=True)
            subprocess.run(
                ["git", "remote", "add", "origin", str(root / "remote")], cwd=root / name, check=True
            )
        ref, fresh = (wiring.iterations("git", root / name, {}) for name in ("clone", "fresh"))
        directory = wiring.iterations(str(root / "directory"), root, {})
        (root / "directory").mkdir()
        for number, one in enumerate(runs):
            name = f"iterations-{one.when:%Y%m%dT%H%M%S%f}Z-{number:08x}.jsonl"
            (root / "directory" / name).write_bytes(one.line + b"\n")
        print(f"{RUNS} runs of {SUITES} suites, {len(runs[0].line)} bytes each; best of {ROUNDS} rounds")
        print(f"fetched and read (once)  {best_of(fresh.read, 1):.2f} s")
        print(f"read refs/mist/results   {best_of(fresh.read):.2f} s")
        print(f"read the directory       {best_of(directory.read):.2f} s")
        more = iter([iteration(RUNS + number, *suites) for number in range(ROUNDS)])
        ref.read()
        print(f"one more, pushed         {best_of(lambda: ref.append([next(more)])):.2f} s")
        assert len(fresh.read().iterations) == RUNS + ROUNDS
    print(f"table                    {best_of(lambda: table(runs, {})):.2f} s")
    print(f"comma-separated          {best_of(lambda: comma_separated(runs, {})):.2f} s")
    print(f"plot                     {best_of(lambda: plot(runs, {})):.2f} s")


if __name__ == "__main__":
    main()
