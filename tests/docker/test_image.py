"""The image, run as GitHub's runner runs it. `make e2e` brings the engine; without one these tests are skipped."""

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docker.conftest import Forge, PullRequest, Runner, docker, set_traps
from tests.e2e.conftest import ROOT, Repository, start_server, stop_server

Open = Callable[[str], Runner]
HELP_S = 1.0
NOTHING_TO_GATE_S = 3.0


@pytest.fixture
def runner_for(tmp_path: Path, forge: Forge) -> Open:
    """A runner for a pull request that moves to a model."""

    def open_one(model: str) -> Runner:
        request = forge.open_pull_request(model, lambda repository: repository.move_to(model))
        return Runner(tmp_path / f"runner of {model}", request)

    return open_one


def quickest(run: Callable[[], float]) -> float:
    """Of five: other work on this machine only ever adds time."""
    return min(run() for _ in range(5))


def in_image(image: str, program: str, *arguments: str) -> str:
    """What a program of the image prints, whether it succeeds or not."""
    return docker(
        "run", "--rm", "--network", "none", "--entrypoint", program, image, *arguments, check=False
    ).stdout


def test_the_image_holds_the_lock_of_the_data_extras_and_nothing_else(image: str) -> None:
    lock = (ROOT / "requirements" / "data.txt").read_text()
    everywhere = set(re.findall(r"^(\S+)==\S+ \\", lock, re.MULTILINE))
    somewhere = set(re.findall(r"^(\S+)==\S+ ;", lock, re.MULTILINE))
    program = "import importlib.metadata as m; print(*(d.metadata['Name'] for d in m.distributions()))"

    listed = in_image(image, "/opt/mist-ci/bin/python", "-I", "-c", program)

    installed = set(listed.lower().replace("_", "-").split())
    assert everywhere | {"mist-ci"} <= installed <= everywhere | somewhere | {"mist-ci"}


@pytest.mark.parametrize("tool", ["cc", "gcc", "c++", "clang", "ld", "make", "/opt/mist-ci/bin/pip"])
def test_nothing_that_compiles_or_installs_is_in_it(image: str, tool: str) -> None:
    assert in_image(image, "sh", "-c", f"command -v {tool}") == ""


def test_its_size_is_known(image: str, measured: Callable[[str], None]) -> None:
    layers = docker(
        "history", "--format", "{{.Size}}\t{{.CreatedBy}}", "--no-trunc", image
    ).stdout.splitlines()
    for layer in layers:
        size, _, made_by = layer.partition("\t")
        if size != "0B":
            measured(f"layer {size:>7}  {made_by.removeprefix('/bin/sh -c ')[:70] or 'the base'}")
    total = int(docker("image", "inspect", "--format", "{{.Size}}", image).stdout)
    measured(f"image {total / 1e6:.0f} MB, not compressed")
    assert total < 950e6


def test_help_is_there_within_a_second(image: str, measured: Callable[[str], None]) -> None:
    def run() -> float:
        began = time.perf_counter()
        done = docker("run", "--rm", image, "--help", check=False)
        assert done.stdout.startswith("Usage: mist-ci "), done.stdout + done.stderr
        return time.perf_counter() - began

    seconds = quickest(run)
    measured(f"container start of `mist-ci --help` {seconds:.2f} s (at most {HELP_S})")
    assert seconds <= HELP_S


def test_nothing_to_gate_is_said_within_three_seconds(
    image: str, forge: Forge, tmp_path: Path, measured: Callable[[str], None]
) -> None:
    request = forge.open_pull_request("words", lambda repository: repository.write("NOTES.md", "words\n"))
    runner = Runner(tmp_path / "runner", request)

    def run() -> float:
        began, seen = time.monotonic(), len(forge.github.seen)
        done = runner.run(image)
        assert done.exit_code == 0, done.stdout + done.stderr
        assert request.standing() == {"mist/release": "success"}
        posts = [one for one in forge.github.seen[seen:] if one.path.endswith(f"/statuses/{request.head}")]
        calls.append(len(forge.github.seen) - seen)
        return [one.at for one in posts if one.method == "POST"][-1] - began

    calls: list[int] = []
    seconds = quickest(run)
    measured(f"event to final status with nothing to gate {seconds:.2f} s (at most {NOTHING_TO_GATE_S:.0f})")
    measured(f"API calls with nothing to gate {calls[0]}")
    assert seconds <= NOTHING_TO_GATE_S


