"""The action on a pull request: a real event, a shallow clone, real models, and a GitHub that checks every request.

The stand-in for GitHub holds requests and replies against GitHub's own API description.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mist_ci.simulator import JOB_TOKEN, FakeGitHub
from tests.e2e.conftest import ROOT, ModelServer, Repository, mist_ci

PAYLOAD = ROOT / "tests" / "data" / "webhooks" / "pull_request.synchronize.json"


@dataclass(frozen=True)
class Job:
    """A workflow job's checkout, and the GitHub that started it."""

    github: FakeGitHub
    work: Path
    place: Path

    def run(
        self, number: int, token: str | None = JOB_TOKEN, attempt: int = 1
    ) -> "subprocess.CompletedProcess[str]":
        pull = self.github.state.pulls[number]
        payload: dict[str, Any] = json.loads(PAYLOAD.read_text())
        payload["number"] = payload["pull_request"]["number"] = number
        payload["pull_request"]["head"]["sha"] = pull.head_sha
        payload["pull_request"]["base"]["ref"] = pull.base_ref
        payload["pull_request"]["head"]["repo"] = payload["pull_request"]["base"]["repo"]
        event = self.place / "event.json"
        event.write_text(json.dumps(payload))
        environ = {
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_API_URL": self.github.url,
            "GITHUB_SERVER_URL": "https://github.example.com",
            "GITHUB_REPOSITORY": "acme/models",
            "GITHUB_RUN_ID": "8123456789",
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "GITHUB_STEP_SUMMARY": str(self.place / "summary.md"),
            "GITHUB_OUTPUT": str(self.place / "output.txt"),
            "CI": "true",
            "GITHUB_TOKEN": token or "",
        }
        return mist_ci("action", cwd=self.work, env=environ)


@pytest.fixture
def job(
    tmp_path: Path, new_repository: Callable[[str], Repository], model_server: ModelServer
) -> Iterator[Callable[..., Job]]:
    """Opens pull requests from branches that move the reference, and checks out the way a workflow does."""
    repository = new_repository(model_server.base_url)
    opened: list[FakeGitHub] = []

    def open_job(*models: str) -> Job:
        for model in models:
            repository.branch(model)
            repository.move_to(model)
            repository.commit()
        bare, work = tmp_path / "origin.git", tmp_path / "work"
        subprocess.run(["git", "clone", "--quiet", "--bare", str(repository.path), str(bare)], check=True)
        subprocess.run(
            ["git", "clone", "--quiet", "--depth=1", "--branch", models[0], f"file://{bare}", str(work)],
            check=True,
        )
        github = FakeGitHub(bare).__enter__()
        opened.append(github)
        for model in models:
            github.state.open_pull_request(model, title=f"Move to {model}")
        return Job(github, work, tmp_path)

    yield open_job
    for github in opened:
        github.__exit__(None, None, None)


def standing(job: Job, number: int) -> dict[str, str]:
    sha = job.github.state.pulls[number].head_sha
    return {context: status.state for context, status in job.github.state.standing(sha).items()}


def test_a_forgetful_fine_tune_gets_a_failure_a_comment_and_a_summary(job: Callable[..., Job]) -> None:
    work = job("naive")

    done = work.run(1)

    assert done.returncode == 1, done.stdout + done.stderr
    assert standing(work, 1) == {"mist/release": "failure"}
    sha = work.github.state.pulls[1].head_sha
    posted = [status for status in work.github.state.statuses_of(sha) if status.context == "mist/release"]
    assert {status.state for status in posted} == {"pending", "failure"}
    assert all(len(status.description or "") <= 140 for status in posted)
    (comment,) = work.github.state.comments_of(1)
    assert "3 suites regressed" in comment.body.replace("&#8203;", "")
    assert "MIST CI" in (work.place / "summary.md").read_text()
    output = (work.place / "output.txt").read_text()
    assert "outcome<<mist-" in output
    assert "\nfailed\n" in output
    assert JOB_TOKEN not in done.stdout + done.stderr


def test_a_second_run_updates_the_one_comment_and_the_status(job: Callable[..., Job]) -> None:
    work = job("replay")

    first, second = work.run(1), work.run(1, attempt=2)

    assert (first.returncode, second.returncode) == (0, 0), second.stdout + second.stderr
    assert standing(work, 1) == {"mist/release": "success"}
    assert len([one for one in work.github.state.comments_of(1) if not one.is_minimized]) == 1


def test_what_cannot_be_delivered_changes_no_verdict(job: Callable[..., Job]) -> None:
    work = job("naive")

    done = work.run(1, token="ghs_unknown00000000000000000000000000000")

    assert done.returncode in (1, 3)
    assert "Traceback" not in done.stdout + done.stderr


def test_without_a_token_the_exit_code_and_the_summary_carry_the_verdict(job: Callable[..., Job]) -> None:
    work = job("naive")

    done = work.run(1, token=None)

    assert done.returncode == 1, done.stdout + done.stderr
    assert standing(work, 1) == {}
    assert "MIST CI" in (work.place / "summary.md").read_text()


def test_an_event_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text((ROOT / "tests" / "data" / "webhooks" / "issue_comment.created.json").read_text())

    done = mist_ci(
        "action", cwd=tmp_path, env={"GITHUB_EVENT_NAME": "issue_comment", "GITHUB_EVENT_PATH": str(event)}
    )

    assert done.returncode == 0, done.stderr
    assert "nothing to do" in done.stdout
