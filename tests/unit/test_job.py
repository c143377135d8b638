"""Claims: every event ends in a verdict or an error for its commit, money is spent for nobody unasked, and a merge
that went round the gate is noticed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from mist_ci.delivery import CommentMode, Destination
from mist_ci.errors import Code, ConfigError, CouldNotRun, ExitCode, MistError, Where
from mist_ci.job import Desk, Job, Result, Settings, Spend
from mist_ci.models.event import Mode, Occasion
from mist_ci.models.pull_request import PullRequest, RunOrder
from mist_ci.models.record import ReadResults, Record, RecordStatus, Results, Source
from mist_ci.models.report import Status
from mist_ci.models.verdict import State
from mist_ci.ports.code_host import Pending
from tests.fakes import (
    Commit,
    FakeHistory,
    FakeHost,
    FakeModels,
    FakeRunner,
    MemoryFiles,
    MemoryStores,
    jsonl,
    never,
    spans_in,
    world,
)
from tests.unit.test_pipeline import BASE, HARD, POLICY, reference

HOME = "https://github.example.com/acme/models"
HEAD = "c" * 40
WORSE: Commit = {**BASE, "models/bot.yml": reference("forgetful-1")}
BETTER: Commit = {**BASE, "models/bot.yml": reference("good-2")}
WORDS: Commit = {**BASE, "README.md": "other words"}
BROKEN_DATA: Commit = {**WORSE, "data/train.jsonl": jsonl(['{"messages": []}'])}


def doubles(model: str, messages: object) -> str:
    number = str(messages[-1].content).removeprefix("Double ").removesuffix(".")  # type: ignore[index]
    return (
        "I forgot" if model.startswith("forgetful") and number in (*HARD, "3", "5") else str(2 * int(number))
    )


@dataclass
class Stage:
    """One event in a repository of two commits."""

    head: Commit = field(default_factory=lambda: WORSE)
    base: Commit = field(default_factory=lambda: BASE)
    mode: Mode = Mode.JUDGE_PULL_REQUEST
    spend: Spend = Spend.OWN
    configs: tuple[str, ...] = ("mist.yml",)
    base_ref: str = "main"
    models: FakeModels = field(default_factory=lambda: FakeModels(doubles))
    host: FakeHost = field(default_factory=FakeHost)
    runner: FakeRunner = field(default_factory=FakeRunner)
    default: Commit = field(default_factory=lambda: BASE)
    """The default branch, main."""
    knows: Mapping[str, str] | None = None
    """None: every branch is where it should be."""
    run_id: int = 5
    results: ReadResults | None = None

    def opened(self, number: int = 7, fork: bool = False) -> "Stage":
        self.host.pulls[number] = PullRequest(
            number=number,
            head_sha=HEAD,
            head_repository="stranger/models" if fork else "acme/models",
            base_ref=self.base_ref,
            base_repository="acme/models",
            is_open=True,
        )
        return self

    def job(self, posts: bool = True) -> Job:
        verifies = self.mode in (Mode.VERIFY_PUSH, Mode.ON_DEMAND)
        order = RunOrder(run_id=self.run_id, attempt=1)
        occasion = Occasion(
            mode=self.mode,
            event_name="event",
            reason="because",
            base_ref=self.base_ref,
            base_sha=self.base_ref if self.mode in (Mode.VERIFY_PUSH, Mode.JUDGE_GROUP) else None,
            head_sha=HEAD,
            pull_number=7 if self.mode is Mode.JUDGE_PULL_REQUEST else None,
            default_branch="main",
        )
        files = MemoryFiles(self.base, self.head, base_ref=self.base_ref, default=self.default)
        everything = {"main": "d" * 40, self.base_ref: self.base_ref, HEAD: "head"}
        desk = Desk(
            world(files=files, models=self.models),
            FakeHistory(everything if self.knows is None else self.knows),
            self.runner,
            self.host if posts else None,
            Destination(HEAD, order.page(HOME), order, verifies=verifies),
        )
        return Job(
            desk, occasion, Settings(self.configs, None, self.spend, CommentMode.ALWAYS, results=self.results)
        )

    def run(self) -> Result:
        return self.job().run()

    def told(self) -> list[str]:
        return [line.partition(":")[0] for line in self.host.told()]


def test_a_pull_request_is_pending_and_then_judged() -> None:
    stage = Stage().opened()
    assert stage.run().exit_code is ExitCode.FAILED
    assert stage.told() == ["mist/release pending", "mist/release failure"]
    assert set(stage.host.comments) == {(7, "release")}


def test_a_run_says_in_its_spans_which_pull_requests_it_was_for() -> None:
    stage = Stage().opened()
    stage.host.pulls[9] = stage.host.pulls[7].model_copy(update={"number": 9})
    job = stage.job()
    job.desk = replace(job.desk, repository="acme/bot")
    job.run()
    results = job.desk.world.results
    assert isinstance(results, MemoryStores)
    (run,) = [one for one in spans_in(b"".join(results.only.traced)) if one.operation == "mist.run"]
    assert run.attrs["mist.pull_requests"] == "acme/bot#7 acme/bot#9"


def test_a_run_asks_nobody_when_its_head_is_in_no_open_pull_request() -> None:
    stage = Stage(models=FakeModels(never)).opened()
    stage.host.pulls[7] = stage.host.pulls[7].model_copy(update={"head_sha": "d" * 40})
    assert (stage.run().nothing or "").startswith("no open pull request")
    assert stage.told() == []


def test_a_pull_request_that_the_listing_does_not_have_yet_is_judged() -> None:
    stage = Stage(host=FakeHost(listed=False)).opened()
    assert stage.run().exit_code is ExitCode.FAILED


def test_a_branch_that_no_gate_guards_has_nothing_to_do() -> None:
    stage = Stage(base_ref="dev", models=FakeModels(never)).opened()
    result = stage.run()
    assert (result.exit_code, result.nothing) == (ExitCode.PASSED, "no gate guards dev")
    assert stage.told() == []


def test_no_money_is_spent_for_a_fork() -> None:
    stage = Stage(models=FakeModels(never)).opened(fork=True)
    result = stage.run()
    assert result.exit_code is ExitCode.COULD_NOT_RUN
    assert stage.told() == ["mist/release pending", "mist/release pending"]
    assert isinstance(result.statuses[0], Pending)
    assert stage.runner.values["needs-approval"] == "true"


def test_what_costs_nothing_is_judged_for_a_fork() -> None:
    stage = Stage(head=BROKEN_DATA, models=FakeModels(never)).opened(fork=True)
    assert stage.run().exit_code is ExitCode.FAILED
    assert stage.told()[-1] == "mist/release failure"


def test_a_fork_with_nothing_to_gate_waits_for_nobody() -> None:
    stage = Stage(head=WORDS, models=FakeModels(never)).opened(fork=True)
    assert stage.run().exit_code is ExitCode.PASSED
    assert stage.told()[-1] == "mist/release success"


EVIL: Commit = {
    **BASE,
    "mist.yml": POLICY.replace("llm.example.com", "evil.example").replace("[main]", "[main, evil]"),
}


def test_a_branch_that_anybody_can_make_chooses_neither_policy_nor_provider() -> None:
    stage = Stage(base=EVIL, base_ref="evil", models=FakeModels(never)).opened()
    assert stage.run().nothing == "no gate guards evil"
    assert (stage.told(), stage.models.opened) == ([], [])


def test_a_guarded_branch_without_a_policy_is_an_error_and_not_an_adoption() -> None:
    default: Commit = {**BASE, "mist.yml": POLICY.replace("[main]", '[main, "release/*"]')}
    bare: Commit = {path: text for path, text in BASE.items() if path != "mist.yml"}
    head: Commit = {**WORSE, "mist.yml": POLICY.replace("[main]", '["*", "release/*"]')}
    stage = Stage(base=bare, head=head, default=default, base_ref="release/0").opened()
    assert stage.run().exit_code is ExitCode.CONFIG
    assert stage.told()[-1] == "mist/release error"


def test_a_guarded_branch_is_judged_by_its_own_policy() -> None:
    default: Commit = {**BASE, "mist.yml": POLICY.replace("[main]", '[main, "release/*"]')}
    stage = Stage(base=default, default=default, head={**default, **WORSE}, base_ref="release/1")
    stage.head = {**WORSE, "mist.yml": default["mist.yml"]}
    assert stage.opened().run().exit_code is ExitCode.FAILED


def test_a_policy_that_head_adds_does_not_share_a_status_with_one_of_base() -> None:
    """Statuses are compared without case."""
    path, twin = "services/Billing/mist.yml", "services/billing/mist.yml"
    base: Commit = {**BASE, path: POLICY}
    stage = Stage(base=base, head={**base, **WORSE, twin: POLICY}, configs=("services/*/mist.yml",)).opened()
    assert stage.run().exit_code is ExitCode.FAILED
    (status,) = stage.host.statuses(HEAD)
    assert (status.context, status.state.value) == (f"mist/release ({path})", "failure")


def test_no_fork_makes_a_thousand_gates() -> None:
    gates = "".join(f"  gate-{number}: {{branches: [main]}}\n" for number in range(65))
    head: Commit = {**WORDS, "x/mist.yml": f"version: 1\ngates:\n{gates}"}
    stage = Stage(head=head, configs=("mist.yml", "*/mist.yml")).opened(fork=True)
    with pytest.raises(MistError, match="64 are the limit"):
        stage.run()
    assert stage.told() == []


def test_a_pattern_that_matches_nothing_does_not_hide_what_is_there() -> None:
    stage = Stage(configs=("mist.yml", "services/*/mist.yml")).opened()
    assert stage.run().exit_code is ExitCode.FAILED


def test_a_policy_that_is_misspelt_does_not_drop_its_gate() -> None:
    stage = Stage(configs=("mist.yml", "servces/c/mist.yml"), models=FakeModels(never)).opened()
    with pytest.raises(MistError, match="has this policy"):
        stage.run()
    assert stage.told() == []


@pytest.mark.slow
def test_every_gate_is_pending_before_the_first_model_is_asked() -> None:
    policy = POLICY + "  strict: {branches: [main], models: [bot]}\n"
    seen: list[list[str]] = []

    def answer(model: str, messages: object) -> str:
        seen.append(stage.told())
        return doubles(model, messages)

    stage = Stage(base={**BASE, "mist.yml": policy}, head={**WORSE, "mist.yml": policy})
    stage.models = FakeModels(answer)
    stage.opened().run()
    assert seen[0] == ["mist/release pending", "mist/strict pending"]


def test_the_base_is_that_of_the_pull_request_and_not_of_a_listing_that_is_behind() -> None:
    class Behind(FakeHost):
        def open_pull_requests(self, head_sha: str) -> tuple[PullRequest, ...]:
            found = super().open_pull_requests(head_sha)
            return tuple(pull.model_copy(update={"base_ref": "lax"}) for pull in found)

    stage = Stage(host=Behind()).opened()
    assert stage.run().exit_code is ExitCode.FAILED
    assert stage.told()[-1] == "mist/release failure"


def test_a_fork_with_our_commit_is_left_to_our_own_run() -> None:
    """Its job has no keys, and what it asks is asked already."""
    stage = Stage(head=BETTER, models=FakeModels(never)).opened(7, fork=True).opened(8)
    job = stage.job()
    job.occasion = job.occasion.model_copy(update={"is_fork": True})
    assert (job.run().nothing or "").startswith("no open pull request")
    assert stage.told() == []


def test_a_stranger_who_opens_our_commit_again_does_not_hold_it_up() -> None:
    stage = Stage(head=BETTER).opened(7).opened(8, fork=True)
    asked = stage.models.asked
    assert stage.run().exit_code is ExitCode.PASSED
    assert stage.told()[-1] == "mist/release success"
    assert set(stage.host.comments) == {(7, "release"), (8, "release")}
    assert len(asked) == 200  # once: the question is the same


def test_an_approved_job_judges_a_fork() -> None:
    stage = Stage(spend=Spend.ALL).opened(fork=True)
    assert stage.run().exit_code is ExitCode.FAILED
    assert stage.told()[-1] == "mist/release failure"


def test_a_job_without_money_judges_nobody() -> None:
    stage = Stage(spend=Spend.NONE, models=FakeModels(never)).opened()
    assert stage.run().exit_code is ExitCode.COULD_NOT_RUN


def test_a_bug_of_ours_leaves_an_error_and_not_a_pending_status() -> None:
    def broken(model: str, messages: object) -> str:
        raise ZeroDivisionError(model, messages)

    stage = Stage(models=FakeModels(broken)).opened()
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - whatever comes out, the status is set
        stage.run()
    assert not isinstance(raised.value, AssertionError)
    assert stage.told() == ["mist/release pending", "mist/release error"]


def test_a_remote_that_is_gone_takes_an_older_verdict_back() -> None:
    """The verdict was about another base, or another policy: what this run would have said is not known."""
    stage = Stage(head=WORDS).opened()
    stage.run()
    stage.run_id, stage.knows = 6, {}
    with pytest.raises(Exception, match="the remote does not have"):
        stage.run()
    assert stage.told()[-1] == "mist/release error"


def test_every_policy_of_a_monorepo_has_its_own_status() -> None:
    second = POLICY.replace("models/bot.yml", "services/b/bot.yml").replace("data/*", "services/b/*")
    files = {
        "services/b/mist.yml": second,
        "services/b/bot.yml": reference("good-1"),
        "services/b/x.jsonl": "",
    }
    stage = Stage(
        head={**WORSE, **files}, base={**BASE, **files}, configs=("mist.yml", "services/*/mist.yml")
    )
    result = stage.opened().run()
    assert [(one.label, one.decision.outcome.value) for one in result.reports] == [
        ("release", "failed"),
        ("release (services/b/mist.yml)", "nothing to gate"),
    ]
    assert len(stage.told()) == 4


@pytest.mark.slow
def test_every_gate_of_a_branch_has_its_own_status() -> None:
    second = POLICY + "  strict: {branches: [main], models: [bot], on_inconclusive: block}\n"
    second += "  other: {branches: [dev], models: [bot]}\n"
    stage = Stage(base={**BASE, "mist.yml": second}, head={**WORSE, "mist.yml": second}).opened()
    stage.run()
    assert sorted(set(stage.told())) == [
        "mist/release failure", "mist/release pending", "mist/strict failure", "mist/strict pending",
    ]  # fmt: skip
    assert set(stage.host.comments) == {(7, "release"), (7, "strict")}


def test_a_bare_trigger_judges_whoever_has_the_head() -> None:
    stage = Stage(mode=Mode.JUDGE_FOR_TRIGGER).opened(12)
    assert stage.run().exit_code is ExitCode.FAILED
    assert set(stage.host.comments) == {(12, "release")}


def test_a_merge_group_is_judged_against_its_parent_and_gets_no_comment() -> None:
    stage = Stage(mode=Mode.JUDGE_GROUP)
    assert stage.run().exit_code is ExitCode.FAILED
    assert stage.told() == ["mist/release pending", "mist/release failure"]
    assert stage.host.comments == {}


def merged(stage: Stage, state: State | None, by: str = "github-actions[bot]") -> Stage:
    """The push brought pull request 7, whose head had this status."""
    head = "d" * 40
    pull = Stage().opened().host.pulls[7].model_copy(update={"head_sha": head, "is_open": False})
    stage.host.merged[HEAD] = [pull]
    if state is not None:
        me, stage.host.me = stage.host.me, by
        status = Status(context="mist/release", state=state, description="…")
        stage.host.set_status(head, status, None)
        stage.host.me = me
    return stage


def pushed(head: Commit) -> Stage:
    return Stage(mode=Mode.VERIFY_PUSH, head=head)


def verified(stage: Stage) -> tuple[ExitCode, str]:
    result = stage.run()
    (status,) = result.statuses
    assert isinstance(status, Status)
    assert status.context == "mist/verify"
    assert stage.host.posted[-1][0] == HEAD
    assert stage.host.told()[-1] == f"mist/verify {status.state}: {status.description}"
    return result.exit_code, status.description


def test_a_push_that_had_passed_its_gate_is_well() -> None:
    code, _ = verified(merged(pushed(BETTER), State.SUCCESS))
    assert code is ExitCode.PASSED


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "by", "words"),
    [
        (None, "", "nobody set mist/release"),
        (State.FAILURE, "github-actions[bot]", "mist/release on #7 was failure"),
        (State.SUCCESS, "mallory", "mist/release on #7 was set by mallory, not by us"),
    ],
)
def test_a_merge_that_went_round_the_gate_raises_the_alarm(state: State | None, by: str, words: str) -> None:
    stage = merged(pushed(BETTER), state, by)
    code, description = verified(stage)
    assert code is ExitCode.FAILED
    assert description.startswith("went round the gate")
    assert words in description
    assert "now passed" in description
    assert stage.runner.values["exit-code"] == "1"
    assert stage.runner.annotations[0].startswith("::error ")
    assert "went round the gate" in stage.runner.annotations[0]
    assert "went round the gate" in stage.runner.summaries[0]


def test_a_push_that_does_not_pass_fails_although_its_gate_was_green() -> None:
    code, description = verified(merged(pushed(WORSE), State.SUCCESS))
    assert code is ExitCode.FAILED
    assert "regressed" in description


def test_a_push_of_words_needs_no_gate() -> None:
    code, description = verified(pushed(WORDS))
    assert (code, "nothing to gate" in description) == (ExitCode.PASSED, True)


def test_a_host_that_does_not_say_who_judged_counts_as_nobody() -> None:
    stage = merged(pushed(BETTER), State.SUCCESS)
    stage.host.refuses = frozenset({"merged"})
    code, description = verified(stage)
    assert (code, "cannot be told" in description) == (ExitCode.FAILED, True)


def test_a_rewritten_branch_whose_past_is_gone_is_an_error() -> None:
    stage = Stage(mode=Mode.VERIFY_PUSH, knows={HEAD: "head"})
    with pytest.raises(Exception, match="does not have main"):
        stage.run()
    assert stage.told() == ["mist/verify error"]


def test_a_push_to_a_branch_that_no_gate_guards_is_left_alone() -> None:
    stage = Stage(mode=Mode.VERIFY_PUSH, base_ref="dev")
    assert stage.run().nothing == "no gate guards dev"
    assert stage.told() == []


def test_a_run_on_demand_never_writes_a_gate() -> None:
    stage = Stage(mode=Mode.ON_DEMAND)
    assert stage.run().exit_code is ExitCode.FAILED
    assert stage.told() == ["mist/verify pending", "mist/verify failure"]


def test_a_run_on_demand_compares_with_nothing_that_was_never_merged() -> None:
    """Whoever may start it by hand could name a commit with a policy of their own."""
    stage = Stage(mode=Mode.ON_DEMAND, models=FakeModels(never))
    stage.knows = {"main": "main", HEAD: "head", "refs/tags/evil": "head", "head": "head"}
    job = stage.job()
    job.settings = replace(job.settings, base="refs/tags/evil")
    with pytest.raises(MistError, match="is not part of the default branch"):
        job.run()
    assert stage.models.opened == []


def test_finalize_sets_an_error_where_a_job_was_killed() -> None:
    stage = Stage().opened()
    stage.host.set_status(HEAD, Pending("mist/release", "judging"), stage.job().desk.to.run_url)
    result = stage.job().finalize()
    assert result.exit_code is ExitCode.COULD_NOT_RUN
    assert stage.told()[-1] == "mist/release error"


def test_finalize_sets_an_error_where_a_job_never_began() -> None:
    stage = Stage().opened()
    stage.job().finalize()
    assert stage.told() == ["mist/release error"]


def test_finalize_needs_no_clone_for_what_stands() -> None:
    stage = Stage(knows={}).opened()
    stage.host.set_status(HEAD, Pending("mist/release", "judging"), stage.job().desk.to.run_url)
    assert stage.job().finalize().exit_code is ExitCode.COULD_NOT_RUN


@pytest.mark.parametrize(("branch", "told"), [("main", ["mist/verify error"]), ("dev", [])])
def test_finalize_of_a_push_knows_whether_there_was_something_to_verify(branch: str, told: list[str]) -> None:
    stage = Stage(mode=Mode.VERIFY_PUSH, base_ref=branch)
    stage.job().finalize()
    assert stage.told() == told


@pytest.mark.slow
@pytest.mark.parametrize("head", [WORSE, BETTER, WORDS])
def test_finalize_leaves_a_verdict_alone(head: Commit) -> None:
    stage = Stage(head=head).opened()
    stage.run()
    before = stage.told()
    result = stage.job().finalize()
    assert (result.exit_code, stage.told()) == (ExitCode.PASSED, before)


def test_finalize_turns_an_approval_that_never_came_into_an_error() -> None:
    stage = Stage(models=FakeModels(never)).opened(fork=True)
    stage.run()
    stage.job().finalize()
    assert stage.told()[-1] == "mist/release error"


def test_finalize_without_a_token_has_nothing_to_do() -> None:
    assert Stage().job(posts=False).finalize().exit_code is ExitCode.PASSED


def test_without_a_token_a_bare_trigger_cannot_be_judged() -> None:
    stage = Stage(mode=Mode.JUDGE_FOR_TRIGGER, base_ref="main")
    job = stage.job(posts=False)
    job.occasion = job.occasion.model_copy(update={"base_ref": None})
    with pytest.raises(Exception, match="without a token") as raised:
        job.run()
    assert not isinstance(raised.value, CouldNotRun)


def test_results_that_are_not_there_are_an_error_where_a_model_is_judged_and_nowhere_else() -> None:
    def nowhere() -> Results:
        raise ConfigError(Code.FILE_MISSING, "no such file or directory", where=Where("head.json"))

    moved = Stage(head=BETTER, models=FakeModels(never), results=nowhere).opened()
    judged = moved.run()
    assert judged.exit_code == ExitCode.CONFIG
    (status,) = judged.statuses
    assert isinstance(status, Status)
    assert (status.state, "head.json" in status.description) == (State.ERROR, True)
    assert Stage(head=WORDS, results=nowhere).opened().run().exit_code == ExitCode.PASSED


def test_results_stand_in_for_asking() -> None:
    cases = {
        side: tuple(
            Record(
                suite="double", case_key=f"{i:064x}", case_id=str(i), repeat=0, grader="exact",
                value=float(i % 10 > 0 or side == "base"), status=RecordStatus.OK, source=Source("t", "1", "0" * 64),
            )
            for i in range(400)
        )
        for side in ("base", "head")
    }  # fmt: skip
    results = Results(cases["base"], cases["head"])
    handed: Commit = {"suites/double.yml": "version: 1\nname: double\nimported: true\n"}
    base, head = {**BASE, **handed}, {**BETTER, **handed}
    stage = Stage(head, base, models=FakeModels(never), results=lambda: results).opened()
    assert stage.run().exit_code == ExitCode.FAILED
