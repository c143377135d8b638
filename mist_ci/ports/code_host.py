"""Where pull requests live: statuses, comments, and the rules of branches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from mist_ci.models.pull_request import PostedStatus, PullRequest, RunOrder
from mist_ci.models.report import Status


@dataclass(frozen=True, slots=True)
class Pending:
    """A status that says: a verdict will come."""

    context: str
    description: str


class CommentOutcome(StrEnum):
    """What became of a comment. None of them changes the verdict."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """The same text about the same commit already stands there."""
    NEWER_EXISTS = "newer exists"
    """A newer run has written; its comment was left alone."""
    FORBIDDEN = "forbidden"
    """The token may not comment here: a fork's token, or a locked conversation."""
    TOO_LONG = "too long"
    """The host takes no text of this length: render a smaller one."""


@dataclass(frozen=True, slots=True)
class RequiredCheck:
    """A status that must be green. `integration_id`: only this GitHub App may post it; None means anybody."""

    context: str
    integration_id: int | None = None


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Which checks some branches require. `id` is None before the host has it.

    Branches are patterns such as `refs/heads/main` or `refs/heads/release/*`, or `~DEFAULT_BRANCH`.
    `bypass_actors` is how many may pass it by; None when the host does not tell. It is never sent.
    """

    name: str
    branches: tuple[str, ...]
    checks: tuple[RequiredCheck, ...]
    excluded_branches: tuple[str, ...] = ()
    must_be_up_to_date: bool = False
    is_enforced: bool = True
    id: int | None = None
    bypass_actors: int | None = field(default=None, compare=False)


class CodeHost(Protocol):
    """One repository on a code host. Every method raises CouldNotRun MC320 when the host does not do it."""

    def login(self) -> str:
        """Who the token stands for, such as `github-actions[bot]`. Asked once."""
        ...

    def set_status(
        self,
        sha: str,
        status: Status | Pending,
        target_url: str | None = None,
        is_still_wanted: Callable[[], bool] | None = None,
    ) -> None:
        """Posts a status on a commit; the newest one of a context counts. A long description is cut.

        `is_still_wanted` is asked before the request is sent again: meanwhile somebody else may have spoken.
        """
        ...

    def statuses(self, sha: str) -> tuple[PostedStatus, ...]:
        """The status that counts of each context, contexts in order."""
        ...

    def pull_request(self, number: int) -> PullRequest:
        """A pull request as it is now."""
        ...

    def open_pull_requests(self, head_sha: str) -> tuple[PullRequest, ...]:
        """All open pull requests whose head is exactly this commit, from forks too, by number."""
        ...

    def merged_pull_requests(self, sha: str) -> tuple[PullRequest, ...]:
        """The merged pull requests that brought this commit, by number."""
        ...

    def own_comment(self, pull_number: int, gate: str) -> str | None:
        """The text of our newest comment of this gate on a pull request; a copy by somebody else is none."""
        ...

    def upsert_comment(self, pull_number: int, gate: str, body: str, order: RunOrder) -> CommentOutcome:
        """Makes `body` the one comment of this gate (a label), unless a newer run has written.

        The first line of `body` is the marker that `report.comment` writes.
        """
        ...

    def rulesets(self) -> Sequence[Ruleset]:
        """The branch rulesets of this repository, those of its owner left out; some require no checks."""
        ...

    def create_ruleset(self, ruleset: Ruleset) -> Ruleset:
        """A new ruleset; what comes back has its id."""
        ...

    def update_ruleset(self, ruleset: Ruleset) -> Ruleset:
        """Sets name, branches and checks of an existing one; what else is in it stays as it is."""
        ...
