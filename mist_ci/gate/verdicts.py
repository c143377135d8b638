"""The statistical verdict of each suite and of the overall hypothesis (page 3 §4.5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.models.comparison import (
    IntervalNumbers,
    ModelComparison,
    OverallNumbers,
    SuiteComparison,
    is_below,
)
from mist_ci.models.suite import Role
from mist_ci.models.verdict import OverallVerdict, Verdict
from mist_ci.stats import holm_adjusted

OVERALL_MARGIN = 0.02

_WORSE = (Verdict.IMPROVED, Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.REGRESSED, Verdict.NOT_COMPARABLE)


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with the interval and the Holm-adjusted p-values it rests on; None without an interval."""

    verdict: Verdict
    interval: IntervalNumbers | None
    p_regressed: float | None
    p_improved: float | None


def judge(comparison: ModelComparison, alpha: float) -> tuple[list[Judged], OverallVerdict | None]:
    """One verdict per suite, in the comparison's order, and the overall one.

    Leaked samples are decided twice, with and without them, each time with its own correction over all
    hypotheses; of the two verdicts the worse one counts.
    """
    everything = [suite.interval for suite in comparison.suites]
    suites, overall = _family(everything, [s.margin for s in comparison.suites], comparison.overall, alpha)
    if not any(suite.leaked for suite in comparison.suites):
        return suites, overall
    clean = [suite.interval_without_leaked if suite.leaked else suite.interval for suite in comparison.suites]
    suites_clean, overall_clean = _family(
        clean, [s.margin for s in comparison.suites], comparison.overall_without_leaked, alpha
    )
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


def _family(
    intervals: Sequence[IntervalNumbers | None],
    margins: Sequence[float],
    overall: OverallNumbers | None,
    alpha: float,
) -> tuple[list[Judged], OverallVerdict | None]:
    """Holm over the regressions of all suites plus the overall one, and separately over improvements."""
    known = [interval for interval in intervals if interval is not None]
    regressed = holm_adjusted([one.p_regressed for one in known] + ([overall.p_regressed] if overall else []))
    improved = holm_adjusted([one.p_improved for one in known])
    adjusted = iter(zip(regressed, improved, strict=False))
    judged = []
    for interval, margin in zip(intervals, margins, strict=True):
        if interval is None:
            judged.append(Judged(Verdict.NOT_COMPARABLE, None, None, None))
            continue
        p_regressed, p_improved = next(adjusted)
        verdict = _verdict(interval.low, margin, p_regressed, p_improved, alpha)
        judged.append(Judged(verdict, interval, p_regressed, p_improved))
    return judged, _overall(overall, regressed[-1] if overall else 1.0, alpha)


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
