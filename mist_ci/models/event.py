"""What a CI event means to the gate, and the few fields of GitHub's payloads that this is read from."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from mist_ci.models.base import Model


class Mode(StrEnum):
    """What there is to do."""

    JUDGE_PULL_REQUEST = "judge a pull request"
    JUDGE_GROUP = "judge a merge group"
    JUDGE_FOR_TRIGGER = "judge the pull requests of a workflow run"
    VERIFY_PUSH = "verify a push"
    ON_DEMAND = "run on demand"
    IGNORE = "ignore"


class Occasion(Model):
    """One event, understood.

    A payload is a snapshot, and a run that is started again brings the old one: whoever writes a verdict asks
    first which open pull requests have `head_sha`, and what their bases are now.
    """

    mode: Mode
    event_name: str
    action: str | None = None
    """`synchronize`, `checks_requested` and so on; None where the event has none."""
    reason: str
    """Why this mode, in words for a log. Never holds text that a stranger chose, except quoted and cut."""
    base_ref: str | None = None
    """A branch without `refs/heads/`, or what a person named as `base`. None until it is looked up."""
    base_sha: str | None = None
    """The commit before a push, or the parent of a merge group. It may be gone from the remote.

    None for a pull request: the payload's base can be days old, and policy comes from the tip of `base_ref`.
    None as well for a new branch.
    """
    head_sha: str | None = None
    """The commit that is judged and that a status belongs to: of a pull request its head, never a test merge."""
    head_ref: str | None = None
    """In place of `head_sha`, where a person named the head and did not give a full commit id."""
    pull_number: int | None = None
    is_fork: bool = False
    """True when head is in another repository, or in one that is gone."""
    default_branch: str | None = None
    writes_status: bool = False
    """May write `mist/<gate>`: then pending comes first, in place of whatever `head_sha` carries by now.

    False for a fork's own `pull_request` run, where nothing is evidence and the token cannot write.
    """
    is_retargeted: bool = False
    """The base was changed: what head carries by now was decided against another branch."""

    @property
    def needs_lookup(self) -> bool:
        """True when the pull requests, and so their bases, have to be asked for by `head_sha`."""
        return self.mode is Mode.JUDGE_FOR_TRIGGER

    @property
    def writes_verify(self) -> bool:
        """True when the outcome goes to `mist/verify`, which no merge rule requires."""
        return self.mode in {Mode.VERIFY_PUSH, Mode.ON_DEMAND}

    @property
    def may_store_outputs(self) -> bool:
        """True where a change cannot steer its own run: after a push, and for `pull_request_target`.

        Both take workflow, action and cache from a branch that others guard, and nothing of head is run: what is
        stored is what the policy's provider said to exactly that request, and a run that is started again reads it. On
        `pull_request` and `merge_group` the workflow is the change's own, and a run by hand may name any branch.
        Where no gate guards the branch no model is asked, so nothing is stored either.
        """
        trusted = self.mode is Mode.JUDGE_PULL_REQUEST and self.event_name == "pull_request_target"
        return trusted or self.mode is Mode.VERIFY_PUSH

    @property
    def may_keep_history(self) -> bool:
        """True for a push alone: what a pull request's own workflow says of itself is not for everybody's record."""
        return self.mode is Mode.VERIFY_PUSH


def _commit_id(value: str) -> str:
    if len(value) not in {40, 64} or not set(value) <= set("0123456789abcdef"):
        raise ValueError("must be a full commit id in lower-case hexadecimal digits")
    return value


CommitId = Annotated[str, AfterValidator(_commit_id)]
"""40 (SHA-1) or 64 (SHA-256) hexadecimal digits; all zeros stand for "no commit"."""

RefName = Annotated[str, Field(min_length=1)]
"""Text that somebody chose. git knows which names are possible; here it is only passed on."""


class Payload(BaseModel):
    """A part of what GitHub sends: strict about what is read, blind to the rest."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", defer_build=True)


class RepositoryIdentity(Payload):
    """Names can be moved and taken over, the number cannot."""

    id: int


class Repository(RepositoryIdentity):
    """The repository in which the event happened."""

    default_branch: RefName


class PullRequestBase(Payload):
    """Where a pull request wants to go."""

    ref: RefName
    repo: RepositoryIdentity


class PullRequestHead(Payload):
    """What a pull request brings. The repository of a fork may have been deleted since."""

    sha: CommitId
    repo: RepositoryIdentity | None


class PullRequest(Payload):
    """The pull request itself."""

    number: Annotated[int, Field(gt=0)]
    base: PullRequestBase
    head: PullRequestHead


class Activity(Payload):
    """An event with several kinds."""

    action: str


class PullRequestActivity(Activity):
    """`pull_request` and `pull_request_target`."""

    pull_request: PullRequest
    repository: Repository
    changes: dict[str, JsonValue] | None = None
    """What `edited` edited: holds `base` when the pull request was given another base branch."""


class Push(Payload):
    """`push`. All zeros in `before`: the branch is new; in `after`: it was deleted."""

    ref: RefName
    before: CommitId
    after: CommitId
    repository: Repository


class MergeGroup(Payload):
    """A temporary commit of a merge queue, and the one it is built upon."""

    head_sha: CommitId
    base_sha: CommitId
    base_ref: RefName


class MergeGroupActivity(Activity):
    """`merge_group`."""

    merge_group: MergeGroup
    repository: Repository


class WorkflowRun(Payload):
    """The run that triggered this one. What it concluded or computed is evidence of nothing."""

    event: str
    head_sha: CommitId
    head_repository: RepositoryIdentity | None


class WorkflowRunActivity(Activity):
    """`workflow_run`."""

    workflow_run: WorkflowRun
    repository: Repository


class DispatchInputs(Payload):
    """The two inputs of a manual run that are ours. An empty text counts as not given."""

    base: str | None = None
    head: str | None = None


class Dispatch(Payload):
    """`workflow_dispatch`."""

    inputs: DispatchInputs | None = None
    repository: Repository


class Schedule(Payload):
    """`schedule`. Older servers send no repository."""

    repository: Repository | None = None
