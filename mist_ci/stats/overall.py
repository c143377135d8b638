"""The overall hypothesis: the suites that must not get worse do not get worse on average."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.stats.checks import require, require_positive, require_within
from mist_ci.stats.interval import Interval
from mist_ci.stats.missing import ImputedInterval
from mist_ci.stats.normal import critical_z, normal_cdf


@dataclass(frozen=True, slots=True)
class Overall:
    """Unweighted mean of the suites' differences in score units, its standard error, bounds and p-values.

    `low` and `high` each hold at one-sided level alpha; p-values read as in Interval. `suites` counts suites.
    """

    suites: int
    estimate: float
    se: float
    low: float
    high: float
    p_regressed: float
    p_improved: float


def overall_interval(suites: Sequence[Interval], *, alpha: float) -> Overall:
    """Macro mean over two or more suites without missing scores, by the normal distribution.

    The caller passes the suites that must not get worse; each weighs the same whatever its size. The error is
    sqrt(sum of se^2) / number of suites, suites being independent (textbook: variance of a mean of
    independent estimates). alpha is one-sided per end, in (0, 0.5]. Raises ValueError for fewer than two
    suites, or an estimate or error that is no finite number in range.

    >>> suite = Interval(100, -0.03, -0.06, 0.0, 0.02, 0.07, 0.93, "t")
    >>> overall = overall_interval([suite] * 4, alpha=0.05)
    >>> round(overall.estimate, 6), round(overall.se, 6), round(overall.p_regressed, 6)
    (-0.03, 0.01, 0.00135)
    """
    require(len(suites) > 1, f"the overall hypothesis needs at least 2 suites, got {len(suites)}")
    require_within("estimates", [suite.estimate for suite in suites], -1.0, 1.0)
    for suite in suites:
        require_positive("se", suite.se)
    estimate = math.fsum(suite.estimate for suite in suites) / len(suites)
    se = math.sqrt(math.fsum(suite.se**2 for suite in suites)) / len(suites)
    reach, z = critical_z(alpha) * se, estimate / se
    return Overall(
        len(suites), estimate, se, estimate - reach, estimate + reach, normal_cdf(z), normal_cdf(-z)
    )


def imputed_overall(suites: Sequence[ImputedInterval], *, alpha: float) -> Overall:
    """Macro mean over two or more suites, some with missing scores, covering all-worst and all-best.

    Equal to overall_interval when nothing is missing; missing scores only ever widen it and raise its
    p-values. Source, range and errors as overall_interval.

    >>> from mist_ci.stats.missing import imputed_interval
    >>> suite = imputed_interval([(1.0, 1.0)] * 60, alpha=0.05)
    >>> round(imputed_overall([suite, suite], alpha=0.05).p_regressed, 6)
    0.5
    """
    middle = overall_interval([suite.interval for suite in suites], alpha=alpha)
    worst = overall_interval([suite.worst for suite in suites], alpha=alpha)
    best = overall_interval([suite.best for suite in suites], alpha=alpha)
    return Overall(
        suites=len(suites),
        estimate=middle.estimate,
        se=middle.se,
        low=min(worst.low, best.low),
        high=max(worst.high, best.high),
        p_regressed=max(worst.p_regressed, best.p_regressed),
        p_improved=max(worst.p_improved, best.p_improved),
    )
