"""What the fake GitHub knows. Change it from tests while nobody asks, or under `lock`."""

import itertools
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.contract.github.fake.repository import BareRepository

JOB_TOKEN = "ghs_job0000000000000000000000000000000000"
FORK_TOKEN = "ghs_fork000000000000000000000000000000000"


@dataclass(frozen=True)
class Account:
    """Who writes. Bots belong to an app, whose slug is their login without `[bot]`."""

    login: str
    id: int
    app_id: int | None = None

    @property
    def app_slug(self) -> str | None:
        return self.login.removesuffix("[bot]") if self.login.endswith("[bot]") else None

    @property
    def kind(self) -> str:
        return "Bot" if self.app_slug else "User"


ACTIONS = Account("github-actions[bot]", 41898282, 15368)


@dataclass(frozen=True)
class Token:
    """Whom a token stands for. A fork's job gets a token that can only read."""

    account: Account
    can_write: bool = True


@dataclass
class Comment:
    id: int
    issue: int
    author: Account
    body: str
    created_at: datetime
    updated_at: datetime
    via_app: str | None = None
    is_minimized: bool = False


@dataclass(frozen=True)
class PostedStatus:
    id: int
    sha: str
    context: str
    state: str
    description: str | None
    target_url: str | None
    creator: Account
    created_at: datetime


@dataclass
class Pull:
    """A pull request. A branch of this repository is followed; the commit of a fork is set by `head_sha`."""

    number: int
    title: str
    base_ref: str
    head_ref: str
    head_sha: str
    head_repository: str | None
    is_open: bool = True
    is_locked: bool = False
    merged_as: str | None = None


@dataclass
class State:
    """One repository with its accounts. Ids and times only go up."""

    full_name: str
    repository: BareRepository
    default_branch: str = "main"
    writes_per_minute: int = 80
    tokens: dict[str, Token] = field(default_factory=dict)
    statuses: list[PostedStatus] = field(default_factory=list)
    pulls: dict[int, Pull] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    rulesets: dict[int, dict[str, Any]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _ids: Any = field(default_factory=lambda: itertools.count(1001))
    _now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def next_id(self) -> int:
        return int(next(self._ids))

    def now(self) -> datetime:
        """A second later each time."""
        self._now += timedelta(seconds=1)
        return self._now

    def open_pull_request(
        self,
        head_ref: str,
        base_ref: str = "main",
        *,
        title: str = "Change",
        fork: str | None = None,
        sha: str = "",
    ) -> Pull:
        """A pull request from a branch, or from `fork` (owner/name) with the commit `sha`."""
        with self.lock:
            number = len(self.pulls) + 1
            head_sha = sha or self.repository.tip(f"refs/heads/{head_ref}") or ""
            pull = Pull(number, title, base_ref, head_ref, head_sha, fork or self.full_name)
            self.repository.set_ref(f"refs/pull/{number}/head", head_sha)
            self.pulls[number] = pull
            return pull

    def follow_branches(self) -> None:
        """Pushes to the repository move the heads of open pull requests."""
        for pull in self.pulls.values():
            if pull.is_open and pull.head_repository == self.full_name:
                tip = self.repository.tip(f"refs/heads/{pull.head_ref}")
                if tip and tip != pull.head_sha:
                    pull.head_sha = tip
                    self.repository.set_ref(f"refs/pull/{pull.number}/head", tip)

    def add_comment(
        self,
        issue: int,
        body: str,
        author: Account,
        *,
        via_app: str | None = None,
        comment_id: int | None = None,
    ) -> Comment:
        """A comment as somebody wrote it. What a bot writes comes by its app."""
        with self.lock:
            now = self.now()
            via = via_app or author.app_slug
            comment = Comment(comment_id or self.next_id(), issue, author, body, now, now, via)
            self.comments[comment.id] = comment
            return comment

    def comments_of(self, issue: int) -> list[Comment]:
        """In the order in which they are listed."""
        with self.lock:
            return sorted((c for c in self.comments.values() if c.issue == issue), key=lambda c: c.id)

    def statuses_of(self, sha: str) -> list[PostedStatus]:
        """Newest first."""
        with self.lock:
            return [status for status in reversed(self.statuses) if status.sha == sha]

    def standing(self, sha: str) -> dict[str, PostedStatus]:
        """The status that counts of each context; contexts in lowercase."""
        found: dict[str, PostedStatus] = {}
        for status in self.statuses_of(sha):
            found.setdefault(status.context.lower(), status)
        return found


def fresh_state(full_name: str, repository: Path, writes_per_minute: int) -> State:
    """Knows the job's token and a fork's."""
    tokens = {JOB_TOKEN: Token(ACTIONS), FORK_TOKEN: Token(ACTIONS, can_write=False)}
    return State(full_name, BareRepository(repository), writes_per_minute=writes_per_minute, tokens=tokens)
