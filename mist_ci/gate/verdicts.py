"""The statistical verdict of each suite and of the overall hypothesis (page 3 §4.5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.models.comparison import (
    IntervalNumbers,
    OverallNumbers,
    SuiteComparison,
    is_below,
)
from mist_ci.models.suite import Role
from mist_ci.models.verdict import OverallVerdict, Verdict
from mist_ci.stats import holm_adjusted, spent_p_value

OVERALL_MARGIN = 0.02

_WORSE = (
    Verdict.ADVISORY,
    Verdict.IMPROVED,
    Verdict.PASS,
    Verdict.INCONCLUSIVE,
    Verdict.REGRESSED,
    Verdict.NOT_COMPARABLE,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with the interval and the Holm-adjusted p-values it rests on; None without an interval."""

    verdict: Verdict
    interval: IntervalNumbers | None
    p_regressed: float | None
    p_improved: float | None
    alone: Verdict | None = None
    """Of an advisory suite: what it would say by itself, if its judge were right. It decides nothing."""


@dataclass(frozen=True, slots=True)
class Family:
    """Hypotheses that are corrected together: those of all suites against one model, and the overall one.

    `is_pending` on the way, when the overall hypothesis is there and will be looked at in the end only.
    """

    suites: Sequence[SuiteComparison]
    overall: OverallNumbers | None
    overall_without_leaked: OverallNumbers | None
    alpha: float
    is_pending: bool = False


def judge(family: Family) -> tuple[list[Judged], OverallVerdict | None]:
    """One verdict per suite, in the family's order, and the overall one.

    Leaked samples are decided twice, with and without them, each time with its own correction over all
    hypotheses; of the two verdicts the worse one counts.
    """
    suites, overall = _judge(family, [suite.interval for suite in family.suites], family.overall)
    if not any(suite.leaked for suite in family.suites):
        return suites, overall
    clean = [suite.interval_without_leaked if suite.leaked else suite.interval for suite in family.suites]
    suites_clean, overall_clean = _judge(family, clean, family.overall_without_leaked)
    worst = [max(pair, key=_badness) for pair in zip(suites, suites_clean, strict=True)]
    candidates = [one for one in (overall, overall_clean) if one is not None]
    return worst, max(candidates, key=lambda one: _WORSE.index(one.verdict), default=None)


def floor_hangs_on_missing(numbers: SuiteComparison) -> bool:
    """True when the answers that are there hold the floor, and all of them with the missing ones wrong do not."""
    head = numbers.head
    if head.mean is None or not head.missing or numbers.below_floor:
        return False
    return is_below(numbers.floor, head.mean * head.answered / (head.answered + head.missing))


def nothing_shows_that_it_holds(numbers: SuiteComparison) -> bool:
    """True when a suite that demands proof has neither a baseline nor a floor to be held against."""
    demands_proof = numbers.role is Role.CRITICAL or numbers.must_improve
    return demands_proof and numbers.base is None and numbers.floor is None


def is_undecided(numbers: SuiteComparison, verdict: Verdict | None) -> bool:
    """True when nothing was proven either way."""
    return (
        verdict is Verdict.INCONCLUSIVE
        or floor_hangs_on_missing(numbers)
        or nothing_shows_that_it_holds(numbers)
    )


def _badness(judged: Judged) -> int:
    return _WORSE.index(judged.verdict)


def _judge(
    family: Family, intervals: Sequence[IntervalNumbers | None], overall: OverallNumbers | None
) -> tuple[list[Judged], OverallVerdict | None]:
    """Holm over the regressions of all suites plus the overall one, and separately over improvements.

    What a look on the way has shown counts by the error rate that it spends, so that Holm's step-down is the one
    of page 3 §4.6: a suite is rejected when its statistic passes the bound of its look at alpha over the
    hypotheses that are left.
    """
    alpha = family.alpha
    known = [
        (one, suite)
        for one, suite in zip(intervals, family.suites, strict=True)
        if one is not None and not suite.is_advisory
    ]
    lost = [_spent(one.p_regressed, suite, alpha) for one, suite in known]
    gained = [_spent(_proof_of_gain(one, suite)[1], suite, alpha) for one, suite in known]
    if overall is not None:
        lost.append(overall.p_regressed)
    elif family.is_pending:
        lost.append(1.0)
    regressed, improved = holm_adjusted(lost), holm_adjusted(gained)
    adjusted = iter(zip(regressed, improved, strict=False))
    judged = []
    for interval, suite in zip(intervals, family.suites, strict=True):
        if suite.is_advisory:
            judged.append(Judged(Verdict.ADVISORY, interval, None, None, _alone(interval, suite, alpha)))
            continue
        if interval is None:
            judged.append(Judged(Verdict.NOT_COMPARABLE, None, None, None))
            continue
        p_regressed, p_improved = next(adjusted)
        verdict = _verdict(interval.low, suite.margin, p_regressed, p_improved, alpha)
        if verdict is Verdict.IMPROVED and _proof_of_gain(interval, suite)[0] <= 0:
            verdict = Verdict.PASS
        judged.append(Judged(verdict, interval, p_regressed, p_improved))
    return judged, _overall(overall, regressed[-1] if overall else 1.0, alpha)


def _spent(p_value: float, suite: SuiteComparison, alpha: float) -> float:
    return spent_p_value(p_value, suite.look.times, suite.look.at, alpha)


def _proof_of_gain(interval: IntervalNumbers, suite: SuiteComparison) -> tuple[float, float]:
    """The lower bound and the p-value that a gain is shown by.

    A judge that likes head's manner sees a gain where there is none: what a judge sees counts as put right by people,
    and as nothing where they labelled nothing (page 3 §4.8).
    """
    if suite.judge is None:
        return interval.low, interval.p_improved
    rectified = suite.judge.rectified
    return (0.0, 1.0) if rectified is None else (rectified.low, rectified.p_improved)


def _alone(interval: IntervalNumbers | None, suite: SuiteComparison, alpha: float) -> Verdict:
    """By its own numbers, without a correction for the other suites."""
    if interval is None:
        return Verdict.NOT_COMPARABLE
    p_regressed, p_improved = (
        _spent(one, suite, alpha) for one in (interval.p_regressed, interval.p_improved)
    )
    return _verdict(interval.low, suite.margin, p_regressed, p_improved, alpha)


def _verdict(low: float, margin: float, p_regressed: float, p_improved: float, alpha: float) -> Verdict:
    if low > 0 and p_improved <= alpha:
        return Verdict.IMPROVED
    if low > -margin:
        return Verdict.PASS
    return Verdict.REGRESSED if p_regressed <= alpha else Verdict.INCONCLUSIVE


def _overall(numbers: OverallNumbers | None, p_holm: float, alpha: float) -> OverallVerdict | None:
    if numbers is None:
        return None
    # The overall hypothesis looks for loss only: it is never "improved".
    verdict = _verdict(min(numbers.low, 0.0), OVERALL_MARGIN, p_holm, 1.0, alpha)
    return OverallVerdict(numbers=numbers, margin=OVERALL_MARGIN, p_regressed_holm=p_holm, verdict=verdict)
