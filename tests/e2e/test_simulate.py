"""`mist-ci dev simulate` as a user runs it: a real repository, real models, and a GitHub that checks every request."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mist_ci.cli import cli
from mist_ci.errors import Code, UsageError
from mist_ci.simulator import description
from tests.e2e.conftest import ROOT, ModelServer, Repository, mist_ci, start_server, stop_server

WEBHOOKS = ROOT / "tests" / "data" / "webhooks"
SECRET = "ghp_ofTheUser0000000000000000000000000000"
RESULT_FILES = {"event.json", "job-summary.md", "outputs.txt", "action.log", "api-calls.jsonl"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary directories are made: empty again after a simulation."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    return place


@pytest.fixture
def simulate(repository: Repository, place: Path) -> "Callable[..., subprocess.CompletedProcess[str]]":
    """Runs it next to the repository, with a token of the user's in the environment."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        before = repository.git("for-each-ref"), repository.git("status", "--porcelain")
        environ = {"GITHUB_TOKEN": SECRET, "GH_TOKEN": SECRET}
        done = mist_ci(
            "dev",
            "simulate",
            "--repository",
            str(repository.path),
            *arguments,
            cwd=repository.path.parent,
            env=environ,
        )
        assert "Traceback" not in done.stderr
        assert SECRET not in done.stdout + done.stderr
        assert list(place.iterdir()) == [], "no temporary directory stays"
        assert (repository.git("for-each-ref"), repository.git("status", "--porcelain")) == before
        return done

    return run


def branch(repository: Repository, name: str, model: str | None = None) -> None:
    repository.branch(name)
    if model:
        repository.move_to(model)
    else:
        repository.write("NOTES.md", "words")
    repository.commit(f"Change: {name}")
    repository.git("switch", "--quiet", "main")


def test_a_forgetful_fine_tune_is_shown_with_its_statuses_and_its_comment(
    repository: Repository, simulate: Callable[..., Any]
) -> None:
    branch(repository, "naive", "naive")

    done = simulate("--base", "main", "--head", "naive", "--verbose")

    assert done.returncode == 1, done.stdout + done.stderr
    sha = repository.git("rev-parse", "--short=7", "naive")
    told = done.stdout[done.stdout.index("status   mist/release") :].splitlines()
    assert told[0] == f"status   mist/release on {sha}, the head of #1"
    assert told[1].split()[:2] == ["pending", "judging"]
    assert told[2].split()[:3] == ["failure", "3", "suites"]
    assert "comment on #1" in done.stdout
    assert "❌ MIST CI: gate release failed" in done.stdout
    assert "output   state=failure" in told
    assert f"POST /repos/example/repository/statuses/{repository.git('rev-parse', 'naive')}" in done.stdout
    assert "all as GitHub's API description has it" in done.stdout
    assert told[-1] == "exit     1"
    (left,) = (repository.path.parent / "mist-results").glob("simulation-*")
    assert {path.name for path in left.iterdir()} >= RESULT_FILES
    assert len(list(left.rglob("report.json"))) == 1
    assert "MIST CI" in (left / "job-summary.md").read_text()
    assert SECRET not in "".join(path.read_text() for path in left.iterdir() if path.is_file())


