"""Claims: a directory of iterations takes many writers, and what in it is no record is left out and told."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mist_ci.adapters.clock import SystemClock
from mist_ci.adapters.iterations import IterationDirectory
from mist_ci.errors import Code, CouldNotRun, ExitCode
from tests.remembering import iteration

WRITER = """
import sys
from pathlib import Path
from mist_ci.adapters.clock import SystemClock
from mist_ci.adapters.iterations import IterationDirectory
from tests.remembering import iteration

store = IterationDirectory(Path(sys.argv[1]), SystemClock())
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 25):
    store.append([iteration(number)])
"""


def opened(root: Path, limit_bytes: int = 2**20) -> IterationDirectory:
    return IterationDirectory(root, SystemClock(), limit_bytes)


def test_what_runs_leave_is_there_for_later_ones_oldest_first(tmp_path: Path) -> None:
    root = tmp_path / "results" / "history"
    assert opened(root).read().iterations == ()
    assert not root.exists()
    opened(root).append([iteration(1), iteration(1, model="router")])
    opened(root).append([iteration(0)])
    opened(root).append([])
    log = opened(root).read()
    assert log.iterations == (iteration(0), iteration(1), iteration(1, model="router"))
    assert log.notices == ()
    assert len(list(root.glob("iterations-*.jsonl"))) == 2


def test_it_hides_itself_from_git(tmp_path: Path) -> None:
    opened(tmp_path / "history").append([iteration()])
    assert (tmp_path / "history" / ".gitignore").read_text() == "*\n"


@pytest.mark.slow
def test_parallel_writers_lose_no_record(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "history")]
    root = Path(__file__).parents[3]
    writers = [subprocess.Popen([*command, str(first)], cwd=root) for first in (0, 100, 200)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    assert len(opened(tmp_path / "history").read().iterations) == 75


def test_damage_is_counted_and_everything_else_is_read(tmp_path: Path) -> None:
    root = tmp_path / "history"
    opened(root).append([iteration(0), iteration(1), iteration(2)])
    (segment,) = root.glob("*.jsonl")
    first, second, third = segment.read_bytes().splitlines()
    newer = json.dumps(json.loads(second) | {"version": 7}).encode()
    segment.write_bytes(b"\n".join([first, newer, third[:50]]))
    (root / "iterations-20260101T000000000000Z-00000000.jsonl").write_bytes(b" " * (2**20 + 1))
    (root / "notes.txt").write_text("not ours")
    log = opened(root).read()
    assert log.iterations == (iteration(0),)
    (notice,) = log.notices
    assert notice == (
        f"entries in {root} that are not shown: 1 cut off, 1 in unreadable files, "
        "1 of a newer version of mist-ci"
    )


def test_the_oldest_go_when_it_is_full(tmp_path: Path) -> None:
    size = len(iteration().line)
    for number in range(12):
        opened(tmp_path, limit_bytes=8 * size).append([iteration(number)])
    kept = [one.run_id for one in opened(tmp_path, limit_bytes=8 * size).read().iterations]
    assert kept == [iteration(number).run_id for number in range(12)][-len(kept) :]
    assert 4 <= len(kept) <= 8


def test_a_place_that_is_no_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    for place in ("file", "link"):
        with pytest.raises(CouldNotRun) as caught:
            opened(tmp_path / place).append([iteration()])
        assert (caught.value.code, caught.value.exit_code) == (Code.HISTORY, ExitCode.COULD_NOT_RUN)
        assert "--history DIR" in (caught.value.hint or "")
    with pytest.raises(CouldNotRun, match="cannot be read"):
        opened(tmp_path / "file").read()
    assert list(tmp_path.glob("*.jsonl")) == []
