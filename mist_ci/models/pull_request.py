"""What a code host knows: pull requests, the statuses on a commit, and which of two runs is the newer one."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from mist_ci.models.base import Model

Sha = Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
"""A full commit id, SHA-1 or SHA-256, in lowercase."""


_RUN_PAGE = re.compile(r"/actions/runs/([0-9]{1,18})(?:/attempts/([1-9][0-9]{0,5}))?\Z")


class CommitState(StrEnum):
    """What a status on a commit can say: a verdict's three states, and that there is none yet."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


class PostedStatus(Model):
    """A status as it stands on a commit. `context` is compared without regard to case."""

    context: str
    state: CommitState
    description: str
    target_url: str | None = None
    creator: str | None = None
    """Login of who posted it: any account with write access can."""
    created_at: AwareDatetime | None = None
    times: int = 1
    """How many statuses of this context the commit has, all in all."""


class PullRequest(Model):
    """A pull request now. `title` and `base_ref` are a stranger's text."""

    number: Annotated[int, Field(gt=0)]
    head_sha: Sha
    head_repository: str | None
    """`owner/name`; None when the fork was deleted."""
    base_ref: str
    """The branch it wants to go into, without `refs/heads/`."""
    base_repository: str
    is_open: bool
    title: str = ""

    @property
    def is_fork(self) -> bool:
        """True when the head is not a branch of the base repository, also when nobody knows where it is."""
        return (self.head_repository or "").lower() != self.base_repository.lower()


class RunOrder(Model):
    """Which run is newer: the later run, and of one run the later attempt. Written `RUN.ATTEMPT`."""

    run_id: Annotated[int, Field(ge=0)]
    attempt: Annotated[int, Field(ge=1)]

    def __str__(self) -> str:
        """For example `8123456789.2`."""
        return f"{self.run_id}.{self.attempt}"

    @classmethod
    def of_page(cls, url: str | None) -> "RunOrder | None":
        """From the address of a run's page, as `page` writes it; None for any other text."""
        match = _RUN_PAGE.search(url or "")
        return cls(run_id=int(match[1]), attempt=int(match[2] or 1)) if match else None

    def page(self, repository_url: str) -> str:
        """The page of this attempt: where a status leads to, and which run it is from."""
        return f"{repository_url}/actions/runs/{self.run_id}/attempts/{self.attempt}"

    def is_newer_than(self, other: "RunOrder") -> bool:
        """False for the same run and attempt."""
        return (self.run_id, self.attempt) > (other.run_id, other.attempt)
