"""Claims: outputs cannot be forged, a summary that is too long is cut and not lost, and later steps are not reached."""

import io
import itertools
from pathlib import Path

import pytest

from mist_ci.adapters.runner_files import MAX_SUMMARY_BYTES, RunnerFiles
from mist_ci.errors import Code, CouldNotRun


def unique() -> str:
    return next(_IDS)


_IDS = (f"{number:032x}" for number in itertools.count(1))
FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    for name in FILES:
        (tmp_path / name).touch()
    return {"GITHUB_ACTIONS": "true"} | {name: str(tmp_path / name) for name in FILES}


def parsed(text: str) -> dict[str, str]:
    """As the runner reads the file: `name<<delimiter`, lines, the delimiter alone on a line."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, _, delimiter = line.partition("<<")
        found[name] = "\n".join(itertools.takewhile(lambda one, end=delimiter: one != end, lines))  # type: ignore[misc]
    return found


def test_a_value_cannot_end_itself_and_begin_another(environ: dict[str, str], tmp_path: Path) -> None:
    hostile = f"x\nmist-{'0' * 31}1\nstate<<E\nsuccess\nE\nmist-{'0' * 31}2"
    log = io.StringIO()
    RunnerFiles(environ, lambda: "f" * 32, log).outputs({"outcome": hostile, "state": "failure"})
    assert parsed((tmp_path / "GITHUB_OUTPUT").read_text()) == {"outcome": hostile, "state": "failure"}


def test_every_value_has_a_delimiter_of_its_own(environ: dict[str, str], tmp_path: Path) -> None:
    RunnerFiles(environ, unique, io.StringIO()).outputs({"a": "1", "b": "2"})
    heads = [line for line in (tmp_path / "GITHUB_OUTPUT").read_text().splitlines() if "<<" in line]
    assert len({line.partition("<<")[2] for line in heads}) == 2


def test_nothing_reaches_the_environment_or_the_path_of_later_steps(
    environ: dict[str, str], tmp_path: Path
) -> None:
    runner = RunnerFiles(environ, unique, io.StringIO())
    runner.outputs({"a": "1"})
    runner.summary("text")
    runner.annotate(("::error::x",))
    for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"):
        assert (tmp_path / name).read_bytes() == b""


def test_a_summary_that_is_too_long_is_cut_between_characters(
    environ: dict[str, str], tmp_path: Path
) -> None:
    RunnerFiles(environ, unique, io.StringIO()).summary("verdict\n" + "é" * MAX_SUMMARY_BYTES)
    written = (tmp_path / "GITHUB_STEP_SUMMARY").read_bytes()
    assert MAX_SUMMARY_BYTES - 2 <= len(written) <= MAX_SUMMARY_BYTES
    assert written.decode().startswith("verdict\n")


def test_annotations_are_commands_only_where_a_runner_reads_along(environ: dict[str, str]) -> None:
    log = io.StringIO()
    RunnerFiles(environ, unique, log).annotate(("::error::one", "::notice::two"))
    assert log.getvalue() == "::error::one\n::notice::two\n"
    quiet = io.StringIO()
    RunnerFiles({}, unique, quiet).annotate(("::error::one",))
    assert quiet.getvalue() == ""


def test_a_file_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    runner = RunnerFiles({"GITHUB_OUTPUT": str(tmp_path)}, unique, io.StringIO())
    with pytest.raises(CouldNotRun) as raised:
        runner.outputs({"a": "1"})
    assert raised.value.code is Code.CANNOT_WRITE


def test_outside_of_a_runner_nothing_is_written(tmp_path: Path) -> None:
    runner = RunnerFiles({}, unique, io.StringIO())
    runner.outputs({"a": "1"})
    runner.summary("text")
    assert list(tmp_path.iterdir()) == []
