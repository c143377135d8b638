"""Claims: the outcome table, row by row; one state, one exit code, and the worst of everything wins."""

from dataclasses import dataclass, field

import pytest

from mist_ci.errors import ExitCode
from mist_ci.gate import compare, decide, self_check
from mist_ci.gate.escalation import ENOUGH, HOPELESS
from mist_ci.models.config import Gate, OnInconclusive
from mist_ci.models.finding import Severity
from mist_ci.models.report import BudgetLine
from mist_ci.models.suite import Role, Suite
from mist_ci.models.verdict import Decision, Outcome, State, Verdict
from tests.unit.gate.building import (
    Pair,
    answers,
    data_report,
    decide_suites,
    finding,
    make_change,
    make_gate,
    make_suite,
    only_suite,
    outcomes,
    suite_verdicts,
    whole,
)

BLOCK = make_gate(on_inconclusive="block")
IMPROVED = outcomes(200, gain=30, loss=9)
HELD = outcomes(600, gain=38, loss=41)
UNDECIDED = outcomes(30)
DROPPED = outcomes(400, gain=22, loss=51)


@dataclass(frozen=True)
class Row:
    """One row of the table for one suite: how it was played, and what must come of it."""

    pairs: list[Pair]
    expect: Outcome
    verdict: Verdict | None
    says: str
    role: Role = Role.RETAIN
    gate: Gate = field(default_factory=make_gate)
    margin: float | None = None
    floor: float | None = None
    must_improve: bool = False
    clusters: list[str | None] | None = None
    leaked: int = 0
    baseline: bool = True

    def suite(self) -> Suite:
        return make_suite(
            "skill",
            len(self.pairs),
            self.role,
            margin=self.margin,
            floor=self.floor,
            must_improve=self.must_improve,
            clusters=self.clusters,
        )

    def decide(self) -> Decision:
        suite = self.suite()
        leaked = {"skill": tuple(sample.key for sample in suite.samples[: self.leaked])}
        return decide_suites([(suite, self.pairs)], self.gate, leaked=leaked, baseline=self.baseline)


def lost(pairs: list[Pair], base: int = 0, head: int = 0) -> list[Pair]:
    """The pairs with the last answers missing: `base` of base, then `head` of head."""
    kept = len(pairs) - base - head
    return [
        *pairs[:kept],
        *((None, answer) for _, answer in pairs[kept : kept + base]),
        *((answer, None) for answer, _ in pairs[kept + base :]),
    ]


