"""Claims: a verdict reaches the host worst first, and nothing that fails on the way changes or loses it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mist_ci.delivery import Destination, announce, deliver, withdraw, worst_statuses
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.plan import Event
from mist_ci.models.pull_request import PostedStatus, PullRequest, RunOrder
from mist_ci.models.report import Report, Status
from mist_ci.models.verdict import Decision, Outcome
from mist_ci.ports.code_host import CommentOutcome, Pending, Ruleset

TO = Destination(
    "c" * 40, "https://github.example.com/acme/models/actions/runs/1", RunOrder(run_id=1, attempt=1)
)


@dataclass
class Host:
    """A code host that writes down what it is told, and may refuse one kind of it."""

    refuses: str = ""
    comments: CommentOutcome = CommentOutcome.CREATED
    told: list[str] = field(default_factory=list)

    def set_status(self, sha: str, status: Status | Pending, target_url: str | None = None) -> None:
        assert (sha, target_url) == (TO.sha, TO.run_url)
        if self.refuses == "status":
            raise CouldNotRun(Code.CODE_HOST, "no")
        state = "pending" if isinstance(status, Pending) else status.state.value
        self.told.append(f"{status.context} {state}: {status.description}")

    def upsert_comment(self, pull_number: int, gate: str, body: str, order: RunOrder) -> CommentOutcome:
        assert order == TO.order
        assert body.startswith(f"<!-- mist-ci gate={gate}")
        self.told.append(f"comment on {pull_number}")
        return self.comments

    def statuses(self, sha: str) -> tuple[PostedStatus, ...]:
        raise NotImplementedError

    def pull_request(self, number: int) -> PullRequest:
        raise NotImplementedError

    def open_pull_requests(self, head_sha: str) -> tuple[PullRequest, ...]:
        raise NotImplementedError

    def rulesets(self) -> Sequence[Ruleset]:
        raise NotImplementedError

    def create_ruleset(self, ruleset: Ruleset) -> Ruleset:
        raise NotImplementedError

    def update_ruleset(self, ruleset: Ruleset) -> Ruleset:
        raise NotImplementedError


@dataclass
class Job:
    """A runner that writes down what it is given."""

    summaries: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)

    def summary(self, markdown: str) -> None:
        self.summaries.append(markdown)

    def outputs(self, values: Mapping[str, str]) -> None:
        self.values.update(values)


def told(outcome: Outcome, reason: str, gate: str = "release") -> Report:
    event = Event(name="local", base_ref="main", base="b" * 40, head="c" * 40, merge_base="a" * 40)
    return Report(
        version="0",
        run_id="run",
        gate=gate,
        event=event,
        steps=(),
        notices=(),
        data=(),
        decision=Decision(outcome=outcome, reasons=(reason,)),
        results_dir="results",
        started_at="2026-11-23T00:00:00+00:00",
        duration_s=1.0,
    )


GOOD, BAD = told(Outcome.PASSED, "fine"), told(Outcome.FAILED, "regressed: sums")


def test_status_comes_first_then_summary_comment_and_outputs() -> None:
    host, job = Host(), Job()
    assert deliver(host, job, TO, {7: [BAD]}) == []
    assert host.told == ["mist/release failure: regressed: sums", "comment on 7"]
    assert len(job.summaries) == 1
    assert job.values == {"outcome": "failed", "state": "failure", "exit-code": "1"}


def test_a_commit_in_two_pull_requests_carries_the_worse_verdict_and_says_whose() -> None:
    (status,) = worst_statuses({7: [GOOD], 8: [BAD]})
    assert (status.state.value, status.description) == ("failure", "#8: regressed: sums")
    assert worst_statuses({8: [BAD], 7: [GOOD]}) == (status,)


def test_a_step_that_fails_is_told_and_stops_nothing() -> None:
    host, job = Host(refuses="status", comments=CommentOutcome.FORBIDDEN), Job()
    troubles = deliver(host, job, TO, {7: [BAD]})
    assert [trouble.split(" was ")[0] for trouble in troubles] == ["status mist/release", "comment on #7"]
    assert job.summaries
    assert job.values["outcome"] == "failed"


def test_without_a_host_the_runner_still_hears_the_verdict() -> None:
    job = Job()
    assert deliver(None, job, TO, {None: [BAD]}) == []
    assert job.values["state"] == "failure"


def test_pending_never_stays_when_no_verdict_will_come() -> None:
    host = Host()
    announce(host, TO, ["release", "nightly"])
    withdraw(host, TO, ["release", "nightly"], CouldNotRun(Code.GIT_FAILED, "git is\n::error::gone"))
    assert [line.split(":")[0] for line in host.told] == [
        "mist/release pending", "mist/nightly pending", "mist/release error", "mist/nightly error",
    ]  # fmt: skip
    assert all("\n" not in line for line in host.told)
