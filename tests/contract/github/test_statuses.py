"""Claims: the verdict arrives as a status, fits, says who wrote it, and a refusal is an error with a code."""

from dataclasses import replace

import pytest

from mist_ci.delivery import Destination, Statuses
from mist_ci.errors import Code, CouldNotRun, ExitCode
from mist_ci.models.pull_request import CommitState, RunOrder
from mist_ci.models.report import Status
from mist_ci.models.verdict import State
from mist_ci.ports.code_host import Pending
from mist_ci.simulator import FORK_TOKEN, faults
from mist_ci.simulator.state import ACTIONS, PostedStatus
from tests.contract.github.hosting import Hosted

CONTEXT = "mist/release"
RUN_URL = "https://github.com/acme/models/actions/runs/7"


def verdict(state: State = State.SUCCESS, description: str = "all suites passed") -> Status:
    return Status(context=CONTEXT, state=state, description=description)


def test_a_status_arrives_with_state_description_target_and_creator(host: Hosted) -> None:
    host.github.set_status(host.head, verdict(State.FAILURE, "arithmetic fell by 0.99"), RUN_URL)
    (status,) = host.github.statuses(host.head)
    assert (status.context, status.state) == (CONTEXT, CommitState.FAILURE)
    assert status.description == "arithmetic fell by 0.99"
    assert status.target_url == RUN_URL
    assert status.creator == "github-actions[bot]"


@pytest.mark.parametrize("state", State)
def test_the_verdict_replaces_pending(host: Hosted, state: State) -> None:
    host.github.set_status(host.head, Pending(CONTEXT, "evaluating"), RUN_URL)
    assert [s.state for s in host.github.statuses(host.head)] == [CommitState.PENDING]
    host.github.set_status(host.head, verdict(state))
    assert [s.state.value for s in host.github.statuses(host.head)] == [state.value]


def test_contexts_that_differ_in_case_are_one(host: Hosted) -> None:
    host.github.set_status(host.head, Pending("MIST/Release", "evaluating"))
    host.github.set_status(host.head, verdict())
    host.github.set_status(host.head, Pending("mist/other", "evaluating"))
    assert [s.context for s in host.github.statuses(host.head)] == ["mist/other", CONTEXT]


def test_statuses_are_read_to_the_last_page(host: Hosted) -> None:
    host.fake.state.writes_per_minute = 1000
    for number in range(130):
        host.github.set_status(host.head, Pending(f"other/{number:03}", "evaluating"))
    assert len(host.github.statuses(host.head)) == 130


def test_a_long_description_is_cut_instead_of_lost(host: Hosted) -> None:
    host.github.set_status(host.head, verdict(description="é" * 141))
    (status,) = host.github.statuses(host.head)
    assert status.description == "é" * 139 + "…"


def test_the_thousand_and_first_status_of_a_context_is_an_error(host: Hosted) -> None:
    host.github.set_status(host.head, verdict())
    host.fake.state.statuses *= 1000
    with pytest.raises(CouldNotRun, match="maximum number of statuses"):
        host.github.set_status(host.head, verdict())


def test_a_token_that_can_only_read_is_told_what_it_lacks(host: Hosted) -> None:
    fork = host.adapter(FORK_TOKEN)
    with pytest.raises(CouldNotRun, match="403: Resource not accessible by integration") as caught:
        fork.set_status(host.head, verdict())
    assert caught.value.code is Code.CODE_HOST
    assert caught.value.exit_code is ExitCode.COULD_NOT_RUN
    assert caught.value.hint is not None
    assert "statuses: write" in caught.value.hint
    fork.close()


def test_a_status_on_an_unknown_commit_is_an_error(host: Hosted) -> None:
    with pytest.raises(CouldNotRun, match="No commit found for SHA"):
        host.github.set_status("f" * 40, verdict())


@pytest.mark.parametrize("sha", ["HEAD", "main", "a/../../user", "A" * 40, "a" * 39, ""])
def test_what_is_no_full_commit_id_never_reaches_a_path(host: Hosted, sha: str) -> None:
    for method in (host.github.statuses, host.github.open_pull_requests):
        with pytest.raises(CouldNotRun, match="full id"):
            method(sha)
    with pytest.raises(CouldNotRun, match="full id"):
        host.github.set_status(sha, verdict())
    assert host.fake.seen == []


def test_a_status_is_not_sent_again_when_a_newer_run_has_spoken_meanwhile(host: Hosted) -> None:
    """GitHub may ask for minutes of patience, and they are waited before the request is repeated."""
    home = "https://github.example.com/acme/models"
    older, newer = RunOrder(run_id=5, attempt=1), RunOrder(run_id=6, attempt=1)

    def meanwhile() -> None:
        state = host.fake.state
        state.statuses.append(
            PostedStatus(
                state.next_id(),
                host.head,
                "mist/release",
                "failure",
                "regressed",
                newer.page(home),
                ACTIONS,
                state.now(),
            )
        )

    limited = faults.secondary_limit(429, retry_after_s=200)
    host.fake.faults.add(replace(limited, wait=meanwhile), method="POST", path="/statuses/")
    late = Status(context="mist/release", state=State.SUCCESS, description="passed")

    troubles = Statuses(host.github, Destination(host.head, older.page(home), older)).post([late])

    assert len(troubles) == 1
    assert host.fake.state.standing(host.head)["mist/release"].state == "failure"
    assert host.waits.waited_s[-1] == 200


def test_what_stands_says_when_it_was_set_and_how_often(host: Hosted) -> None:
    for number in range(3):
        host.github.set_status(host.head, Pending("mist/release", f"run {number}"))
    (standing,) = host.github.statuses(host.head)
    assert (standing.description, standing.times) == ("run 2", 3)
    assert standing.created_at is not None
