"""One report for each thing that a comment may have to say."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache, partial

from msgspec.structs import replace

from mist_ci.errors import Where
from mist_ci.gate import compare, decide, first_look, self_check
from mist_ci.models.attempt import Side
from mist_ci.models.comparison import Calibrated
from mist_ci.models.config import Waiver
from mist_ci.models.difference import Moved
from mist_ci.models.finding import DataChange, Severity, TargetVerdict
from mist_ci.models.plan import Step, StepKind
from mist_ci.models.report import BudgetLine, Problem, Report, SelfCheck
from mist_ci.models.suite import AttemptCounts, Role
from mist_ci.models.verdict import Decision, Outcome
from mist_ci.report import comment
from tests.unit.gate.building import (
    BASE,
    HEAD,
    Pair,
    answers,
    data_report,
    finding,
    make_change,
    make_gate,
    make_suite,
    outcomes,
)
from tests.unit.report.reporting import ESTIMATE, EVALUATED, VALIDATED, make_report, report_on, spend_lines

RUN_PAGE = "https://github.example/acme/bot/actions/runs/8123456789"
BUDGETS = make_gate(budgets={"eval_usd": "5", "cost_per_request_increase": 0.2})
WAIVER = Waiver(
    gate="release",
    suite="haiku",
    model_digest=HEAD.digest,
    reason="dropped feature, RFC 12",
    expires=date(2027, 1, 31),
)


def graded(n: int, step: float) -> list[Pair]:
    """Partial credit that falls by a little more from sample to sample."""
    return [(0.75, round(0.75 - step * (i % 7) / 6, 4)) for i in range(n)]


@cache
def regressed() -> Report:
    leaked = {"math": tuple(f"math-key-{i:04}" for i in range(3))}
    data = data_report([finding(known=True), finding(Severity.WARNING, line=101)])
    played = [
        (make_suite("support-qa", 120, Role.TARGET, must_improve=True), outcomes(120, gain=24, loss=3)),
        (make_suite("math", 200), outcomes(200, gain=6, loss=31, wrong=20)),
        (make_suite("safety", 60, Role.CRITICAL, floor=0.9), outcomes(60)),
        (make_suite("tone", 40), graded(40, 0.3)),
    ]
    counted = "tiktoken o200k_base, approximate: the tokenizer of this model is not known"
    return report_on(
        played, BUDGETS, data=[data.model_copy(update={"leaked": leaked, "token_basis": counted})]
    )


@cache
def not_proven() -> Report:
    played = [
        (make_suite("math", 80, floor=0.8), outcomes(80, gain=3, loss=4, wrong=9)),
        (make_suite("coding", 600), outcomes(600, gain=38, loss=41)),
    ]
    notice = "no baseline for router: models/router.yml is not on the base branch, floors only"
    return report_on(played, BUDGETS, notices=[notice])


@cache
def improved() -> Report:
    return report_on([(make_suite("support-qa", 120, Role.TARGET), outcomes(120, gain=24, loss=3))], BUDGETS)


CHANGE = DataChange(rows_unchanged=100, rows_moved=0, rows_added=18, rows_removed=3, rows_changed=2)
TOLD = (
    TargetVerdict(
        target="together",
        as_of=date(2026, 11, 20),
        verdict="3 rows rejected (SF212 × 3)",
        rejected=3,
        dropped=0,
        truncated=0,
        mistrained=0,
        fine=117,
        files_rejected={},
    ),
    TargetVerdict(
        target="trl",
        as_of=date(2026, 11, 20),
        verdict="valid",
        rejected=0,
        dropped=0,
        truncated=0,
        mistrained=0,
        fine=120,
        files_rejected={},
    ),
)


@cache
def data_failure() -> Report:
    data = data_report(
        [finding(line=7), finding(line=9), finding(code="SF804", line=12), finding(known=True)]
    )
    data = data.model_copy(update={"change": CHANGE, "targets": TOLD})
    decision = Decision(outcome=Outcome.FAILED, reasons=("data chat: 3 new problems (SF212, SF804)",))
    notice = "models were not evaluated, because the data failed first: no token was spent"
    return make_report(decision, data=(data,), steps=(VALIDATED, EVALUATED), notices=(notice,))


@cache
def could_not_run() -> Report:
    problem = Problem(
        code="MC301",
        message="the model server of provider 'prod' does not answer any more: connection refused",
        where=None,
        hint="120 finished answers are kept in mist-results/x; start the server and run the gate again",
    )
    decision = Decision(outcome=Outcome.COULD_NOT_RUN, reasons=(f"MC301 {problem.message}",))
    return make_report(decision, problem=problem, steps=(EVALUATED,))


@cache
def configuration_error() -> Report:
    problem = Problem(
        code="MC103",
        message="unknown key 'margn'",
        where=Where("suites/math.yml", 5, field="margn"),
        hint="did you mean 'margin'?",
    )
    return make_report(Decision(outcome=Outcome.CONFIG_ERROR, reasons=("MC103",)), problem=problem)


@cache
def not_comparable() -> Report:
    pairs: list[Pair] = [*outcomes(70), *[(1.0, None)] * 10]
    return report_on([(make_suite("math", 80), pairs), (make_suite("coding", 200), outcomes(200))], BUDGETS)


@cache
def nothing_to_gate() -> Report:
    return make_report(Decision(outcome=Outcome.NOTHING_TO_GATE, reasons=()), duration_s=0.3)


@cache
def not_gated_yet() -> Report:
    return make_report(Decision(outcome=Outcome.NOT_GATED_YET, reasons=()), duration_s=0.3)


@cache
def no_baseline() -> Report:
    played = [
        (make_suite("math", 80, floor=0.8), outcomes(80, wrong=9)),
        (make_suite("coding", 60), outcomes(60, wrong=12)),
    ]
    return report_on(played, BUDGETS, baseline=False)


@cache
def waived() -> Report:
    played = [
        (make_suite("haiku", 120), outcomes(120, loss=40)),
        (make_suite("math", 80), outcomes(80)),
        (make_suite("coding", 60), outcomes(60)),
    ]
    return report_on(played, BUDGETS, waivers=[WAIVER])


@cache
def changed_suite() -> Report:
    played = [
        (make_suite("math", 80, floor=0.8), outcomes(80, wrong=8)),
        (make_suite("riddles", 20), outcomes(20, wrong=20)),
        (make_suite("tone", 40, floor=0.9), outcomes(40, wrong=5)),
    ]
    base = [one for suite, pairs in played for one in answers(suite, pairs) if one.side == "base"]
    checks = [self_check(suite, base, "assistant") for suite, _ in played]
    files = [f"suites/{suite.name}.yml" for suite, _ in played]
    steps = [Step(kind=StepKind.SELF_CHECK, subject=file, reason=f"{file} changed") for file in files]
    decision = decide(make_gate(), [], self_checks=checks)
    return make_report(decision, self_checks=tuple(checks), steps=tuple(steps), spend=spend_lines(base))


@cache
def waivers_in_force() -> Report:
    """One that is used, one for another model, one that nothing needs."""
    other = WAIVER.model_copy(update={"suite": "tone", "model_digest": "sha256:" + "0" * 64})
    unused = WAIVER.model_copy(update={"suite": "math", "reason": "until the new grader is in, #12"})
    return waived().model_copy(update={"waivers": (WAIVER, unused, other)})


@cache
def needs_more_samples() -> Report:
    """Undecided for three reasons: too few, enough and unlucky, and a drop that nothing will certify."""
    played = [
        (make_suite("few", 80), outcomes(80, gain=3, loss=4, wrong=9)),
        (make_suite("unlucky", 400), outcomes(400, gain=15, loss=25)),
        (make_suite("hopeless", 40), outcomes(40, gain=2, loss=4)),
    ]
    return report_on(played, make_gate())


@cache
def over_budget() -> Report:
    """Head answers at twice the length and price, and the run stopped when the money was gone."""
    report = report_on([(make_suite("math", 200), outcomes(200, gain=6, loss=7))], make_gate())
    (model,) = report.decision.models
    (suite,) = model.suites
    spend = suite.numbers.head.spend.model_copy(update={"tokens_out": 3_100, "cost_usd": Decimal("0.047")})
    head = suite.numbers.head.model_copy(update={"spend": spend})
    suite = suite.model_copy(update={"numbers": suite.numbers.model_copy(update={"head": head})})
    model = model.model_copy(update={"suites": (suite,)})
    over = "over budget: cost_per_request_increase +135.0% of +20.0%"
    templated = Moved(base=20.0, head=23.0, low=3.0, high=3.0, samples=200)
    longer = Moved(base=5.0, head=15.5, low=9.9, high=11.1, samples=200)
    dearer = Moved(base=0.1, head=0.235, low=0.128, high=0.142, samples=200)
    alike = "200 of 200 prompts have another number of tokens at head"
    inference = report.inference[0].model_copy(
        update={"tokens_in": templated, "tokens_out": longer, "usd_per_1000": dearer, "prompts": alike}
    )
    return report.model_copy(
        update={
            "inference": (inference,),
            "decision": Decision(outcome=Outcome.FAILED, reasons=(over,), models=(model,)),
            "spend": (report.spend[0], report.spend[1].model_copy(update={"spend": spend})),
            "budgets": (
                BudgetLine(
                    name="training_usd",
                    limit="$200",
                    spent="$1.1520",
                    over=False,
                    left="$198.8480",
                    note="estimated",
                ),
                BudgetLine(name="eval_usd", limit="$5", spent="$0.0670", over=False, left="$4.9330"),
                BudgetLine(
                    name="pull_request_tokens",
                    limit="500,000 tokens",
                    spent="12,100 tokens",
                    over=False,
                    left="487,900 tokens",
                    held=False,
                    note="no ledger, so earlier runs do not count",
                ),
                BudgetLine(
                    name="month_usd",
                    limit="$400",
                    spent="$41.2670",
                    over=False,
                    left="$358.7330",
                    note="$41.2000 by 12 earlier runs, $0.0670 now",
                ),
                BudgetLine(name="cost_per_request_increase", limit="+20.0%", spent="+135.0%", over=True),
            ),
            "training": (ESTIMATE,),
        }
    )


@cache
def policy_change() -> Report:
    """A policy, a suite and the removal of another, all in one pull request."""
    steps = (
        Step(
            kind=StepKind.LINT_POLICY,
            subject="mist.yml",
            reason="policy change: takes effect after merge, the base branch's policy judges this one",
        ),
        Step(
            kind=StepKind.SUITE_REMOVED,
            subject="suites/tone.yml",
            reason="suites/tone.yml is removed: the suite still decides here, until the merge",
        ),
        Step(kind=StepKind.SELF_CHECK, subject="suites/math.yml", reason="suites/math.yml changed"),
    )
    check = SelfCheck(
        suite="math",
        samples=80,
        mean=0.9,
        floor=0.8,
        ok=True,
        message="suite math as changed, on the current assistant: 80 samples run, score 90.0; "
        "it decides after the merge",
    )
    decision = Decision(outcome=Outcome.PASSED, reasons=(steps[0].reason,))
    return make_report(decision, steps=steps, self_checks=(check,))


@cache
def against_all() -> Report:
    """Held against an anchor, with samples of its own, one suite decided early and one with more attempts."""
    gate = make_gate()
    early, more = make_suite("math", 300), make_suite("code", 120)
    more = more.model_copy(update={"attempts": AttemptCounts(base=2, head=1, max_head=3)})
    tone = make_suite("tone", 120, version="2")
    tone = tone.model_copy(update={"samples": tone.samples[:60]})
    pairs: list[Pair] = [
        *[((1.0, 1.0), (1.0, 1.0, 1.0))] * 70,
        *[((1.0, 0.0), (0.0, 1.0, 1.0))] * 30,
        *[((1.0, 1.0), (0.0, 0.0, 1.0))] * 12,
        *[((0.0, 0.0), (1.0, 0.0, 0.0))] * 8,
    ]
    attempts = (
        answers(early, outcomes(300, wrong=30)) + answers(more, pairs) + answers(tone, outcomes(60, loss=9))
    )
    released = [(early, outcomes(300)), (more, outcomes(120, gain=40))]
    for suite, played in released:
        attempts += [
            replace(one, side=Side.ANCHOR) for one in answers(suite, played) if one.side is Side.BASE
        ]
    change = make_change().model_copy(update={"anchor": BASE, "anchor_label": "refs/tags/released"})
    standings = [first_look(one, gate, has_baseline=True) for one in (early, more)]
    standings = [standings[0].next(), standings[1].next()]
    comparison = compare(change, standings, attempts, gate, {}, added=[tone])
    measured = Calibrated(noise=0.021, false_alarm_rate=0.035, measured_on=date(2026, 11, 20))
    suites = [
        one.model_copy(update={"calibrated": measured}) if one.suite == "math" else one
        for one in comparison.suites
    ]
    comparison = comparison.model_copy(update={"suites": tuple(suites)})
    return make_report(decide(gate, [comparison]), steps=(EVALUATED,), spend=spend_lines(attempts))


def _comment_on(case: Callable[[], Report]) -> str:
    return comment(case())


CASES: dict[str, Callable[[], Report]] = {
    "regressed": regressed,
    "not-proven": not_proven,
    "improved": improved,
    "data-failure": data_failure,
    "could-not-run": could_not_run,
    "configuration-error": configuration_error,
    "not-comparable": not_comparable,
    "nothing-to-gate": nothing_to_gate,
    "not-gated-yet": not_gated_yet,
    "no-baseline": no_baseline,
    "waived": waived,
    "changed-suite": changed_suite,
    "waivers-in-force": waivers_in_force,
    "needs-more-samples": needs_more_samples,
    "over-budget": over_budget,
    "policy-change": policy_change,
    "against-all": against_all,
}


def since_the_last_push() -> str:
    """The second push repairs one skill of three, and brings bad data."""
    first = at(regressed(), "abc1234" + "0" * 33)
    data = data_report([finding(Severity.WARNING, line=line) for line in (7, 8, 9)])
    played = [
        (make_suite("support-qa", 120, Role.TARGET, must_improve=True), outcomes(120, gain=26, loss=3)),
        (make_suite("math", 200), outcomes(200, gain=8, loss=7, wrong=20)),
        (make_suite("safety", 60, Role.CRITICAL, floor=0.9), outcomes(60)),
        (make_suite("tone", 40), graded(40, 0.2)),
    ]
    return comment(report_on(played, BUDGETS, data=[data]), comment(first), details_url=RUN_PAGE)


def at(report: Report, head: str) -> Report:
    """The same report about another commit."""
    return report.model_copy(update={"event": report.event.model_copy(update={"head": head})})


def shed_to_a_small_limit() -> str:
    """What is left at 3,000 characters."""
    return comment(regressed(), limit=3_000, details_url=RUN_PAGE)


PAGES: dict[str, Callable[[], str]] = {name: partial(_comment_on, case) for name, case in CASES.items()} | {
    "since-the-last-push": since_the_last_push,
    "shed-to-a-small-limit": shed_to_a_small_limit,
}
"""Whole comments, each with its golden page."""
