"""Claims: a verdict reaches the host worst first, and nothing that fails on the way changes or loses it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from mist_ci.delivery import CommentMode, Destination, Judged, Statuses, Verdicts, deliver, worst_statuses
from mist_ci.delivery.verdicts import OUTPUTS
from mist_ci.errors import Code, CouldNotRun, needs_approval
from mist_ci.models.plan import Event
from mist_ci.models.pull_request import CommitState, PostedStatus, RunOrder
from mist_ci.models.report import Problem, Report, Status
from mist_ci.models.verdict import Decision, Outcome, State
from mist_ci.ports.code_host import CommentOutcome, Pending
from tests.fakes import FakeHost, FakeRunner, MemoryStores

HOME = "https://github.example.com/acme/models"
SHA = "c" * 40


def run(run_id: int, attempt: int = 1) -> Destination:
    order = RunOrder(run_id=run_id, attempt=attempt)
    return Destination(SHA, order.page(HOME), order)


TO = run(5)


def told(outcome: Outcome, *reasons: str, gate: str = "release") -> Report:
    event = Event(name="local", base_ref="main", base="b" * 40, head=SHA, merge_base="a" * 40)
    return Report(
        version="0",
        run_id="run",
        gate=gate,
        event=event,
        steps=(),
        notices=(),
        data=(),
        decision=Decision(outcome=outcome, reasons=reasons),
        results_dir="results",
        started_at="2026-11-23T00:00:00+00:00",
        duration_s=1.0,
    )


GOOD, BAD = told(Outcome.PASSED, "fine"), told(Outcome.FAILED, "regressed: sums")
QUIET = told(Outcome.NOTHING_TO_GATE)
WAITING = told(Outcome.COULD_NOT_RUN).model_copy(
    update={"problem": Problem(code=Code.NEEDS_APPROVAL, message=needs_approval().message)}
)


def delivered(
    host: FakeHost | None,
    judged: Judged,
    mode: CommentMode = CommentMode.ALWAYS,
    to: Destination = TO,
    stores: MemoryStores | None = None,
) -> tuple[FakeRunner, list[str]]:
    runner = FakeRunner()
    verdicts = Verdicts(judged, worst_statuses(judged))
    troubles = deliver(host, runner, stores or MemoryStores(), to, verdicts, mode)
    return runner, troubles


def test_everything_is_told_once() -> None:
    host, stores = FakeHost(), MemoryStores()
    runner, troubles = delivered(host, {7: [BAD]}, stores=stores)
    assert troubles == []
    assert host.told() == ["mist/release failure: regressed: sums"]
    assert set(host.comments) == {(7, "release")}
    assert len(runner.summaries) == 1
    assert set(stores.saved) == {"junit.xml", "findings.sarif"}
    assert runner.values.keys() == OUTPUTS.keys()
    assert runner.values["outcome"] == "failed"
    assert (runner.values["state"], runner.values["exit-code"]) == ("failure", "1")


def test_a_commit_in_two_pull_requests_carries_the_worse_verdict_and_says_whose() -> None:
    (status,) = worst_statuses({7: [GOOD], 8: [BAD]})
    assert isinstance(status, Status)
    assert (status.state, status.description) == (State.FAILURE, "#8: regressed: sums")
    assert worst_statuses({8: [BAD], 7: [GOOD]}) == (status,)


def test_a_step_that_fails_is_told_and_stops_nothing() -> None:
    host = FakeHost(refuses=frozenset({"status"}), outcome=CommentOutcome.FORBIDDEN)
    runner, troubles = delivered(host, {7: [BAD]})
    assert [trouble.split(" was ")[0] for trouble in troubles] == ["status mist/release", "comment on #7"]
    assert runner.summaries
    assert runner.values["outcome"] == "failed"


def test_without_a_host_the_runner_still_hears_the_verdict() -> None:
    runner, troubles = delivered(None, {None: [BAD]})
    assert troubles == []
    assert runner.values["state"] == "failure"


def test_two_gates_of_one_name_in_two_policies_do_not_share_a_status() -> None:
    other = GOOD.model_copy(update={"config": "services/a/mist.yml"})
    contexts = [status.context for status in worst_statuses({7: [BAD, other]})]
    assert contexts == ["mist/release", "mist/release (services/a/mist.yml)"]


def test_what_waits_for_approval_is_pending_and_no_pass() -> None:
    host = FakeHost()
    runner, _ = delivered(host, {7: [WAITING]})
    assert host.told()[0].startswith("mist/release pending: waiting for approval")
    assert (runner.values["state"], runner.values["exit-code"]) == ("pending", "3")
    assert runner.values["needs-approval"] == "true"


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        (CommentMode.ALWAYS, {"quiet", "good", "bad"}),
        (CommentMode.ON_CHANGE, {"good", "bad"}),
        (CommentMode.ON_FAILURE, {"bad"}),
        (CommentMode.OFF, set()),
    ],
)
def test_a_comment_is_made_when_its_mode_wants_one(mode: CommentMode, wanted: set[str]) -> None:
    reports = {"quiet": QUIET, "good": GOOD, "bad": BAD}
    made = set()
    for name, one in reports.items():
        host = FakeHost()
        delivered(host, {7: [one]}, mode)
        made |= {name} if host.comments else set()
    assert made == wanted


@pytest.mark.parametrize("mode", [CommentMode.ON_CHANGE, CommentMode.ON_FAILURE])
def test_a_comment_that_stands_is_brought_up_to_date_in_every_mode(mode: CommentMode) -> None:
    host = FakeHost()
    delivered(host, {7: [BAD]}, mode)
    before = dict(host.comments)
    delivered(host, {7: [QUIET]}, mode)
    assert host.comments != before
    assert "nothing to gate" in host.comments[7, "release"]


def test_a_comment_that_is_too_long_for_the_host_is_told_when_no_size_fits() -> None:
    _, troubles = delivered(FakeHost(longest=10), {7: [BAD]})
    assert troubles == ["comment on #7 was not delivered: too long"]


def test_an_older_run_leaves_the_verdict_of_a_newer_one_alone() -> None:
    host = FakeHost()
    delivered(host, {7: [BAD]}, to=run(6))
    assert Statuses(host, run(5)).announce(["release"])
    _, troubles = delivered(host, {7: [GOOD]}, to=run(5))
    assert host.told() == ["mist/release failure: regressed: sums"]
    assert "run 6.1 is newer" in troubles[0]


def test_a_newer_attempt_replaces_an_older_one() -> None:
    host = FakeHost()
    delivered(host, {7: [BAD]}, to=run(6))
    delivered(host, {7: [GOOD]}, to=run(6, attempt=2))
    assert host.told()[-1] == "mist/release success: fine"


def test_a_status_that_somebody_else_set_keeps_nobody_from_judging() -> None:
    host = FakeHost()
    forged = PostedStatus(
        context="mist/release",
        state=CommitState.SUCCESS,
        description="trust me",
        target_url=run(999).run_url,
        creator="mallory",
    )
    host.posted.append((SHA, forged))
    delivered(host, {7: [BAD]})
    assert host.told()[-1] == "mist/release failure: regressed: sums"


def gone() -> CouldNotRun:
    return CouldNotRun(Code.GIT_FAILED, "git is\n::error::gone")


def test_pending_never_stays_when_no_verdict_will_come() -> None:
    host = FakeHost()
    statuses = Statuses(host, TO)
    statuses.announce(["release", "nightly"])
    posted, troubles = statuses.abandon(["release", "nightly"], gone())
    assert [one.context for one in posted] == ["mist/nightly", "mist/release"]
    assert troubles == []
    assert [line.split(":")[0] for line in host.told()] == [
        "mist/release pending", "mist/nightly pending", "mist/nightly error", "mist/release error",
    ]  # fmt: skip
    assert all("\n" not in line for line in host.told())


def test_a_verdict_of_this_run_is_not_taken_back() -> None:
    host = FakeHost()
    delivered(host, {7: [GOOD]})
    assert Statuses(host, TO).abandon(["release"], gone()) == ((), [])


def test_a_verdict_of_an_older_run_does_not_stand_in_for_one_that_never_came() -> None:
    """Retargeted to a stricter branch, and the image could not be pulled: the lax verdict must not count."""
    host = FakeHost()
    for labels in (["release"], None):  # known from the policy, or not to be had
        host = FakeHost()
        delivered(host, {7: [GOOD]}, to=run(4))
        Statuses(host, TO).abandon(labels, gone())
        assert host.told()[-1].startswith("mist/release error")


def test_a_run_that_has_nothing_to_judge_takes_nothing_back() -> None:
    host = FakeHost()
    delivered(host, {7: [GOOD]}, to=run(4))
    assert Statuses(host, TO).abandon([], gone()) == ((), [])


def test_a_workflow_for_another_policy_is_left_alone() -> None:
    host = FakeHost()
    delivered(host, {7: [GOOD]}, to=run(4))
    for statuses in (Statuses(host, TO, ("services/*/mist.yml",)), Statuses(host, TO, gate="nightly")):
        assert statuses.abandon(None, gone()) == ((), [])


def test_a_last_job_that_is_started_again_finds_the_verdict_of_the_first_attempt() -> None:
    host = FakeHost()
    delivered(host, {7: [GOOD]}, to=run(5))
    assert Statuses(host, run(5, attempt=2)).abandon(["release"], gone()) == ((), [])


def test_an_older_run_that_is_started_again_is_the_newer_judgement() -> None:
    """A stranger's pull request with our commit has left an error, and is closed: ours is started again."""
    host = FakeHost()
    delivered(host, {8: [BAD]}, to=run(6))
    late = replace(run(5, attempt=2), started_at=host.now + timedelta(minutes=1))
    delivered(host, {7: [GOOD]}, to=late)
    assert host.told()[-1] == "mist/release success: fine"
    early = replace(run(4, attempt=2), started_at=host.now - timedelta(minutes=1))
    delivered(host, {7: [BAD]}, to=early)
    assert host.told()[-1] == "mist/release success: fine"


