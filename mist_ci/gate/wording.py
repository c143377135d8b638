"""Reasons in words. Each comes with its usefulness: 0 explains a failure, 3 is good to know.

Before them all, at -1, goes why there is no verdict: why a run was stopped, what could not run or be compared. It must
not look like a failure of the model.
"""

from collections.abc import Sequence

from mist_ci.gate.escalation import more_samples, needs
from mist_ci.gate.verdicts import floor_hangs_on_missing, nothing_shows_that_it_holds
from mist_ci.models.comparison import IntervalNumbers, SuiteComparison
from mist_ci.models.figures import are, count, delta, points
from mist_ci.models.finding import DataReport, Severity
from mist_ci.models.report import BudgetLine
from mist_ci.models.verdict import ModelVerdict, Outcome, OverallVerdict, SuiteVerdict, Verdict

Reason = tuple[int, str]
ROOM_IN_A_STATUS = 130
"""Characters: GitHub takes 140, and a pull request's number may go before them."""


def model_reasons(model: ModelVerdict) -> list[Reason]:
    """Why one model passes or fails, most useful first."""
    reasons = [*_regressions(model.suites), *_added_reasons(model)]
    for suite in model.suites:
        reasons += _suite_reasons(suite)
    reasons += _overall_reasons(model.overall)
    if model.anchor is not None:
        against = f" against {model.anchor.label}"
        reasons += _regressions(model.anchor.suites, against)
        for suite in model.anchor.suites:
            reasons += [(rank, f"{told}{against}") for rank, told in _suite_reasons(suite) if rank <= 0]
        reasons += _overall_reasons(model.anchor.overall, against)
    if model.base_model is None:
        barred = sum(suite.numbers.floor is not None for suite in model.suites)
        reasons.append(
            (1, f"no baseline: nothing is compared, {barred} of {len(model.suites)} suites have a floor")
        )
    if held := [suite for suite in model.suites if suite.verdict in (Verdict.PASS, Verdict.IMPROVED)]:
        reasons.append((3, f"{len(held)} of {len(model.suites)} suites certified within their margin"))
    return reasons


def _regressions(suites: Sequence[SuiteVerdict], against: str = "") -> list[Reason]:
    """All suites that regressed, in one reason."""
    regressed = [suite for suite in suites if suite.verdict is Verdict.REGRESSED and not suite.waiver]
    drops = [(suite.interval.estimate, suite.numbers.suite) for suite in regressed if suite.interval]
    if not drops:
        return []
    named = ", ".join(f"{name} {delta(drop)}" for drop, name in sorted(drops))
    many = "regressed" if len(drops) == 1 else f"{len(drops)} suites regressed"
    return [(0, f"{many}{against}: {named} points")]


def _added_reasons(model: ModelVerdict) -> list[Reason]:
    return [(0, f"new samples {told}") for suite in model.added for _, told in _regressions([suite])]


def _overall_reasons(overall: OverallVerdict | None, against: str = "") -> list[Reason]:
    if overall is None or overall.verdict is not Verdict.REGRESSED:
        return []
    numbers = overall.numbers
    lost = f"{points(-numbers.estimate)} points on average over {numbers.suites} suites"
    return [(0, f"old skills lost {lost}{against}")]


def _suite_reasons(suite: SuiteVerdict) -> list[Reason]:
    name = suite.numbers.suite
    if suite.outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN):
        rank = -1 if suite.outcome is Outcome.COULD_NOT_RUN else 0
        return [(rank, f"{name}: {problem}") for problem in suite.problems if problem != "regressed"]
    if suite.verdict is Verdict.ADVISORY:
        why = suite.numbers.judge.advisory if suite.numbers.judge else None
        return [(2, f"{name} is advisory and decides nothing: {why}")]
    if suite.waiver:
        return [(1, f"{name}: failure waived ({suite.waiver})")]
    if suite.outcome is Outcome.NOT_PROVEN:
        return [(1, doubt) for doubt in _doubts(suite)]
    if suite.verdict is Verdict.IMPROVED and suite.interval is not None:
        return [(2, f"{name} improved by {points(suite.interval.estimate)} points")]
    return []


def _doubts(suite: SuiteVerdict) -> list[str]:
    numbers, name, doubts = suite.numbers, suite.numbers.suite, []
    if suite.verdict is Verdict.INCONCLUSIVE and suite.interval is not None:
        doubts.append(_undecided(numbers, suite.interval))
    if floor_hangs_on_missing(numbers):
        floor = points(numbers.floor)
        doubts.append(f"not proven: a score below the floor of {floor} is not ruled out in {name}")
    if nothing_shows_that_it_holds(numbers):
        doubts.append(f"no baseline: nothing shows that {name} holds")
    return doubts


def _undecided(numbers: SuiteComparison, interval: IntervalNumbers) -> str:
    doubt = f"not proven: a drop of up to {points(-interval.low)} points is not ruled out in {numbers.suite}"
    more = more_samples(numbers, interval)
    advised = doubt if more is None else f"{doubt}; {needs(more)}"
    return advised if len(advised) <= ROOM_IN_A_STATUS else doubt


def data_reason(data: DataReport, fail_on: Severity) -> Reason:
    """What the data set's findings mean for the gate."""
    if gating := data.gating(fail_on):
        codes = ", ".join(sorted({finding.code for finding in gating}))
        return (0, f"data {data.dataset}: {count(data.count_gating(fail_on), 'new problem')} ({codes})")
    return (3, f"data {data.dataset}: {count(data.rows, 'row')} {are(data.rows)} valid")


def budget_reason(line: BudgetLine, *, complete: bool) -> Reason:
    """A budget that was exceeded. Where that stopped the run, it explains everything else."""
    return (0 if complete else -1, f"over budget: {line.name} {line.spent} of {line.limit}")
