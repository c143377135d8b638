"""Reasons in words. Each comes with its usefulness: 0 explains a failure, 3 is good to know."""

from collections.abc import Sequence

from mist_ci.gate.verdicts import floor_hangs_on_missing
from mist_ci.models.finding import DataReport, Severity
from mist_ci.models.verdict import ModelVerdict, Outcome, SuiteVerdict, Verdict

Reason = tuple[int, str]


def points(fraction: float | None) -> str:
    """A score or difference in points, `97.3`; `unknown` for None."""
    return "unknown" if fraction is None else f"{100 * fraction:.1f}"


def signed(fraction: float) -> str:
    """A difference in points with its sign; `−` is the minus that lines up with `+`."""
    return f"{100 * fraction:+.1f}".replace("-", "\N{MINUS SIGN}")


def model_reasons(model: ModelVerdict) -> list[Reason]:
    """Why one model passes or fails, most useful first."""
    regressed = [suite for suite in model.suites if suite.verdict is Verdict.REGRESSED and not suite.waiver]
    reasons = [(0, _regressions(regressed))] if regressed else []
    for suite in model.suites:
        reasons += _suite_reasons(suite)
    if model.overall is not None and model.overall.verdict is Verdict.REGRESSED:
        numbers = model.overall.numbers
        reasons.append(
            (0, f"old skills lost {points(-numbers.estimate)} points on average over {numbers.suites} suites")
        )
    if model.base_model is None:
        barred = sum(suite.numbers.floor is not None for suite in model.suites)
        reasons.append(
            (1, f"no baseline: nothing is compared, {barred} of {len(model.suites)} suites have a floor")
        )
    if held := [suite for suite in model.suites if suite.verdict in (Verdict.PASS, Verdict.IMPROVED)]:
        reasons.append((3, f"{len(held)} of {len(model.suites)} suites certified within their margin"))
    return reasons


def _regressions(suites: Sequence[SuiteVerdict]) -> str:
    drops = [(suite.interval.estimate, suite.numbers.suite) for suite in suites if suite.interval]
    named = ", ".join(f"{name} {signed(drop)}" for drop, name in sorted(drops))
    if len(drops) == 1:
        return f"regressed: {named} points"
    return f"{len(drops)} suites regressed: {named} points"


def _suite_reasons(suite: SuiteVerdict) -> list[Reason]:
    name = suite.numbers.suite
    if suite.outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN):
        return [(0, f"{name}: {problem}") for problem in suite.problems if problem != "regressed"]
    if suite.waiver:
        return [(1, f"{name}: failure waived ({suite.waiver})")]
    if suite.outcome is Outcome.NOT_PROVEN:
        return [(1, f"not proven: {doubt} in {name}") for doubt in _doubts(suite)]
    if suite.verdict is Verdict.IMPROVED and suite.interval is not None:
        return [(2, f"{name} improved by {points(suite.interval.estimate)} points")]
    return []


def _doubts(suite: SuiteVerdict) -> list[str]:
    numbers, doubts = suite.numbers, []
    if suite.verdict is Verdict.INCONCLUSIVE and suite.interval is not None:
        doubts.append(f"a drop of up to {points(-suite.interval.low)} points is not ruled out")
    if floor_hangs_on_missing(numbers):
        doubts.append(f"a score below the floor of {points(numbers.floor)} is not ruled out")
    return doubts


def data_reason(data: DataReport, fail_on: Severity) -> Reason:
    """What the data set's findings mean for the gate."""
    if gating := data.gating(fail_on):
        codes = ", ".join(sorted({finding.code for finding in gating}))
        noun = "problem" if len(gating) == 1 else "problems"
        return (0, f"data {data.dataset}: {len(gating)} new {noun} ({codes})")
    return (3, f"data {data.dataset}: {data.rows} rows are valid")