def test_no_success_is_set_when_nobody_knows_who_has_spoken() -> None:
    host = FakeHost(refuses=frozenset({"statuses"}))
    _, troubles = delivered(host, {7: [GOOD]})
    assert "cannot be told" in troubles[0]
    assert host.told() == []
    delivered(host, {7: [BAD]})
    assert host.told() == ["mist/release failure: regressed: sums"]


def test_the_last_statuses_that_a_commit_can_have_are_errors() -> None:
    host = FakeHost(earlier=900)
    delivered(host, {7: [BAD]})
    delivered(host, {7: [GOOD]})
    assert host.told()[-1].startswith("mist/release error: 901 statuses")


def test_a_step_with_a_bug_loses_no_other_step() -> None:
    class Broken(FakeRunner):
        def annotate(self, commands: Sequence[str]) -> None:
            raise BrokenPipeError(str(commands))

    runner, stores = Broken(), MemoryStores()
    verdicts = Verdicts({None: [BAD]}, worst_statuses({None: [BAD]}))
    troubles = deliver(None, runner, stores, TO, verdicts, CommentMode.ALWAYS)
    assert [trouble.split(" was ")[0] for trouble in troubles] == ["annotations"]
    assert runner.values["outcome"] == "failed"
    assert set(stores.saved) == {"junit.xml", "findings.sarif"}


def test_a_newer_run_is_not_called_off_by_an_older_one() -> None:
    host = FakeHost()
    Statuses(host, run(6)).announce(["release"])
    assert Statuses(host, TO).abandon(["release"], gone()) == ((), [])


def test_a_verified_push_and_a_gate_do_not_touch_each_other() -> None:
    host = FakeHost()
    host.set_status(SHA, Pending("mist/verify", "…"), TO.run_url)
    host.set_status(SHA, Pending("mist/release", "…"), TO.run_url)
    Statuses(host, replace(TO, verifies=True)).abandon([], gone())
    (last,) = host.told()[2:]
    assert last.startswith("mist/verify error")


def test_a_host_that_does_not_list_statuses_still_gets_the_error() -> None:
    host = FakeHost(refuses=frozenset({"statuses"}))
    posted, _ = Statuses(host, TO).abandon(["release"], gone())
    assert [one.context for one in posted] == ["mist/release"]
    assert host.told()[-1].startswith("mist/release error")
