"""A real model server and real git repositories for tests that run the program as a user does."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import forked

ROOT = Path(__file__).parents[2]
ASSISTANT = ROOT / "examples" / "assistant"
SERVER = ROOT / "examples" / "tiny_models" / "server.py"
SAMPLES_KEPT = {"arithmetic": 120, "reversal": 60, "lookup": 60, "sorting": 60}


@dataclass(frozen=True)
class ModelServer:
    process: subprocess.Popen[bytes]
    base_url: str


def start_server(*arguments: str) -> ModelServer:
    process = subprocess.Popen(
        [sys.executable, str(SERVER), "--port", "0", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    return ModelServer(process, json.loads(process.stdout.readline())["base_url"])


def stop_server(server: ModelServer) -> None:
    server.process.terminate()
    server.process.communicate(timeout=10)


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    server = start_server()
    yield server
    stop_server(server)


@dataclass(frozen=True)
class Outcome:
    """What a finished `mist-ci` left behind."""

    exit_code: int
    stdout: str
    stderr: str
    results: Path

    @property
    def report(self) -> dict[str, Any]:
        return self._json("report.json")

    @property
    def status(self) -> dict[str, Any]:
        return self._json("status.json")

    @property
    def comment(self) -> str:
        return self._only("comment.md").read_text(encoding="utf-8")

    def lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._only(name).read_text(encoding="utf-8").splitlines()]

    def suites(self) -> dict[str, dict[str, Any]]:
        models = self.report["decision"]["models"]
        return {suite["numbers"]["suite"]: suite for model in models for suite in model["suites"]}

    def _only(self, name: str) -> Path:
        (found,) = self.results.rglob(name)
        return found

    def _json(self, name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self._only(name).read_text(encoding="utf-8"))
        return loaded


def mist_ci(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """In a process of its own: a fork, or a new Python where the environment may change how Python itself starts."""
    environ = {**os.environ, **(env or {})}
    if not any(name.startswith(("PYTHON", "LC_", "LANG")) for name in env or {}):
        return forked.run(arguments, cwd, environ)
    return subprocess.run(
        [sys.executable, "-m", "mist_ci", *arguments],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@dataclass(frozen=True)
class Repository:
    """The example repository with fewer samples, on a branch `main`."""

    path: Path

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=self.path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def read(self, path: str) -> str:
        return (self.path / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        before = self.read(path)
        assert old in before, f"{old!r} is not in {path}"
        self.write(path, before.replace(old, new))

    def branch(self, name: str) -> None:
        self.git("switch", "--quiet", "--create", name, "main")

    def commit(self, message: str = "change") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def move_to(self, model: str) -> None:
        self.replace("models/assistant.yml", "model: base", f"model: {model}")

    def gate(self, head: str, *arguments: str, env: Mapping[str, str] | None = None) -> Outcome:
        results = self.path.parent / f"results of {head}"
        shutil.rmtree(results, ignore_errors=True)
        done = mist_ci(
            "gate",
            "--base",
            "main",
            "--head",
            head,
            "--results-dir",
            str(results),
            *arguments,
            cwd=self.path,
            env=env,
        )
        return Outcome(done.returncode, done.stdout, done.stderr, results)


def build_repository(path: Path, base_url: str) -> Repository:
    shutil.copytree(ASSISTANT, path)
    repository = Repository(path)
    repository.replace("mist.yml", "http://127.0.0.1:8377/v1", base_url)
    for suite, kept in SAMPLES_KEPT.items():
        lines = repository.read(f"suites/{suite}.jsonl").splitlines(keepends=True)
        repository.write(f"suites/{suite}.jsonl", "".join(lines[:kept]))
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.commit("An assistant with three skills")
    return repository


@pytest.fixture
def new_repository(tmp_path: Path) -> Callable[[str], Repository]:
    return lambda base_url: build_repository(tmp_path / "a repository", base_url)


@pytest.fixture
def repository(new_repository: Callable[[str], Repository], model_server: ModelServer) -> Repository:
    return new_repository(model_server.base_url)
