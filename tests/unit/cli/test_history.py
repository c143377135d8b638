"""Claims: what was asked for is shown and nothing else; a misspelt name is an error and an empty history is not."""

import csv
import json
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mist_ci.adapters.clock import SystemClock
from mist_ci.adapters.iterations import IterationDirectory
from mist_ci.cli import cli
from mist_ci.errors import Code, CouldNotRun, ExitCode, UsageError
from mist_ci.models.iteration import Iteration
from tests.remembering import iteration, score


def keep(place: Path, *iterations: Iteration) -> None:
    IterationDirectory(place, SystemClock()).append(iterations)


def shown(*arguments: str) -> Result:
    told = CliRunner().invoke(cli, ["history", *arguments], standalone_mode=False)
    if told.exception is not None:
        raise told.exception
    return told


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three iterations of assistant and one of router, where `mist-ci gate` leaves them."""
    monkeypatch.chdir(tmp_path)
    found = tmp_path / "mist-results" / "history"
    keep(found, *(iteration(number) for number in range(3)))
    keep(found, iteration(9, score("routing", 0.7), model="router", gate="nightly"))
    return found


def models(*arguments: str) -> list[str]:
    loaded = json.loads(shown(*arguments, "--format", "json").stdout)
    return [f"{one['model']} {one['run_id'][:8]}" for one in loaded["iterations"]]


@pytest.mark.usefixtures("place")
def test_everything_is_shown_unless_less_is_asked_for() -> None:
    assistant = [f"assistant {iteration(number).run_id[:8]}" for number in range(3)]
    router = [f"router {iteration(9).run_id[:8]}"]
    assert models() == assistant + router
    assert models("--model", "assistant") == assistant
    assert models("--gate", "nightly") == router
    assert models("--last", "1") == [assistant[-1], *router]
    told = shown()
    assert "assistant: 3 iterations" in told.stdout
    assert "router: 1 iteration" in told.stdout
    assert told.return_value == ExitCode.PASSED


@pytest.mark.usefixtures("place")
def test_one_suite_is_shown_in_detail() -> None:
    told = shown("--suite", "tone").stdout
    assert "interval" in told
    assert "math" not in told
    assert "tone" in shown("--suite", "tone", "--format", "plot").stdout
    (row, *_) = csv.DictReader(StringIO(shown("--suite", "routing", "--format", "csv").stdout))
    assert (row["model"], row["head_score"]) == ("router", "0.7")


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("--model", "asistant"), "there is: assistant, router"),
        (("--gate", "releas"), "there is: nightly, release"),
        (("--suite", "maths"), "there is: math, routing, tone"),
        (("--model", "router", "--suite", "math"), "there is: routing"),
        (("--model", "router", "--gate", "release", "--suite", "math"), "no iteration is left"),
    ],
)
def test_a_name_that_nothing_has_is_an_error(arguments: tuple[str, ...], hint: str) -> None:
    with pytest.raises(UsageError, match="is called") as caught:
        shown(*arguments)
    assert (caught.value.code, caught.value.exit_code) == (Code.UNKNOWN_NAME, ExitCode.CONFIG)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("shape", ["table", "plot", "csv", "json"])
def test_an_empty_history_says_what_to_do_and_is_no_error(
    shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = shown("--format", shape, "--model", "assistant")
    assert told.return_value == ExitCode.PASSED
    assert "nothing is remembered in mist-results/history yet: `mist-ci gate` adds to it" in told.stderr
    if shape == "json":
        assert json.loads(told.stdout) == {"iterations": []}
    else:
        assert len(told.stdout.splitlines()) == (shape == "csv")


def test_what_could_not_be_read_is_told_beside_the_rest(place: Path) -> None:
    with next(place.glob("*.jsonl")).open("a") as segment:
        segment.write("half a line")
    told = shown("--format", "csv")
    assert told.stderr == "note: entries in mist-results/history that are not shown: 1 cut off\n"
    assert len(told.stdout.splitlines()) == 1 + 3 * 2 + 1


def test_a_place_that_cannot_be_read_is_could_not_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CouldNotRun) as caught:
        shown("--history", str(tmp_path / "file"))
    assert caught.value.exit_code is ExitCode.COULD_NOT_RUN


def test_the_ref_outside_of_a_repository_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        shown("--history", "git", "--repository", str(tmp_path))
    assert caught.value.code is Code.NO_REPOSITORY


def git(place: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=place, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_tags_name_the_release_of_a_head_and_of_the_merge_that_brought_it(place: Path) -> None:
    root = place.parents[1]
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "commit", "--quiet", "--allow-empty", "--message=first")
    git(root, "switch", "--quiet", "--create", "change")
    git(root, "commit", "--quiet", "--allow-empty", "--message=change")
    before, head = git(root, "rev-parse", "main"), git(root, "rev-parse", "change")
    git(root, "switch", "--quiet", "main")
    git(root, "merge", "--quiet", "--no-ff", "--message=merge", "change")
    git(root, "tag", "--annotate", "--message=v1", "v1")
    git(root, "tag", "candidate", head)
    keep(place, iteration(20, head=before), iteration(21, head=head))
    loaded = json.loads(shown("--format", "json", "--model", "assistant", "--last", "2").stdout)
    assert [one["releases"] for one in loaded["iterations"]] == [[], ["candidate", "v1"]]
    assert "candidate, v1" in shown().stdout


def test_no_name_commands_the_runner_that_reads_the_output(place: Path) -> None:
    evil = "x ##[error]y"
    keep(place, iteration(30, score("tone", 0.5), model=evil, head_model="::error::z"))
    for shape in ("table", "plot", "csv", "json"):
        told = shown("--format", shape).stdout
        assert "##[" not in told
        assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]
    loaded = json.loads(shown("--format", "json", "--model", evil).stdout)
    assert [one["model"] for one in loaded["iterations"]] == [evil]