TABLE = {
    "improved": Row(IMPROVED, Outcome.PASSED, Verdict.IMPROVED, "skill improved by 10.5 points"),
    "improved as demanded": Row(
        IMPROVED,
        Outcome.PASSED,
        Verdict.IMPROVED,
        "skill improved by 10.5 points",
        Role.TARGET,
        must_improve=True,
    ),
    "pass": Row(HELD, Outcome.PASSED, Verdict.PASS, "1 of 1 suites certified within their margin"),
    "critical and certified": Row(
        HELD,
        Outcome.PASSED,
        Verdict.PASS,
        "1 of 1 suites certified within their margin",
        Role.CRITICAL,
        floor=0.8,
    ),
    "inconclusive under warn": Row(
        UNDECIDED,
        Outcome.NOT_PROVEN,
        Verdict.INCONCLUSIVE,
        "not proven: a drop of up to 8.3 points is not ruled out in skill; needs about 22 more samples",
    ),
    "inconclusive under block": Row(
        UNDECIDED,
        Outcome.FAILED,
        Verdict.INCONCLUSIVE,
        "skill: undecided, and the gate blocks on undecided suites",
        gate=BLOCK,
    ),
    "regressed": Row(DROPPED, Outcome.FAILED, Verdict.REGRESSED, "regressed: skill −7.2 points"),
    "regressed within a margin of its own": Row(
        DROPPED,
        Outcome.NOT_PROVEN,
        Verdict.INCONCLUSIVE,
        "not proven",
        gate=make_gate(defaults={"alpha": 0.0001}),
    ),
    "below its floor": Row(
        outcomes(600, wrong=130),
        Outcome.FAILED,
        Verdict.PASS,
        "skill: 78.3 is below the floor of 80.0",
        floor=0.8,
    ),
    "exactly at its floor": Row(
        outcomes(600, wrong=120), Outcome.PASSED, Verdict.PASS, "1 of 1 suites certified", floor=0.8
    ),
    "improved and still below its floor": Row(
        outcomes(200, gain=60, wrong=100),
        Outcome.FAILED,
        Verdict.IMPROVED,
        "50.0 is below the floor",
        floor=0.8,
    ),
    "critical and undecided": Row(
        UNDECIDED,
        Outcome.FAILED,
        Verdict.INCONCLUSIVE,
        "skill: critical, and not certified to hold its margin",
        Role.CRITICAL,
    ),
    "critical and its floor not certified": Row(
        outcomes(100, wrong=8),
        Outcome.FAILED,
        Verdict.PASS,
        "skill: critical, and not certified above its floor of 90.0 (at least 86.4)",
        Role.CRITICAL,
        floor=0.9,
    ),
    "an improvement is demanded and not shown": Row(
        HELD,
        Outcome.FAILED,
        Verdict.PASS,
        "skill: an improvement is demanded and not shown",
        Role.TARGET,
        must_improve=True,
    ),
    "more than 5% of the answers of head are missing": Row(
        lost(outcomes(100), head=6),
        Outcome.COULD_NOT_RUN,
        Verdict.NOT_COMPARABLE,
        "not comparable: 6 of 100 head answers are missing (at most 5%)",
    ),
    "more than 5% of the answers of base are missing": Row(
        lost(outcomes(100), base=6),
        Outcome.COULD_NOT_RUN,
        Verdict.NOT_COMPARABLE,
        "not comparable: 6 of 100 base answers are missing (at most 5%)",
    ),
    "sides differ by more than 2 points": Row(
        lost(outcomes(100), head=3),
        Outcome.COULD_NOT_RUN,
        Verdict.NOT_COMPARABLE,
        "not comparable: base misses 0 of 100 answers and head 3: too different",
    ),
    "sides differ by exactly 2 points": Row(
        lost(outcomes(600), base=18, head=30), Outcome.NOT_PROVEN, Verdict.INCONCLUSIVE, "not proven"
    ),
    "fewer than 10 samples": Row(
        outcomes(9),
        Outcome.COULD_NOT_RUN,
        Verdict.NOT_COMPARABLE,
        "not comparable: 9 samples; at least 10 are needed to compare anything",
    ),
    "fewer than 5 clusters": Row(
        outcomes(40),
        Outcome.COULD_NOT_RUN,
        Verdict.NOT_COMPARABLE,
        "not comparable: 4 clusters; at least 5 are needed",
        clusters=[f"document {i % 4}" for i in range(40)],
    ),
    "more than 5% leaked": Row(
        outcomes(600), Outcome.FAILED, Verdict.PASS, "31 of 600 samples are in the training data", leaked=31
    ),
    "5% leaked": Row(outcomes(600), Outcome.PASSED, Verdict.PASS, "1 of 1 suites certified", leaked=30),
    "no baseline and above the floor": Row(
        outcomes(100),
        Outcome.PASSED,
        None,
        "no baseline: nothing is compared, 1 of 1 suites",
        floor=0.8,
        baseline=False,
    ),
    "no baseline and below the floor": Row(
        outcomes(100, wrong=30),
        Outcome.FAILED,
        None,
        "70.0 is below the floor of 80.0",
        floor=0.8,
        baseline=False,
    ),
    "no baseline and answers missing": Row(
        lost(outcomes(100), head=6),
        Outcome.COULD_NOT_RUN,
        None,
        "6 of 100 answers are missing",
        baseline=False,
    ),
}
EXITS = {
    Outcome.PASSED: (State.SUCCESS, ExitCode.PASSED),
    Outcome.NOT_PROVEN: (State.SUCCESS, ExitCode.PASSED),
    Outcome.FAILED: (State.FAILURE, ExitCode.FAILED),
    Outcome.COULD_NOT_RUN: (State.ERROR, ExitCode.COULD_NOT_RUN),
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_each_row_of_the_outcome_table_has_its_state_exit_code_and_reason(row: Row) -> None:
    decision = row.decide()
    assert only_suite(decision).verdict is row.verdict
    assert decision.outcome is row.expect
    assert (decision.outcome.state, decision.outcome.exit_code) == EXITS[row.expect]
    assert row.says in " | ".join(decision.reasons)


@pytest.mark.parametrize("outcome", Outcome)
def test_status_and_exit_code_agree_for_every_outcome(outcome: Outcome) -> None:
    allowed = {
        State.SUCCESS: {ExitCode.PASSED},
        State.FAILURE: {ExitCode.FAILED},
        State.ERROR: {ExitCode.CONFIG, ExitCode.COULD_NOT_RUN},
    }
    assert outcome.exit_code in allowed[outcome.state]
    assert (outcome.exit_code == 0) == (outcome.state is State.SUCCESS)


def test_a_worse_outcome_never_has_a_better_state() -> None:
    states = list(State)
    ranks = [states.index(outcome.state) for outcome in Outcome]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("severity", "fail_on", "expect"),
    [
        (Severity.ERROR, "error", Outcome.FAILED),
        (Severity.WARNING, "error", Outcome.PASSED),
        (Severity.WARNING, "warning", Outcome.FAILED),
        (Severity.INFO, "warning", Outcome.PASSED),
        (Severity.INFO, "info", Outcome.FAILED),
    ],
)
def test_a_new_finding_fails_the_gate_from_fail_on_upwards(
    severity: Severity, fail_on: str, expect: Outcome
) -> None:
    decision = decide(make_gate(data={"fail_on": fail_on}), [], [data_report([finding(severity)])])
    assert decision.outcome is expect


