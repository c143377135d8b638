"""The container as GitHub's runner starts it: same mounts, same variables, a workspace of another user."""

import json
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import ROOT, ModelServer, Repository, build_repository, start_server, stop_server

IMAGE = "mist-ci:e2e"
RUNNER_UID = 1001
ON_REQUEST = "runs with `make e2e`, which brings a Docker Engine and act"
NUMBERS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NUMBERS] = []


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in config.stash[NUMBERS]:
        terminalreporter.write_line(f"measured: {line}")


@pytest.fixture(scope="session")
def measured(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Writes a line below the test report."""
    return pytestconfig.stash[NUMBERS].append


@pytest.fixture(scope="session")
def place() -> Path:
    """What `make e2e` prepared."""
    if "MIST_CI_E2E" not in os.environ:
        pytest.skip(ON_REQUEST)
    return Path(os.environ["MIST_CI_E2E"])


def docker(*arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        ["docker", *arguments],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="session")
def image(place: Path, measured: Callable[[str], None]) -> str:
    """The real Dockerfile, built by the runner's command. Only the network is our own: the engine has no bridge."""
    reason = place / "why-not"
    if reason.exists():
        pytest.skip(reason.read_text().strip())
    began = time.perf_counter()
    docker("build", "--network", "host", "-t", IMAGE, "-f", str(ROOT / "Dockerfile"), str(ROOT))
    measured(f"image built in {time.perf_counter() - began:.0f} s")
    return IMAGE


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    server = start_server()
    yield server
    stop_server(server)


@dataclass(frozen=True)
class PullRequest:
    """A clone as actions/checkout leaves it, with the event beside it."""

    clone: Repository
    head: str

    @property
    def event(self) -> dict[str, Any]:
        return {
            "action": "opened",
            "pull_request": {
                "number": 1,
                "head": {"sha": self.head, "ref": "change"},
                "base": {"sha": self.clone.git("rev-parse", "origin/main"), "ref": "main"},
            },
        }


def open_pull_request(origin: Repository, name: str, change: Callable[[Repository], None]) -> PullRequest:
    """Makes a branch of main with the change and clones the repository at its tip."""
    origin.branch(name)
    change(origin)
    origin.commit()
    head = origin.git("rev-parse", "HEAD")
    origin.git("switch", "--quiet", "main")
    clone = origin.path.parent / f"clone of {name}"
    origin.git("clone", "--quiet", str(origin.path), str(clone))
    repository = Repository(clone)
    repository.git("switch", "--quiet", "--detach", head)
    return PullRequest(repository, head)


def set_traps(repository: Repository, witness: str) -> None:
    """What head could leave lying about for a Python that starts or imports in its directory."""
    repository.move_to("replay")
    names = (
        "sitecustomize",
        "usercustomize",
        "json",
        "click",
        "venv",
        "ensurepip",
        "pip",
        "mist_ci/__init__",
    )
    for name in names:
        repository.write(f"{name}.py", f"open({witness!r}, 'a').write(__name__)\n")


@pytest.fixture
def origin(tmp_path: Path, model_server: ModelServer) -> Repository:
    return build_repository(tmp_path / "origin", model_server.base_url)


@dataclass(frozen=True)
class Finished:
    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    workspace: Path

    def saved(self, name: str) -> Path:
        (found,) = self.workspace.glob(f"mist-results/*/{name}")
        return found


class Runner:
    """What GitHub's runner does for a container action: src/Runner.Worker/Handlers/ContainerActionHandler.cs."""

    def __init__(self, home: Path, pull_request: PullRequest) -> None:
        self.workspace = pull_request.clone.path
        self.temp = home / "_temp"
        self.github_home = self.temp / "_github_home"
        self._event = pull_request
        for name in ("_github_home", "_github_workflow", "_runner_file_commands"):
            (self.temp / name).mkdir(parents=True)
        (self.temp / "_github_workflow" / "event.json").write_text(json.dumps(pull_request.event))
        for name in ("set_output", "step_summary", "set_env", "add_path"):
            (self.temp / "_runner_file_commands" / f"{name}_1").touch()
        if os.geteuid() == 0:
            for directory in (self.workspace, self.temp):
                _give(directory, RUNNER_UID)

    def variables(self, **inputs: str) -> dict[str, str]:
        """The variables of a step that uses the action in a pull request."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        values = {name: entry.get("default", "") for name, entry in action["inputs"].items()}
        # The two defaults that the runner computes.
        values |= {"base": "origin/main", "head": self._event.head} | inputs
        assert not [value for value in values.values() if "${{" in value]
        mine = {key: text.format(**values) for key, text in _formats(action["runs"]["env"]).items()}
        given = {f"INPUT_{name.upper()}": value for name, value in values.items()}
        commands = "/github/file_commands"
        return (
            mine
            | given
            | {
                "HOME": "/github/home",
                "GITHUB_ACTIONS": "true",
                "CI": "true",
                "GITHUB_BASE_REF": "main",
                "GITHUB_ENV": f"{commands}/set_env_1",
                "GITHUB_EVENT_NAME": "pull_request",
                "GITHUB_EVENT_PATH": "/github/workflow/event.json",
                "GITHUB_HEAD_REF": "change",
                "GITHUB_OUTPUT": f"{commands}/set_output_1",
                "GITHUB_PATH": f"{commands}/add_path_1",
                "GITHUB_REF": "refs/pull/1/merge",
                "GITHUB_REPOSITORY": "octo/assistant",
                "GITHUB_RUN_ID": "1",
                "GITHUB_SHA": self._event.head,
                "GITHUB_STEP_SUMMARY": f"{commands}/step_summary_1",
                "GITHUB_WORKSPACE": "/github/workspace",
                "RUNNER_OS": "Linux",
                "RUNNER_TEMP": "/github/runner_temp",
            }
        )

    def command(self, image: str, name: str, variables: Mapping[str, str], *options: str) -> list[str]:
        """The runner's `docker run`, arguments of the action included."""
        mounts = {
            self.temp: "/github/runner_temp",
            self.github_home: "/github/home",
            self.temp / "_github_workflow": "/github/workflow",
            self.temp / "_runner_file_commands": "/github/file_commands",
            self.workspace: "/github/workspace",
        }
        command = ["run", "--name", name, "--workdir", "/github/workspace", "--network", "host", *options]
        for key, value in variables.items():
            command += ["-e", f"{key}={value}"]
        for source, target in mounts.items():
            command += ["-v", f"{source}:{target}"]
        return [*command, image, "gate"]

    def run(self, image: str, variables: Mapping[str, str] | None = None) -> Finished:
        began = time.perf_counter()
        done = docker(
            *self.command(image, f"mist-{uuid.uuid4().hex}", variables or self.variables(), "--rm"),
            check=False,
        )
        seconds = time.perf_counter() - began
        return Finished(done.returncode, done.stdout, done.stderr, seconds, self.workspace)


def _formats(expressions: Mapping[str, str]) -> dict[str, str]:
    """`${{ inputs.x }}` as a Python format."""
    return {key: text.replace("${{ inputs.", "{").replace(" }}", "}") for key, text in expressions.items()}


def _give(directory: Path, uid: int) -> None:
    for path in (directory, *directory.rglob("*")):
        os.chown(path, uid, uid, follow_symlinks=False)


@pytest.fixture(scope="session")
def act(place: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs nektos act in a clone; what it keeps goes to a directory that is removed."""
    home = place / "act-home"

    def run(
        pull_request: PullRequest, platform: str, action: Path, *options: str
    ) -> "subprocess.CompletedProcess[str]":
        event = pull_request.clone.path.with_suffix(".json")
        event.write_text(json.dumps(pull_request.event))
        command = [
            str(place / "act" / "bin" / "act"),
            "pull_request",
            *("--eventpath", str(event)),
            *("--platform", f"ubuntu-latest={platform}"),
            *("--local-repository", f"mist-ci/mist-ci@v0={action}"),
            *("--secret", "OPENAI_API_KEY=a-key-that-nothing-needs"),
            *("--action-cache-path", str(home / "actions")),
            *("--container-daemon-socket", "-"),
            *("--pull=false", "--action-offline-mode", "--no-cache-server", "--rm"),
            *options,
        ]
        environment = {
            **os.environ,
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"),
        }
        return subprocess.run(
            command,
            cwd=pull_request.clone.path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def readme_steps() -> str:
    """The steps that the README tells a stranger to add."""
    text = (ROOT / "README.md").read_text()
    start = text.index("    steps:\n")
    return text[start : text.index("\n\n", start)]


def add_workflow(origin: Repository, steps: str) -> None:
    """Commits a workflow with these steps to main."""
    origin.write(
        ".github/workflows/gate.yml",
        f"on: pull_request\njobs:\n  gate:\n    runs-on: ubuntu-latest\n{steps}\n",
    )
    origin.commit("Gate pull requests")


def run_script(script: str, cwd: Path, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """A `run` of a step with `shell: bash`, started as the runner does."""
    bash = shutil.which("bash")
    assert bash
    return subprocess.run(
        [bash, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
