"""Pass rates by the beta distribution: Clopper and Pearson's guaranteed interval, and Jeffreys' shorter one."""

from mist_ci.stats.checks import require, require_counts
from mist_ci.stats.incomplete_beta import beta_quantile
from mist_ci.stats.interval import Bounds

_HALF = 0.5


def clopper_pearson_interval(successes: int, n: int, *, level: float = 0.95) -> Bounds:
    """Two-sided interval in [0, 1] of a pass rate that holds its level for every rate, so is often too wide.

    `successes` of n >= 1 independent items passed; `level` is the confidence of both sides together, in
    (0, 1). Exactly 0 and 1 at the ends when no item or every item passes. Source: Clopper & Pearson 1934,
    Biometrika 26:404-413. Raises ValueError for impossible counts or level.

    >>> bounds = clopper_pearson_interval(17, 20)
    >>> round(bounds.low, 6), round(bounds.high, 6)
    (0.621073, 0.967929)
    """
    tail = _tail(successes, n, level)
    failures = n - successes
    low = beta_quantile(tail, successes, failures + 1) if successes else 0.0
    high = 1.0 - beta_quantile(tail, failures, successes + 1) if failures else 1.0
    return Bounds(low, high)


def jeffreys_interval(successes: int, n: int, *, level: float = 0.95) -> Bounds:
    """Two-sided interval in (0, 1) of a pass rate, equal tails of the posterior under Jeffreys' prior.

    Quantiles of the beta distribution with parameters successes + 1/2 and failures + 1/2. Arguments and errors
    as clopper_pearson_interval. Source: Brown, Cai & DasGupta 2001, Statistical Science 16:101-133, without
    their change at the ends.

    >>> bounds = jeffreys_interval(17, 20)
    >>> round(bounds.low, 6), round(bounds.high, 6)
    (0.651422, 0.955869)
    """
    tail = _tail(successes, n, level)
    passed, failed = successes + _HALF, n - successes + _HALF
    return Bounds(beta_quantile(tail, passed, failed), 1.0 - beta_quantile(tail, failed, passed))


def _tail(successes: int, n: int, level: float) -> float:
    require_counts(successes, 0, n)
    require(0.0 < level < 1.0, f"level must be in (0, 1), got {level}")
    return (1.0 - level) / 2.0