def test_a_finding_that_base_already_has_never_gates() -> None:
    decision = decide(make_gate(), [], [data_report([finding(known=True)])])
    assert decision.outcome is Outcome.PASSED
    assert decision.reasons == ("data chat: 120 rows are valid",)


@pytest.mark.parametrize(("over", "expect"), [(True, Outcome.FAILED), (False, Outcome.PASSED)])
def test_over_budget_fails_the_gate(over: bool, expect: Outcome) -> None:
    line = BudgetLine(name="eval_usd", limit="$5", spent="$5.0100", over=over)
    decision = decide(make_gate(), [], budgets=[line])
    assert decision.outcome is expect
    assert ("over budget: eval_usd $5.0100 of $5" in decision.reasons) is over


STOPPED = BudgetLine(name="eval_usd", limit="$5", spent="$5.0100 (stopped before the end)", over=True)


def cut_short(played: list[tuple[Suite, list[Pair]]], *, complete: bool = False) -> Decision:
    """A run that the budget stopped."""
    gate, change = make_gate(), make_change()
    attempts = [one for suite, pairs in played for one in answers(suite, pairs)]
    comparison = compare(change, whole(suite for suite, _ in played), attempts, gate, {})
    return decide(gate, [comparison], budgets=[STOPPED], complete=complete)


def test_no_more_than_everything_is_lost_on_average() -> None:
    suites = [make_suite("a", 10), make_suite("b", 10)]
    attempts = [one for suite in suites for one in answers(suite, outcomes(10, loss=9))]
    found = compare(make_change(), whole(suites), attempts, make_gate(), {})
    assert found.overall is not None
    assert found.overall.low == -1.0
    assert found.overall.estimate == pytest.approx(-0.9)


def test_what_could_not_run_is_told_before_what_regressed() -> None:
    played = [
        (make_suite("dropped", 400), DROPPED),
        (make_suite("unasked", 100), lost(outcomes(100), head=60)),
    ]
    decision = cut_short(played, complete=True)
    assert decision.outcome is Outcome.COULD_NOT_RUN
    assert (
        decision.reasons[0]
        == "unasked: not comparable: 60 of 100 head answers are missing (at most 5%): no answer: timed out"
    )
    assert "regressed: dropped −7.2 points" in decision.reasons