def test_nothing_to_gate_is_success_for_people_and_for_machines(
    repository: Repository, simulate: Callable[..., Any]
) -> None:
    branch(repository, "words")
    sha = repository.git("rev-parse", "words")

    done = simulate("--base", "main", "--head", "words", "--format", "json")

    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout)
    assert (seen["event"], seen["exit_code"], seen["breaches"]) == ("pull_request", 0, [])
    assert list(seen["statuses"]) == [sha]
    assert [one["state"] for one in seen["statuses"][sha]["mist/release"]] == ["pending", "success"]
    assert seen["statuses"][sha]["mist/release"][1]["description"].startswith("nothing to gate")
    assert seen["comments"] == {}, "the action comments on what changed only"
    assert seen["outputs"]["state"] == "success"
    assert all(Path(path).exists() for path in seen["places"].values())


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("pull_request", "mist/release"),
        ("pull_request_target", "mist/release"),
        ("merge_group", "mist/release"),
        ("workflow_run", "mist/release"),
        ("push", "mist/verify"),
        ("workflow_dispatch", "mist/verify"),
        ("schedule", "mist/verify"),
    ],
)
def test_every_event_that_is_judged_can_be_tried(
    repository: Repository, simulate: Callable[..., Any], name: str, context: str
) -> None:
    branch(repository, "words")
    done = simulate("--name", name, "--base", "main", "--head", "words", "--format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout)
    (contexts,) = seen["statuses"].values()
    assert [one["state"] for one in contexts[context]] == ["pending", "success"]


def test_a_payload_of_another_repository_is_one_error_and_a_template(
    repository: Repository, simulate: Callable[..., Any]
) -> None:
    branch(repository, "words")
    event = str(WEBHOOKS / "pull_request.synchronize.json")

    done = simulate("--event", event)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("error MC") == 1
    assert "is not in this repository" in done.stderr
    assert "--head REV --base BRANCH" in done.stderr
    assert not (repository.path.parent / "mist-results").exists()

    done = simulate("--event", event, "--base", "main", "--head", "words")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "POST /repos/Codertocat/Hello-World" in _calls(repository)


def _calls(repository: Repository) -> str:
    (path,) = (repository.path.parent / "mist-results").rglob("api-calls.jsonl")
    calls = [json.loads(line) for line in path.read_text().splitlines()]
    return "\n".join(f"{call['method']} {call['path']}" for call in calls)


def test_a_forks_own_run_writes_nothing_and_says_why(
    repository: Repository, simulate: Callable[..., Any], tmp_path: Path
) -> None:
    branch(repository, "words")
    payload = json.loads((WEBHOOKS / "pull_request.opened.json").read_text())
    payload["pull_request"]["head"]["repo"] |= {"id": 5, "full_name": "mallory/Hello-World"}
    event = tmp_path / "event.json"
    event.write_text(json.dumps(payload))

    done = simulate("--event", str(event), "--base", "main", "--head", "words")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "status   none was set" in done.stdout
    assert "token that can only read" in done.stdout
    assert "from the fork mallory/Hello-World" in done.stdout


def test_a_branch_that_git_does_not_take_is_one_error(
    repository: Repository, simulate: Callable[..., Any], tmp_path: Path
) -> None:
    payload = json.loads((WEBHOOKS / "pull_request.opened.json").read_text())
    event = tmp_path / "event.json"
    for name in ("two..dots", "main/below", "with space"):
        payload["pull_request"]["head"] |= {"ref": name, "sha": repository.git("rev-parse", "main")}
        event.write_text(json.dumps(payload))
        done = simulate("--event", str(event), "--base", "main")
        assert (done.returncode, done.stdout) == (2, "")
        assert f"error MC104: git takes no branch 'refs/heads/{name}' here" in done.stderr


def test_a_pull_request_with_conflicts_says_that_github_would_wait(
    repository: Repository, simulate: Callable[..., Any]
) -> None:
    branch(repository, "words")
    repository.write("NOTES.md", "other words")
    repository.commit("on main")
    done = simulate("--base", "main", "--head", "words")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "note     head has conflicts with main" in done.stdout
    done = simulate("--base", "main", "--head", "words", "--name", "merge_group")
    assert done.returncode == 2
    assert "take it out of the merge queue" in done.stderr


def test_an_event_that_nobody_judges_says_what_the_action_said(simulate: Callable[..., Any]) -> None:
    done = simulate("--event", str(WEBHOOKS / "push.deleted.json"))
    assert done.returncode == 0, done.stderr
    assert "action   nothing to do: a branch or tag was deleted" in done.stdout


def test_a_base_that_is_only_tracked_and_a_work_tree_of_its_own_will_do(
    repository: Repository, place: Path, tmp_path: Path
) -> None:
    branch(repository, "words")
    clone, tree = tmp_path / "clone", tmp_path / "tree"
    subprocess.run(["git", "clone", "-q", "--branch", "words", str(repository.path), str(clone)], check=True)
    subprocess.run(["git", "worktree", "add", "-q", "--detach", str(tree)], cwd=clone, check=True)
    (tree / "deep").mkdir()
    done = mist_ci("dev", "simulate", "--base", "origin/main", cwd=tree / "deep")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "into main" in done.stdout
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "MC201"),
        (("--base", "nowhere"), "MC203"),
        (("--base", "main", "--head", "nowhere"), "MC203"),
        (("--event", "nowhere.json"), "MC101"),
        (("--base", "main", "--name", "check_run"), "MC201"),
    ],
)
def test_what_the_caller_got_wrong_is_one_error(
    simulate: Callable[..., Any], arguments: tuple[str, ...], code: str
) -> None:
    done = simulate(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("error MC") == 1
    assert f"error {code}" in done.stderr


def test_a_shallow_clone_and_no_clone_are_told_apart(
    repository: Repository, tmp_path: Path, place: Path
) -> None:
    branch(repository, "words")
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{repository.path}", str(shallow)], check=True)
    done = mist_ci("dev", "simulate", "--base", "main", cwd=shallow)
    assert "error MC203" in done.stderr
    assert "git fetch --unshallow" in done.stderr
    done = mist_ci(
        "dev", "simulate", "--base", "main", cwd=tmp_path, env={"GIT_CEILING_DIRECTORIES": str(tmp_path)}
    )
    assert "error MC202" in done.stderr
    assert list(place.iterdir()) == []


def test_without_the_extra_one_error_says_what_to_install(
    repository: Repository, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    monkeypatch.setattr("tempfile.tempdir", str(place))
    description._draft4_validators.cache_clear()
    with pytest.raises(UsageError) as caught:
        cli.main(
            ["dev", "simulate", "--base", "main", "--repository", str(repository.path)], standalone_mode=False
        )
    description._draft4_validators.cache_clear()
    assert caught.value.code is Code.EXTRA_MISSING
    assert 'pip install "mist-ci[simulate]"' in (caught.value.hint or "")
    assert list(place.iterdir()) == []


@pytest.fixture
def slow_server() -> Iterator[ModelServer]:
    server = start_server("--slow-ms", "50")
    yield server
    stop_server(server)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_no_process_no_directory_and_never_gave_the_token_away(
    new_repository: Callable[[str], Repository], slow_server: ModelServer, place: Path, number: int
) -> None:
    repository = new_repository(slow_server.base_url)
    branch(repository, "naive", "naive")
    environ = os.environ | {"GITHUB_TOKEN": SECRET, "MY_TOKEN": SECRET, "PROVIDER_KEY": "of-a-provider"}
    command = [sys.executable, "-m", "mist_ci", "dev", "simulate", "--base", "main", "--head", "naive"]
    process = subprocess.Popen(
        command, cwd=repository.path, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    results = repository.path / "mist-results"
    _wait_until(lambda: any(results.rglob("attempts.jsonl")))
    (child,) = [one for one in _processes_in(place) if "mist_ci\0action" in (one / "cmdline").read_text()]
    given = (child / "environ").read_text()
    assert "PROVIDER_KEY=of-a-provider" in given
    assert SECRET not in given

    process.send_signal(number)
    _, stderr = process.communicate(timeout=30)

    assert process.returncode == (130 if number == signal.SIGINT else 3), stderr
    assert "Traceback" not in stderr
    assert list(place.iterdir()) == []
    assert list(_processes_in(place)) == []
    assert not child.exists()


def test_serving_tells_the_environment_and_at_the_end_what_was_posted(
    repository: Repository, place: Path
) -> None:
    branch(repository, "words")
    command = [sys.executable, "-m", "mist_ci", "dev", "simulate", "--base", "main", "--head", "words",
               "--serve", "--format", "json"]  # fmt: skip
    process = subprocess.Popen(command, cwd=repository.path, text=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())

    done = mist_ci("action", cwd=Path(ready["checkout"]), env=ready["environment"])
    assert done.returncode == 0, done.stdout + done.stderr
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=30)

    seen = json.loads(told)
    assert (seen["exit_code"], seen["breaches"]) == (None, [])
    assert [
        one["state"] for one in seen["statuses"][repository.git("rev-parse", "words")]["mist/release"]
    ] == [
        "pending",
        "success",
    ]
    assert list(place.iterdir()) == []


def _wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def _processes_in(directory: Path) -> Iterator[Path]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve().is_relative_to(directory):
                yield process
        except OSError:
            continue
