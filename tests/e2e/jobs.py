"""A workflow job's checkout, and the GitHub that started it."""

import json
import subprocess  # noqa: TC003 - the annotation is read
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mist_ci.simulator import JOB_TOKEN, FakeGitHub
from tests.e2e.conftest import ROOT, Repository, mist_ci

PAYLOADS = ROOT / "tests" / "data" / "webhooks"
HERE = 186853002
"""The id of the repository in GitHub's example payloads."""


def payload(name: str) -> dict[str, Any]:
    """One of GitHub's example payloads."""
    loaded: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return loaded


@dataclass(frozen=True)
class Job:
    """A clone of one commit, as actions/checkout leaves it."""

    github: FakeGitHub
    origin: Repository
    bare: Path
    work: Path
    place: Path

    def run(
        self, number: int, event: str = "pull_request", **options: Any
    ) -> "subprocess.CompletedProcess[str]":
        """The job of a pull request."""
        pull = self.github.state.pulls[number]
        body = payload("pull_request.synchronize")
        body["number"] = body["pull_request"]["number"] = number
        body["pull_request"]["head"]["sha"] = pull.head_sha
        body["pull_request"]["base"]["ref"] = pull.base_ref
        body["pull_request"]["head"]["repo"] = dict(body["pull_request"]["base"]["repo"])
        if pull.head_repository != self.github.state.full_name:
            body["pull_request"]["head"]["repo"]["id"] = 7
        return self.send(event, body, **options)

    def pushed(
        self, before: str, after: str, branch: str = "main", **options: Any
    ) -> "subprocess.CompletedProcess[str]":
        """The job of a push."""
        body = payload("push.new-branch") | {"ref": f"refs/heads/{branch}", "before": before, "after": after}
        return self.send("push", body, **options)

    def send(
        self,
        event: str,
        body: dict[str, Any],
        *,
        command: str = "action",
        token: str | None = JOB_TOKEN,
        run_id: int = 8123456789,
        attempt: int = 1,
        env: dict[str, str] | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        """The job of any event."""
        body["repository"] = {**body.get("repository", {}), "default_branch": "main"}
        file = self.place / "event.json"
        file.write_text(json.dumps(body))
        environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(file),
            "GITHUB_API_URL": self.github.url,
            "GITHUB_SERVER_URL": "https://github.example.com",
            "GITHUB_REPOSITORY": "acme/models",
            "GITHUB_RUN_ID": str(run_id),
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "GITHUB_STEP_SUMMARY": str(self.place / "summary.md"),
            "GITHUB_OUTPUT": str(self.place / "output.txt"),
            "CI": "true",
            "GITHUB_TOKEN": token or "",
            **(env or {}),
        }
        return mist_ci(command, cwd=self.work, env=environ)

    def standing(self, sha: str) -> dict[str, str]:
        """What a commit carries: context → state."""
        return {context: status.state for context, status in self.github.state.standing(sha).items()}

    def tip(self, branch: str) -> str:
        return self.origin.git("--git-dir", str(self.bare), "rev-parse", branch)

    def push(self) -> None:
        self.origin.git("push", "--quiet", "--force", str(self.bare), "--all")
