"""Claims: what is stored is told to people and to programs, and a flaw is an exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mist_ci.cli import cli
from mist_ci.errors import ExitCode, UsageError
from tests.unit.adapters.test_outputs import fill


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["cache", *arguments], standalone_mode=False)
    assert done.exception is None, done.exception
    return int(done.return_value or 0), done.output


def test_a_whole_store_passes_and_a_damaged_one_does_not(tmp_path: Path) -> None:
    segment = fill(tmp_path, range(3))
    code, told = run("verify", str(tmp_path))
    assert (code, told.splitlines()[-1]) == (ExitCode.PASSED, "3 entries whole, 0 of them repeated; 0 flaws")
    segment.write_bytes(segment.read_bytes()[:-5])
    code, told = run("verify", str(tmp_path))
    assert code == ExitCode.FAILED
    assert told.splitlines()[0] == f"{segment.name}:3: cut off"


def test_numbers_for_programs_are_json(tmp_path: Path) -> None:
    fill(tmp_path, range(3))
    code, told = run("stats", str(tmp_path), "--format", "json")
    document = json.loads(told)
    assert (code, document["entries"], document["models"][0]["model"]) == (ExitCode.PASSED, 3, "base")
    _, told = run("prune", str(tmp_path), "--max-size", "1k", "--dry-run", "--format", "json")
    assert json.loads(told)["dry_run"] is True
    assert "3 entries in 1 file" in run("stats", str(tmp_path))[1]


@pytest.mark.parametrize("option", [("--older-than", "soon"), ("--max-size", "-1"), ("--older-than", "")])
def test_an_age_or_a_size_that_is_none_is_refused_before_anything_goes(
    option: tuple[str, str], tmp_path: Path
) -> None:
    fill(tmp_path, range(3))
    with pytest.raises(UsageError):
        cli.main(["cache", "prune", str(tmp_path), *option], standalone_mode=False)
