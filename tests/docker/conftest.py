"""The container as GitHub's runner starts it: same mounts, same variables, a workspace of another user."""

import json
import os
import shutil
import subprocess
import textwrap
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from mist_ci.simulator import JOB_TOKEN, FakeGitHub
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
    """A clone of one commit, as actions/checkout leaves it, and the event that started the job."""

    clone: Repository
    head: str
    number: int
    forge: "Forge"

    @property
    def event(self) -> dict[str, Any]:
        here = {"id": 1, "default_branch": "main"}
        return {
            "action": "opened",
            "number": self.number,
            "pull_request": {
                "number": self.number,
                "head": {"sha": self.head, "ref": "change", "repo": here},
                "base": {"sha": self.forge.tip("main"), "ref": "main", "repo": here},
            },
            "repository": here,
        }

    def standing(self) -> dict[str, str]:
        """What the head carries: context → state."""
        found = self.forge.github.state.standing(self.head)
        return {context: status.state for context, status in found.items()}


@dataclass(frozen=True)
class Forge:
    """A repository of somebody's, its bare copy, and the GitHub that stands over that copy."""

    origin: Repository
    bare: Path
    github: FakeGitHub

    def tip(self, branch: str) -> str:
        return self.origin.git("--git-dir", str(self.bare), "rev-parse", branch)

    def push(self) -> None:
        self.origin.git("push", "--quiet", "--force", str(self.bare), "--all")

    def open_pull_request(self, name: str, change: Callable[[Repository], None]) -> PullRequest:
        """A branch of main with the change."""
        self.origin.branch(name)
        change(self.origin)
        self.origin.commit()
        head = self.origin.git("rev-parse", "HEAD")
        self.origin.git("switch", "--quiet", "main")
        self.push()
        pull = self.github.state.open_pull_request(name, title=f"Change {name}")
        clone = self.origin.path.parent / f"clone of {name}"
        self.origin.git("clone", "--quiet", "--depth=1", "--branch", name, f"file://{self.bare}", str(clone))
        return PullRequest(Repository(clone), head, pull.number, self)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """A request of a maintainer's browser: through the API, and not through the program."""
        request = urllib.request.Request(
            f"{self.github.url}/repos/acme/models/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {JOB_TOKEN}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


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


@pytest.fixture
def forge(tmp_path: Path, origin: Repository) -> Iterator[Forge]:
    bare = tmp_path / "origin.git"
    origin.git("clone", "--quiet", "--bare", str(origin.path), str(bare))
    with FakeGitHub(bare) as github:
        yield Forge(origin, bare, github)


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
        self.request = pull_request
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
        # The one default that the runner computes.
        values |= {"github-token": JOB_TOKEN} | inputs
        assert not [value for value in values.values() if "${{" in value]
        mine = {key: values[_input_of(text)] for key, text in action["runs"]["env"].items()}
        given = {f"INPUT_{name.upper()}": value for name, value in values.items()}
        commands = "/github/file_commands"
        return (
            mine
            | given
            | {
                "HOME": "/github/home",
                "GITHUB_ACTIONS": "true",
                "CI": "true",
                "GITHUB_API_URL": self.request.forge.github.url,
                "GITHUB_BASE_REF": "main",
                "GITHUB_ENV": f"{commands}/set_env_1",
                "GITHUB_EVENT_NAME": "pull_request",
                "GITHUB_EVENT_PATH": "/github/workflow/event.json",
                "GITHUB_HEAD_REF": "change",
                "GITHUB_OUTPUT": f"{commands}/set_output_1",
                "GITHUB_PATH": f"{commands}/add_path_1",
                "GITHUB_REF": f"refs/pull/{self.request.number}/merge",
                "GITHUB_REPOSITORY": "acme/models",
                "GITHUB_RUN_ATTEMPT": "1",
                "GITHUB_RUN_ID": "1",
                "GITHUB_SERVER_URL": "https://github.example.com",
                "GITHUB_SHA": self.request.head,
                "GITHUB_STEP_SUMMARY": f"{commands}/step_summary_1",
                "GITHUB_WORKSPACE": "/github/workspace",
                "RUNNER_OS": "Linux",
                "RUNNER_TEMP": "/github/runner_temp",
            }
        )

    def command(
        self, image: str, name: str, variables: Mapping[str, str], *options: str, network: str = "host"
    ) -> list[str]:
        """The runner's `docker run`, arguments of the action included; besides its mounts, the remote."""
        mounts = {
            self.temp: "/github/runner_temp",
            self.github_home: "/github/home",
            self.temp / "_github_workflow": "/github/workflow",
            self.temp / "_runner_file_commands": "/github/file_commands",
            self.workspace: "/github/workspace",
        }
        command = ["run", "--name", name, "--workdir", "/github/workspace", "--network", network, *options]
        for key, value in variables.items():
            command += ["-e", f"{key}={value}"]
        for source, target in mounts.items():
            command += ["-v", f"{source}:{target}"]
        command += ["-v", f"{self.request.forge.bare}:{self.request.forge.bare}:ro"]
        return [*command, image, variables["INPUT_COMMAND"]]

    def run(
        self, image: str, variables: Mapping[str, str] | None = None, *options: str, network: str = "host"
    ) -> Finished:
        began, name = time.perf_counter(), f"mist-{uuid.uuid4().hex}"
        command = self.command(image, name, variables or self.variables(), "--rm", *options, network=network)
        done = docker(*command, check=False)
        seconds = time.perf_counter() - began
        return Finished(done.returncode, done.stdout, done.stderr, seconds, self.workspace)


def _input_of(expression: str) -> str:
    """`x` of `${{ inputs.x }}`."""
    return expression.removeprefix("${{ inputs.").removesuffix(" }}")


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
            *("--secret", f"GITHUB_TOKEN={JOB_TOKEN}"),
            *("--env", f"GITHUB_API_URL={pull_request.forge.github.url}"),
            *("--env", "GITHUB_REPOSITORY=acme/models"),
            *("--container-options", f"-v {pull_request.forge.bare}:{pull_request.forge.bare}:ro"),
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


def readme_workflow() -> str:
    """The workflow that the README tells a stranger to add."""
    text = (ROOT / "README.md").read_text()
    start = text.index("    name: MIST CI\n")
    return textwrap.dedent(text[start : text.index("\n\n", start)]) + "\n"


def add_workflow(forge: Forge, workflow: str) -> None:
    """Commits a workflow to main."""
    forge.origin.write(".github/workflows/gate.yml", workflow)
    forge.origin.commit("Gate pull requests")
    forge.push()


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
