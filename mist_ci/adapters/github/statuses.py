"""Commit statuses: the verdict itself."""

from pydantic import BaseModel

from mist_ci.adapters.github.client import Client
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


def post(
    client: Client, sha: str, context: str, state: CommitState, description: str, target_url: str | None
) -> None:
    """Posts one. Sending it twice does no harm: the newest of a context counts."""
    optional = {"target_url": target_url} if target_url else {}
    client.call(
        f"set the status {context} of {sha[:7]}",
        client.api.repos.create_commit_status,
        sha=sha,
        state=state.value,
        context=context,
        description=_cut(description),
        **optional,
    )


def standing(client: Client, sha: str) -> tuple[PostedStatus, ...]:
    """The newest of each context, contexts in order. Contexts that differ in case are one."""
    operation = client.api.repos.list_commit_statuses_for_ref
    newest: dict[str, PostedStatus] = {}
    for item in client.pages(_Status, f"list the statuses of {sha[:7]}", operation, ref=sha):
        newest.setdefault(
            item.context.lower(),
            PostedStatus(
                context=item.context,
                state=item.state,
                description=item.description or "",
                target_url=item.target_url,
                creator=item.creator.login if item.creator else None,
            ),
        )
    return tuple(newest[context] for context in sorted(newest))


def _cut(description: str) -> str:
    return description if len(description) <= MAX_DESCRIPTION else description[: MAX_DESCRIPTION - 1] + "…"
