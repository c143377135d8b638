"""Claims: what the command line is given is judged before anything runs, and what it prints is grammatical."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mist_ci.cli import cli
from mist_ci.errors import Code, ExitCode, UsageError

ROW = '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}\n'


def test_a_repository_that_is_no_directory_is_the_callers_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("nope", "file"):
        arguments = ["gate", "--base", "main", "--repository", str(tmp_path / name)]
        with pytest.raises(UsageError) as caught:
            cli.main(arguments, standalone_mode=False)
        assert (caught.value.code, caught.value.exit_code) == (Code.NO_REPOSITORY, ExitCode.CONFIG)
        assert str(caught.value.where) == str(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


@pytest.mark.parametrize("option", ["--tool", "--grader"])
def test_how_results_are_read_says_nothing_without_results(option: str) -> None:
    with pytest.raises(UsageError, match=f"{option} is about results, and there are none"):
        cli.main(["gate", "--base", "HEAD", option, "plain"], standalone_mode=False)


def test_fewer_than_no_findings_cannot_be_shown() -> None:
    with pytest.raises(click.BadParameter, match="neither a number"):
        cli.main(["validate", "a.jsonl", "--show", "-1"], standalone_mode=False)


@pytest.mark.slow
def test_one_of_a_thing_is_told_in_the_singular(tmp_path: Path) -> None:
    data = tmp_path / "a.jsonl"
    data.write_text(ROW + '{"messages": []}\n', encoding="utf-8")
    told = CliRunner().invoke(cli, ["validate", str(data), "--show", "0"], standalone_mode=False)
    assert "… 1 more finding, counted below" in told.output
    assert "2 rows in 1 file (openai-chat), " in told.output
    assert ", 1 finding\n" in told.output
    data.write_text(ROW, encoding="utf-8")
    told = CliRunner().invoke(cli, ["validate", str(data)], standalone_mode=False)
    assert told.output.startswith("1 row in 1 file (openai-chat), ")
    assert ", 0 findings\n" in told.output