def test_a_run_that_ran_out_of_money_failed_and_says_so_first() -> None:
    played = [
        (make_suite("dropped", 400), DROPPED),
        (make_suite("unasked", 100), lost(outcomes(100), head=60)),
    ]
    decision = cut_short(played)
    assert (decision.outcome, decision.outcome.exit_code) == (Outcome.FAILED, ExitCode.FAILED)
    assert decision.reasons[:2] == (
        "over budget: eval_usd $5.0100 (stopped before the end) of $5",
        "regressed: dropped −7.2 points",
    )
    assert (
        "unasked: not comparable: 60 of 100 head answers are missing (at most 5%): no answer: timed out"
        in decision.reasons
    )
    assert suite_verdicts(decision)["unasked"].outcome is Outcome.COULD_NOT_RUN


def test_answers_that_are_missing_for_another_reason_are_still_no_evidence() -> None:
    played = [(make_suite("skill", 100), lost(outcomes(100), head=60))]
    assert cut_short(played, complete=True).outcome is Outcome.COULD_NOT_RUN


def test_a_suite_that_no_money_makes_comparable_could_not_run_either_way() -> None:
    assert cut_short([(make_suite("skill", 9), outcomes(9))]).outcome is Outcome.COULD_NOT_RUN


def test_a_run_that_ran_out_of_money_is_no_pass_even_if_all_it_has_is_good() -> None:
    assert cut_short([(make_suite("skill", 600), outcomes(600))]).outcome is Outcome.FAILED
    assert decide(make_gate(), [], complete=False).outcome is Outcome.FAILED


REMARK = "policy change: takes effect after merge"


def test_a_remark_is_the_first_reason_when_nothing_more_useful_is_there() -> None:
    valid = data_report([])
    assert decide(make_gate(), [], [valid], remarks=[REMARK]) == Decision(
        outcome=Outcome.PASSED, reasons=(REMARK, "data chat: 120 rows are valid")
    )
    bad = decide(make_gate(), [], [data_report([finding()])], remarks=[REMARK])
    assert bad.reasons == ("data chat: 1 new problem (SF212)", REMARK)


@pytest.mark.parametrize(
    ("role", "must_improve"), [(Role.CRITICAL, False), (Role.TARGET, True), (Role.CRITICAL, True)]
)
def test_a_suite_that_demands_proof_needs_something_to_be_held_against(
    role: Role, must_improve: bool
) -> None:
    suite = make_suite("skill", 100, role, must_improve=must_improve)
    decision = decide_suites([(suite, outcomes(100))], baseline=False)
    assert decision.outcome is Outcome.NOT_PROVEN
    assert decision.reasons[0] == "no baseline: nothing shows that skill holds"
    assert only_suite(decision).notes == ("neither a baseline nor a floor: nothing shows that it holds",)
    assert decide_suites([(suite, outcomes(100))], BLOCK, baseline=False).outcome is Outcome.FAILED
    barred = make_suite("skill", 100, role, must_improve=must_improve, floor=0.8)
    assert decide_suites([(barred, outcomes(100))], baseline=False).outcome is Outcome.PASSED


def test_one_of_a_thing_is_told_in_the_singular() -> None:
    suite = make_suite("skill", 100, floor=0.9)
    leaked = {"skill": ("skill-key-0000",)}
    notes = only_suite(decide_suites([(suite, outcomes(100))], leaked=leaked)).notes
    assert notes[-1].startswith("1 sample is in the training data: decided with and without it")
    one = make_suite("one", 1)
    told = self_check(one, answers(one, outcomes(1)), "assistant").message
    assert told.endswith("1 sample runs, score 100.0; it decides after the merge")
    silent = self_check(one, answers(one, lost(outcomes(1), base=1)), "assistant").message
    assert silent.endswith("1 of 1 answers is missing")


