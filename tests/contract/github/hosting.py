"""A fake GitHub with two branches, and adapters whose waits are written down instead of waited."""

import json
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mist_ci.adapters.github import GitHub
from mist_ci.adapters.github.retrying import Manners
from mist_ci.models.pull_request import RunOrder
from mist_ci.simulator import FORK_TOKEN, JOB_TOKEN, FakeGitHub

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GATE = "release"


@dataclass
class Waits:
    """A clock that moves only when somebody sleeps."""

    waited_s: list[float] = field(default_factory=list)
    clock_s: float = 1000.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.waited_s.append(seconds)
            self.clock_s += seconds

    def manners(self) -> Manners:
        return Manners(sleep=self.sleep, monotonic=lambda: self.clock_s, now=lambda: NOW)


@dataclass
class Hosted:
    """A fake with pull request 1 from `topic` to `main`, and a job's adapter."""

    fake: FakeGitHub
    github: GitHub
    waits: Waits
    head: str

    def adapter(self, token: str = JOB_TOKEN, url: str | None = None, timeout_s: float = 5.0) -> GitHub:
        """One more client, with its own manners."""
        manners = Waits().manners()
        return GitHub("acme/models", token, url or self.fake.url, manners=manners, timeout_s=timeout_s)

    read_only_token = FORK_TOKEN

    def reader(self) -> GitHub:
        """A client with a token that can only read."""
        return self.adapter(self.read_only_token)

    def environment(self, token: str = JOB_TOKEN) -> dict[str, str]:
        """What a job knows of it."""
        return {
            "GITHUB_API_URL": self.fake.url,
            "GITHUB_REPOSITORY": self.fake.state.full_name,
            "GITHUB_TOKEN": token,
        }

    def merge(self, number: int = 1) -> tuple[int, str]:
        """Presses the merge button; the status and GitHub's message."""
        url = f"{self.fake.url}/repos/acme/models/pulls/{number}/merge"
        headers = {"Authorization": f"Bearer {JOB_TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, b"{}", headers, method="PUT")
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, json.loads(response.read())["message"]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())["message"]

    def bodies(self, number: int = 1) -> list[str]:
        """The texts of all comments that are not hidden."""
        return [c.body for c in self.fake.state.comments_of(number) if not c.is_minimized]

    def calls_since(self, start: int) -> list[str]:
        return self.fake.requests()[start:]


@contextmanager
def hosted(directory: Path, token: str = JOB_TOKEN) -> Iterator[Hosted]:
    head = make_repository(directory)
    waits = Waits()
    with FakeGitHub(directory) as fake:
        fake.state.open_pull_request("topic", title="Improve <b>everything</b>")
        with GitHub("acme/models", token, fake.url, manners=waits.manners(), timeout_s=5.0) as github:
            yield Hosted(fake, github, waits, head)


def make_repository(directory: Path) -> str:
    """A bare repository with `main` and, one commit ahead, `topic`, whose commit comes back."""
    git(directory.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(directory))
    base = commit(directory, "base", "main")
    return commit(directory, "head", "topic", base)


def commit(directory: Path, content: str, branch: str | None, *parents: str) -> str:
    """A commit with one file; on a branch unless that is None."""
    blob = git(directory, "hash-object", "-w", "--stdin", feed=content)
    tree = git(directory, "mktree", feed=f"100644 blob {blob}\tfile\n")
    chain = [word for parent in parents for word in ("-p", parent)]
    sha = git(directory, "commit-tree", tree, *chain, "-m", content)
    if branch:
        git(directory, "update-ref", f"refs/heads/{branch}", sha)
    return sha


def git(directory: Path, *arguments: str, feed: str = "") -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    command = ["git", *who, *arguments]
    done = subprocess.run(command, cwd=directory, input=feed, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def body(text: str = "passed", run: str = "r1", head: str = "c" * 40, gate: str = GATE) -> str:
    """A comment as the report writes it."""
    return f"<!-- mist-ci gate={gate} run={run} head={head} -->\n### MIST CI\n\n{text}\n"


def order(run_id: int, attempt: int = 1) -> RunOrder:
    return RunOrder(run_id=run_id, attempt=attempt)
