"""Pull requests."""

from pydantic import BaseModel

from mist_ci.adapters.github.client import Client
from mist_ci.models.pull_request import PullRequest


class _Repository(BaseModel):
    full_name: str


class _Head(BaseModel):
    sha: str
    repo: _Repository | None
    """Null when the fork was deleted."""


class _Base(BaseModel):
    ref: str
    repo: _Repository


class _Pull(BaseModel):
    number: int
    state: str
    title: str
    head: _Head
    base: _Base
    merged_at: str | None = None

    def value(self) -> PullRequest:
        """As the rest of the program knows it."""
        return PullRequest(
            number=self.number,
            head_sha=self.head.sha,
            head_repository=self.head.repo.full_name if self.head.repo else None,
            base_ref=self.base.ref,
            base_repository=self.base.repo.full_name,
            is_open=self.state == "open",
            title=self.title,
        )


def one(client: Client, number: int) -> PullRequest:
    """A pull request as it is now."""
    return client.get(
        _Pull, f"show pull request {number}", client.operation("pulls", "get"), pull_number=number
    ).value()


def open_with_head(client: Client, sha: str) -> tuple[PullRequest, ...]:
    """All open pull requests whose head is exactly this commit, by number. One call per 100 open ones.

    `commits/{sha}/pulls` would be one call, but it has nothing to say about commits that only a fork has, and
    names pull requests that merely contain the commit. The worst verdict over all needs all.
    """
    listing = client.pages(
        _Pull, "list the open pull requests", client.operation("pulls", "list"), state="open"
    )
    found = {pull.number: pull.value() for pull in listing if pull.head.sha == sha and pull.state == "open"}
    return tuple(found[number] for number in sorted(found))


def merged_with(client: Client, sha: str) -> tuple[PullRequest, ...]:
    """The merged pull requests that brought a commit to a branch of this repository, by number."""
    operation = client.operation("repos", "list_pull_requests_associated_with_commit")
    listing = client.pages(_Pull, f"list the pull requests of {sha[:7]}", operation, commit_sha=sha)
    found = {pull.number: pull.value() for pull in listing if pull.merged_at is not None}
    return tuple(found[number] for number in sorted(found))