@pytest.mark.parametrize(
    ("pairs", "floor", "expect", "says"),
    [
        (outcomes(40), 0.8, Outcome.PASSED, "40 samples run, score 100.0; it decides after the merge"),
        (outcomes(40, loss=10), 0.8, Outcome.PASSED, "40 samples run"),
        (outcomes(40, wrong=10), 0.8, Outcome.FAILED, "75.0 is below its floor of 80.0"),
        (
            outcomes(40, wrong=40),
            None,
            Outcome.PASSED,
            "score 0.0; it decides after the merge; a suite that nobody",
        ),
        (lost(outcomes(40), base=3), None, Outcome.FAILED, "3 of 40 answers are missing"),
        (lost(outcomes(40), base=40), 0.8, Outcome.FAILED, "40 of 40 answers are missing"),
    ],
)
def test_a_changed_suite_must_run_and_hold_its_floor_on_the_base_model(
    pairs: list[Pair], floor: float | None, expect: Outcome, says: str
) -> None:
    suite = make_suite("skill", len(pairs), floor=floor)
    check = self_check(suite, answers(suite, pairs), "assistant")
    decision = decide(make_gate(), [], self_checks=[check])
    assert decision.outcome is expect
    assert decision.reasons[0].startswith("suite skill as changed, on the current assistant: ")
    assert says in decision.reasons[0]


def test_nothing_looked_at_passes_without_a_reason() -> None:
    assert decide(make_gate(), []) == Decision(outcome=Outcome.PASSED, reasons=())


def test_could_not_run_outranks_a_failure_and_both_are_told() -> None:
    decision = decide_suites(
        [(make_suite("lost", 9), outcomes(9)), (make_suite("dropped", 400), DROPPED)],
        data=[data_report([finding()])],
    )
    assert decision.outcome is Outcome.COULD_NOT_RUN
    told = " | ".join(decision.reasons)
    assert "regressed: dropped" in told
    assert "lost: not comparable" in told
    assert "data chat: 1 new problem (SF212)" in told


@pytest.mark.slow
def test_a_failure_is_explained_before_what_is_good_to_know() -> None:
    decision = decide_suites(
        [
            (make_suite("better", 200), IMPROVED),
            (make_suite("dropped", 400, Role.TARGET), DROPPED),
            (make_suite("short", 30), UNDECIDED),
        ]
    )
    assert decision.reasons[0] == "regressed: dropped −7.2 points"
    assert [reason.split()[0] for reason in decision.reasons] == ["regressed:", "not", "better", "1"]


@pytest.mark.slow
def test_a_small_loss_everywhere_fails_through_the_overall_hypothesis_alone() -> None:
    played = [(make_suite(f"skill-{i}", 500), outcomes(500, gain=22, loss=38)) for i in range(6)]
    decision = decide_suites(played)
    verdicts = {suite.verdict for suite in suite_verdicts(decision).values()}
    overall = decision.models[0].overall
    assert verdicts <= {Verdict.INCONCLUSIVE, Verdict.PASS}
    assert overall is not None
    assert overall.verdict is Verdict.REGRESSED
    assert decision.outcome is Outcome.FAILED
    assert decision.reasons[0] == "old skills lost 3.2 points on average over 6 suites"


@pytest.mark.slow
def test_targets_never_hide_a_loss_of_old_skills() -> None:
    lossy = [(make_suite(f"skill-{i}", 500), outcomes(500, gain=22, loss=38)) for i in range(6)]
    target = (make_suite("target", 500, Role.TARGET), outcomes(500, gain=400))
    found = decide_suites([*lossy, target]).models[0].overall
    alone = decide_suites(lossy).models[0].overall
    assert found is not None
    assert alone is not None
    assert found.numbers == alone.numbers


@pytest.mark.slow
def test_a_pass_with_a_real_drop_inside_the_margin_says_so() -> None:
    suite = only_suite(decide_suites([(make_suite("skill", 3000), outcomes(3000, loss=60))]))
    assert suite.verdict is Verdict.PASS
    assert "a small real drop inside the margin" in suite.notes


def test_an_undecided_suite_says_what_is_not_ruled_out_and_how_many_samples_it_needs() -> None:
    suite = only_suite(decide_suites([(make_suite("skill", 80), outcomes(80, gain=3, loss=4))]))
    assert suite.verdict is Verdict.INCONCLUSIVE
    assert suite.numbers.samples_needed is not None
    assert suite.notes == (
        "a drop of up to 7.5 points is not ruled out",
        f"needs about {suite.numbers.samples_needed - 80} more samples",
    )


