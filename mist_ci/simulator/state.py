"""What the fake GitHub knows. Change it from tests while nobody asks, or under `lock`."""

import itertools
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mist_ci.simulator.repository import BareRepository

JOB_TOKEN = "ghs_job0000000000000000000000000000000000"  # noqa: S105 - opens nothing but this stand-in
FORK_TOKEN = "ghs_fork000000000000000000000000000000000"  # noqa: S105


@dataclass(frozen=True)
class Account:
    """Who writes. Bots belong to an app, whose slug is their login without `[bot]`."""

    login: str
    id: int
    app_id: int | None = None

    @property
    def app_slug(self) -> str | None:
        """None for people."""
        return self.login.removesuffix("[bot]") if self.login.endswith("[bot]") else None

    @property
    def kind(self) -> str:
        """As GitHub names it."""
        return "Bot" if self.app_slug else "User"


ACTIONS = Account("github-actions[bot]", 41898282, 15368)


@dataclass(frozen=True)
class Token:
    """Whom a token stands for. A fork's job gets a token that can only read."""

    account: Account
    can_write: bool = True


@dataclass
class Comment:
    """A comment on a pull request; `id` only goes up."""

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
    """One entry of a commit's history of statuses."""

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
    closed_at: datetime | None = None
    merged_as: str | None = None
    """The commit that brought it to the base branch."""
    merged_onto: str | None = None
    """Where the base branch was before that."""


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
    environments: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Name → what differs from GitHub's example of an environment, such as `protection_rules`."""
    codeowners_errors: list[dict[str, Any]] | None = None
    """None: there is no CODEOWNERS file."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    _ids: Any = field(default_factory=lambda: itertools.count(1001))
    _now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def next_id(self) -> int:
        """A number that nothing has yet."""
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
        number: int | None = None,
    ) -> Pull:
        """A pull request from a branch, or from `fork` (owner/name) with the commit `sha`."""
        with self.lock:
            number = number or max(self.pulls, default=0) + 1
            head_sha = sha or self.repository.tip(f"refs/heads/{head_ref}") or ""
            pull = Pull(number, title, base_ref, head_ref, head_sha, fork or self.full_name)
            self.repository.set_ref(f"refs/pull/{number}/head", head_sha)
            self.pulls[number] = pull
            return pull

    def retarget(self, number: int, base_ref: str) -> None:
        """Gives a pull request another base branch, as its author may at any time. Statuses stay."""
        with self.lock:
            self.pulls[number].base_ref = base_ref

    def merge(self, pull: Pull, message: str, *, squash: bool = False) -> str | None:
        """Brings a pull request to its base branch and gives the new commit, or None when there is a conflict."""
        with self.lock:
            branch = f"refs/heads/{pull.base_ref}"
            base = self.repository.tip(branch)
            if base is None:
                return None
            commit = self.repository.merge_commit(base, pull.head_sha, message, squash=squash)
            if commit is not None:
                self.repository.set_ref(branch, commit)
                pull.is_open, pull.closed_at = False, self.now()
                pull.merged_as, pull.merged_onto = commit, base
            return commit

    def pulls_of(self, sha: str) -> list[Pull]:
        """Open pull requests that would bring a commit, and merged ones that brought it, by their merge too."""
        with self.lock:
            return [pull for pull in self.pulls.values() if self._is_associated(pull, sha)]

    def _is_associated(self, pull: Pull, sha: str) -> bool:
        if pull.is_open:
            base = self.repository.tip(f"refs/heads/{pull.base_ref}")
            return base is not None and self.repository.brings(base, pull.head_sha, sha)
        if pull.merged_as is None or pull.merged_onto is None:
            return False
        return sha == pull.merged_as or self.repository.brings(pull.merged_onto, pull.head_sha, sha)

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
