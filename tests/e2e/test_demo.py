"""The first thing a newcomer runs, as a newcomer runs it."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.conftest import mist_ci

BLOCKED = {"naive": 1, "light": 1, "replay": 0, "broken-data": 1}


def test_the_demo_tells_its_four_stories_twice_and_leaves_no_process(tmp_path: Path) -> None:
    home = tmp_path / "a directory with spaces"
    home.mkdir()

    first, done = mist_ci("demo", cwd=home), mist_ci("demo", cwd=home)
    assert (first.returncode, done.returncode) == (0, 0), first.stderr + done.stdout + done.stderr

    for branch, exit_code in BLOCKED.items():
        assert f"{branch:12} exit {exit_code}" in done.stdout
    assert "mist-ci gate --base main --head my-branch" in done.stdout
    results = home / "demo-output" / "results"
    for branch in BLOCKED:
        (comment,) = (results / branch).rglob("comment.md")
        assert comment.read_text(encoding="utf-8").startswith("<!-- mist-ci gate=release")
    (report,) = (results / "light").rglob("report.json")
    (model,) = json.loads(report.read_text())["decision"]["models"]
    (arithmetic,) = [suite for suite in model["suites"] if suite["numbers"]["suite"] == "arithmetic"]
    assert -0.08 <= arithmetic["numbers"]["interval"]["estimate"] <= -0.04
    assert arithmetic["verdict"] == "regressed"
    assert arithmetic["numbers"]["flips"]
    assert not list((results / "broken-data").rglob("attempts.jsonl")), "no token may be spent on broken data"
    assert not list(_processes_in(home))


def _processes_in(directory: Path) -> Iterator[str]:
    """Processes that still run in a directory; where there is no /proc, nothing is claimed."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").resolve().is_relative_to(directory):
                yield (process / "cmdline").read_text()


def test_the_demo_never_deletes_what_is_not_its_own(tmp_path: Path) -> None:
    precious = tmp_path / "demo-output" / "thesis.txt"
    precious.parent.mkdir()
    precious.write_text("years of work")

    done = mist_ci("demo", cwd=tmp_path)

    assert done.returncode == 2
    assert "MC204" in done.stderr
    assert precious.read_text() == "years of work"