def test_a_status_is_not_cut_for_the_sake_of_advice() -> None:
    decision = decide_suites([(make_suite("s" * 64, 80), outcomes(80, gain=3, loss=4))])
    assert decision.reasons[0].endswith(f"is not ruled out in {'s' * 64}")
    assert "needs about" in only_suite(decision).notes[-1]


def test_a_drop_as_large_as_the_margin_is_not_sent_for_more_samples() -> None:
    decision = decide_suites([(make_suite("skill", 40), outcomes(40, gain=2, loss=4))])
    suite = only_suite(decision)
    assert suite.verdict is Verdict.INCONCLUSIVE
    assert suite.notes == ("leaning worse", "a drop of up to 16.6 points is not ruled out", HOPELESS)
    assert "needs" not in decision.reasons[0]


def test_a_suite_with_as_many_samples_as_an_unchanged_model_needs_is_not_sent_for_more() -> None:
    suite = only_suite(decide_suites([(make_suite("skill", 400), outcomes(400, gain=15, loss=25))]))
    assert suite.verdict is Verdict.INCONCLUSIVE
    assert suite.numbers.samples_needed is not None
    assert suite.numbers.samples_needed <= 400
    assert suite.notes[-1] == ENOUGH


def test_a_suite_without_any_difference_needs_52_samples() -> None:
    suite = only_suite(decide_suites([(make_suite("skill", 30), UNDECIDED)]))
    assert suite.numbers.samples_needed == 52


def test_as_many_won_as_lost_is_not_the_same_as_none() -> None:
    """Sixty samples of which twenty flip certify nothing: 52 would do only where none does."""
    suite = only_suite(decide_suites([(make_suite("skill", 60), outcomes(60, gain=10, loss=10))]))
    assert suite.verdict is Verdict.INCONCLUSIVE
    assert (suite.numbers.samples_needed or 0) > 500
    assert suite.notes[-1].startswith("needs about")


def test_a_score_below_the_floor_is_never_called_above_it() -> None:
    below = TABLE["below its floor"].decide()
    at = TABLE["exactly at its floor"].decide()
    assert only_suite(below).notes == ()
    assert only_suite(at).notes == ("above the floor of 80.0, but not certified",)


def test_a_floor_that_hangs_on_missing_answers_is_not_proven() -> None:
    wrong_last = outcomes(600, wrong=122)[::-1]
    row = Row(lost(wrong_last, head=5), Outcome.NOT_PROVEN, Verdict.PASS, "", floor=0.8)
    decision = row.decide()
    assert decision.outcome is Outcome.NOT_PROVEN
    assert decision.reasons[0] == "not proven: a score below the floor of 80.0 is not ruled out in skill"
    assert only_suite(decision).notes == ("whether it holds its floor of 80.0 hangs on 5 missing answers",)
    blocked = decide_suites([(row.suite(), row.pairs)], BLOCK)
    assert blocked.outcome is Outcome.FAILED


def test_a_gate_that_says_nothing_warns_at_five_points_and_five_per_cent() -> None:
    gate = make_gate()
    assert (gate.defaults.margin, gate.defaults.alpha) == (0.05, 0.05)
    assert gate.on_inconclusive is OnInconclusive.WARN
    assert gate.data.fail_on is Severity.ERROR


@pytest.mark.parametrize(
    ("role", "says_so"), [(Role.RETAIN, True), (Role.CRITICAL, True), (Role.TARGET, False)]
)
def test_a_suite_on_which_base_gets_nothing_right_says_that_it_shows_no_loss(
    role: Role, says_so: bool
) -> None:
    """A wrong prompt or grader looks like this, and would go green with more samples."""
    decision = decide_suites([(make_suite("skill", 100, role), outcomes(100, wrong=100))])
    told = [note for note in only_suite(decision).notes if "no loss can show" in note]
    assert bool(told) is says_so
