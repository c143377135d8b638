"""Claims: all open pull requests with a head are found, forks too, and nothing that merely contains it."""

from pathlib import Path

import pytest

from mist_ci.errors import CouldNotRun
from tests.contract.github.hosting import Hosted, commit


def test_a_pull_request_says_where_it_comes_from_and_where_it_goes(host: Hosted) -> None:
    pull = host.github.pull_request(1)
    assert (pull.number, pull.head_sha, pull.base_ref) == (1, host.head, "main")
    assert pull.title == "Improve <b>everything</b>"
    assert pull.is_open
    assert not pull.is_fork


def test_a_push_moves_the_head(host: Hosted) -> None:
    moved = commit(_path(host), "second push", "topic", host.head)
    assert host.github.pull_request(1).head_sha == moved


def test_a_deleted_fork_is_still_a_fork(host: Hosted) -> None:
    host.fake.state.pulls[1].head_repository = None
    pull = host.github.pull_request(1)
    assert pull.head_repository is None
    assert pull.is_fork


def test_an_unknown_pull_request_is_an_error(host: Hosted) -> None:
    with pytest.raises(CouldNotRun, match="show pull request 99: 404"):
        host.github.pull_request(99)


def test_one_head_in_two_pull_requests_gives_both(host: Hosted) -> None:
    host.fake.state.open_pull_request("topic", "production")
    assert [p.base_ref for p in host.github.open_pull_requests(host.head)] == ["main", "production"]


def test_a_head_that_only_a_fork_has_is_found(host: Hosted) -> None:
    """GitHub's list of a commit's pull requests does not know it, which is why that list is not asked."""
    sha = commit(_path(host), "from a fork", None, host.head)
    host.fake.state.open_pull_request("patch", fork="mallory/models", sha=sha)
    (pull,) = host.github.open_pull_requests(sha)
    assert pull.is_fork
    assert pull.head_repository == "mallory/models"


def test_closed_ones_and_ones_that_moved_on_are_not_meant(host: Hosted) -> None:
    commit(_path(host), "second push", "topic", host.head)
    assert host.github.open_pull_requests(host.head) == ()
    host.fake.state.pulls[1].is_open = False
    assert host.github.open_pull_requests(host.fake.state.pulls[1].head_sha) == ()


def test_open_pull_requests_are_read_to_the_last_page(host: Hosted) -> None:
    for number in range(105):
        host.fake.state.open_pull_request(f"other-{number}", sha=host.head, fork="someone/models")
    start = len(host.fake.seen)
    assert len(host.github.open_pull_requests(host.head)) == 106
    assert len(host.calls_since(start)) == 2


def test_the_pull_request_that_a_merge_commit_came_from_is_found(host: Hosted) -> None:
    pull = host.fake.state.pulls[1]
    assert host.github.merged_pull_requests(host.head) == ()
    merged = host.fake.state.merge(pull, "Merge", squash=True)
    assert merged
    (found,) = host.github.merged_pull_requests(merged)
    assert (found.number, found.head_sha, found.base_ref) == (1, host.head, "main")


def _path(host: Hosted) -> Path:
    return host.fake.state.repository.path
