"""Commit statuses: the verdict itself."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import AwareDatetime, BaseModel

from mist_ci.adapters.github.client import Client, Refused
from mist_ci.models.pull_request import CommitState, PostedStatus

MAX_DESCRIPTION = 140
"""A longer one is refused, although GitHub's API description does not say so."""


class _Creator(BaseModel):
    login: str


class _Status(BaseModel):
    context: str
    state: CommitState
    description: str | None
    target_url: str | None
    creator: _Creator | None
    created_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """A status to post."""

    context: str
    state: CommitState
    description: str
    target_url: str | None


def post(client: Client, sha: str, wanted: Wanted, is_still_wanted: Callable[[], bool]) -> None:
    """Posts one; sent again after a fault, unless by then it is not wanted any more. Raises Refused."""
    manners, faults = client.manners, 0
    while True:
        manners.wait_for_turn()
        try:
            _send(client, sha, wanted)
        except Refused as refused:
            delay_s = refused.delay_s
            faults += 1
            if delay_s is None or delay_s > manners.longest_wait_s or faults > manners.max_retries:
                raise
            manners.sleep(max(delay_s, manners.first_delay_s * 2.0 ** (faults - 1)))
            if not is_still_wanted():
                raise
        else:
            return


def _send(client: Client, sha: str, wanted: Wanted) -> None:
    optional = {"target_url": wanted.target_url} if wanted.target_url else {}
    client.call(
        f"set the status {wanted.context} of {sha[:7]}",
        client.operation("repos", "create_commit_status"),
        sha=sha,
        state=wanted.state.value,
        context=wanted.context,
        description=_cut(wanted.description),
        **optional,
    )


def standing(client: Client, sha: str) -> tuple[PostedStatus, ...]:
    """The newest of each context, contexts in order. Contexts that differ in case are one."""
    operation = client.operation("repos", "list_commit_statuses_for_ref")
    newest: dict[str, PostedStatus] = {}
    times: Counter[str] = Counter()
    for item in client.pages(_Status, f"list the statuses of {sha[:7]}", operation, ref=sha):
        times[item.context.lower()] += 1
        newest.setdefault(
            item.context.lower(),
            PostedStatus(
                context=item.context,
                state=item.state,
                description=item.description or "",
                target_url=item.target_url,
                creator=item.creator.login if item.creator else None,
                created_at=item.created_at,
            ),
        )
    return tuple(newest[context].model_copy(update={"times": times[context]}) for context in sorted(newest))


def _cut(description: str) -> str:
    return description if len(description) <= MAX_DESCRIPTION else description[: MAX_DESCRIPTION - 1] + "…"
