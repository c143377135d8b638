"""Claims: `mist-ci import` tells what it read, writes it, and its exit code says whether it can be compared."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mist_ci.cli import cli
from mist_ci.errors import Code, ConfigError, ExitCode, UsageError

RESULTS = Path(__file__).parents[2] / "data" / "results"
FINISHED = str(RESULTS / "promptfoo" / "finished.json")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "records.jsonl"


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["import", *arguments], standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.return_value, done.output


def test_the_table_shows_each_suite_and_the_records_are_written(out: Path) -> None:
    code, told = run(FINISHED, "--side", "head", "--out", str(out))
    assert code == ExitCode.PASSED
    header, colours, plants, last = told.splitlines()
    assert header.split() == [
        "suite", "side", "cases", "repeats", "mean", "missing", "model", "tokens", "cost", "source",
    ]  # fmt: skip
    assert colours.split()[:7] == ["colours", "head", "4", "2", "50.0", "4", "tiny-base"]
    assert plants.split()[:9] == ["plants", "head", "1", "2", "56.0", "0", "tiny-base", "30", "$0.00042"]
    assert last == f"10 records in {out}"
    assert len(out.read_bytes().splitlines()) == 10


def test_records_can_be_imported_again(out: Path, tmp_path: Path) -> None:
    run(FINISHED, "--out", str(out))
    run(str(out), "--out", str(tmp_path / "again.jsonl"))
    assert (tmp_path / "again.jsonl").read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    "name", ["promptfoo/timed-out.json", "promptfoo/interrupted.jsonl", "openai-evals/unfinished.jsonl"]
)
def test_a_run_that_did_not_finish_is_imported_and_not_comparable(name: str, out: Path) -> None:
    code, told = run(str(RESULTS / name), "--out", str(out))
    assert code == ExitCode.COULD_NOT_RUN
    assert "is not comparable: its source did not finish" in told
    assert out.exists()


def test_json_says_the_same(out: Path) -> None:
    code, told = run(FINISHED, "--out", str(out), "--format", "json")
    assert code == ExitCode.PASSED
    value = json.loads(told)
    assert (value["records"], value["out"]) == (10, str(out))
    assert [suite["suite"] for suite in value["suites"]] == ["colours", "plants"]
    assert value["suites"][1]["cost_usd"] == "0.00042"
    assert value["suites"][0]["cost_usd"] is None  # one answer never came


def test_choices_reach_the_importer(out: Path) -> None:
    two = str(RESULTS / "promptfoo" / "two-providers.json")
    assert "tuned" in run(two, "--model", "tuned", "--suite", "mine", "--out", str(out))[1]
    with pytest.raises(ConfigError) as caught:
        run(two, "--out", str(out))
    assert (caught.value.code, caught.value.exit_code) == (Code.BAD_RESULTS, ExitCode.CONFIG)


def test_what_is_read_is_never_overwritten() -> None:
    with pytest.raises(UsageError, match="would replace what is read"):
        run(FINISHED, "--out", FINISHED)


def test_a_hostile_name_commands_no_runner(tmp_path: Path, out: Path) -> None:
    file = tmp_path / "scores.jsonl"
    row = {"case_id": "a", "score": 1, "suite": "x\n::error::owned", "model": "\x1b[31m##[group]"}
    file.write_text(json.dumps(row))
    told = run(str(file), "--out", str(out))[1]
    assert not any(line.lstrip().startswith("::") for line in told.splitlines())
    assert "##[" not in told
    assert "\x1b" not in told