def test_a_forgetful_fine_tune_fails_the_step_and_its_results_are_the_runners_to_read(
    image: str, runner_for: Open, measured: Callable[[str], None]
) -> None:
    runner = runner_for("naive")
    done = runner.run(image)

    assert done.exit_code == 1, done.stdout + done.stderr
    assert json.loads(done.saved("status.json").read_text())["state"] == "failure"
    assert runner.request.standing() == {"mist/release": "failure"}
    assert "outcome<<mist-" in (runner.temp / "_runner_file_commands" / "set_output_1").read_text()
    assert "MIST CI" in (runner.temp / "_runner_file_commands" / "step_summary_1").read_text()
    measured(f"API calls of a gate that evaluates and comments {len(runner.request.forge.github.seen)}")
    results = list((done.workspace / "mist-results").rglob("*"))
    assert {"comment.md", "report.json", "attempts.jsonl"} <= {path.name for path in results}
    assert [path for path in results if path.stat().st_mode & 0o444 != 0o444] == []
    assert [path for path in results if path.is_dir() and path.stat().st_mode & 0o111 != 0o111] == []


def test_a_fine_tune_with_replay_passes_and_new_data_is_rendered_inside_the_container(
    image: str, forge: Forge, tmp_path: Path
) -> None:
    def change(repository: Repository) -> None:
        repository.move_to("replay")
        row = '{"messages": [{"role": "user", "content": "Sort 31."}, {"role": "assistant", "content": "13"}]}\n'
        repository.write("data/finetune.jsonl", repository.read("data/finetune.jsonl") + row)

    done = Runner(tmp_path / "runner", forge.open_pull_request("replay", change)).run(image)

    assert done.exit_code == 0, done.stdout + done.stderr
    (dataset,) = json.loads(done.saved("report.json").read_text())["data"]
    assert (dataset["rows_new"], dataset["findings"]) == (1, [])


def test_the_step_leaves_the_runners_home_and_its_path_and_environment_alone(
    image: str, runner_for: Open
) -> None:
    runner = runner_for("naive")
    runner.run(image)

    assert list(runner.github_home.iterdir()) == []
    for name in ("set_env_1", "add_path_1"):
        assert (runner.temp / "_runner_file_commands" / name).read_text() == ""


def test_nothing_of_the_workspace_runs_even_when_the_workflow_sets_pythonpath(
    image: str, forge: Forge, tmp_path: Path
) -> None:
    witness = "/github/workspace/SPRUNG"
    request = forge.open_pull_request("trapped", lambda repository: set_traps(repository, witness))
    for event in ("post-checkout", "pre-auto-gc", "fsmonitor-watchman"):
        hook = request.clone.path / ".git" / "hooks" / event
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {witness}\n")
        hook.chmod(0o755)
    runner = Runner(tmp_path / "runner", request)

    done = runner.run(
        image, runner.variables() | {"PYTHONPATH": "/github/workspace", "PYTHONHOME": "/github"}
    )

    assert done.exit_code == 0, done.stdout + done.stderr
    assert not (done.workspace / "SPRUNG").exists()


@pytest.fixture
def slow_pull_request(forge: Forge) -> Iterator[PullRequest]:
    """One whose models take a third of a second for every answer."""
    server = start_server("--slow-ms", "300")
    origin = forge.origin
    origin.write(
        "mist.yml", re.sub(r"base_url: \S+", f"base_url: {server.base_url}", origin.read("mist.yml"))
    )
    origin.commit("A slow server")
    yield forge.open_pull_request("light", lambda repository: repository.move_to("light"))
    stop_server(server)


def test_a_cancelled_job_ends_with_could_not_run_and_says_so(
    image: str, tmp_path: Path, slow_pull_request: PullRequest
) -> None:
    runner = Runner(tmp_path / "runner", slow_pull_request)

    exit_code, said = signalled(runner, image, "TERM")

    assert exit_code == 3
    assert "MC311" in said
    assert "Traceback" not in said
    (status,) = runner.workspace.glob("mist-results/*/status.json")
    assert json.loads(status.read_text())["state"] == "error"
    assert slow_pull_request.standing() == {"mist/release": "error"}


def test_after_a_job_that_was_killed_finalize_sets_the_error(
    image: str, tmp_path: Path, slow_pull_request: PullRequest
) -> None:
    runner = Runner(tmp_path / "runner", slow_pull_request)
    signalled(runner, image, "KILL")
    assert slow_pull_request.standing() == {"mist/release": "pending"}

    done = runner.run(image, runner.variables(command="finalize"))

    assert done.exit_code == 3, done.stdout + done.stderr
    assert slow_pull_request.standing() == {"mist/release": "error"}


def signalled(runner: Runner, image: str, signal: str) -> tuple[int, str]:
    """Exit code and output of a gate that gets a signal while it asks the models."""
    name = f"mist-{uuid.uuid4().hex}"
    docker(*runner.command(image, name, runner.variables(), "--detach"))
    try:
        wait_for_attempts(runner.workspace)
        docker("kill", "--signal", signal, name)
        exit_code = int(docker("wait", name).stdout)
        said = docker("logs", name)
    finally:
        docker("rm", "--force", name)
    return exit_code, said.stdout + said.stderr


def wait_for_attempts(workspace: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(path.stat().st_size for path in workspace.glob("mist-results/*/attempts.jsonl")):
            return
        time.sleep(0.05)
    raise AssertionError("the gate did not ask anything")
