"""Planning: how likely each verdict is, before anything was asked. Normal approximation throughout."""

import math

from mist_ci.stats.checks import require, require_counts, require_positive, require_within
from mist_ci.stats.normal import critical_z, normal_cdf
from mist_ci.stats.power import minimum_detectable_effect
from mist_ci.stats.tango import tango_z

NEGLIGIBLE = 1e-12


def chance_to_certify(n: int, sd: float, margin: float, *, alpha: float, drop: float = 0.0) -> float:
    """Probability in [0, 1] that a suite of n items is shown to hold its margin, when the true drop is `drop`.

    P(low > -margin) = Phi((margin - drop) sqrt(n) / sd - z_alpha), with `sd` the standard deviation of the
    differences per item, margin in (0, 1) and drop in [-1, 1], all in score units; alpha is one-sided. Source:
    textbook normal approximation of a non-inferiority test (Chow, Shao & Wang 2008, chapter 3). At most 2
    points from the simulation of design 3 §3.2. Raises ValueError outside these ranges.

    >>> round(chance_to_certify(200, 0.386, 0.05, alpha=0.05), 3)
    0.574
    """
    _require(n, sd, margin)
    require_within("drop", [drop], -1.0, 1.0)
    return normal_cdf((margin - drop) * math.sqrt(n) / sd - critical_z(alpha))


def chance_to_certify_pass_fail(n: int, flip_rate: float, margin: float, *, alpha: float) -> float:
    """The same for n pass/fail items of which a share `flip_rate` is expected to flip, as often up as down. Exact.

    Adds up the chances of all numbers of flips whose Tango low lies above -margin: in small suites, and where
    answers hardly ever flip, the normal approximation promises what the interval cannot give (no 51 items
    certify 5 points). flip_rate is in [0, 1], the square of `sd` above. Source: Tango 1998, binomial
    distribution. Cost: about a millisecond for hundreds of items. Raises ValueError outside these ranges.

    >>> round(chance_to_certify_pass_fail(200, 0.149, 0.05, alpha=0.05), 3)
    0.559
    >>> [round(chance_to_certify_pass_fail(n, 0.0, 0.05, alpha=0.05)) for n in (51, 52)]
    [0, 1]
    """
    require_counts(0, 0, n)
    require_within("flip_rate", [flip_rate], 0.0, 1.0)
    require(0.0 < margin < 1.0, f"margin must be in (0, 1), got {margin}")
    critical, total = critical_z(alpha), 0.0
    for flips in range(n + 1):
        weight = _binomial(flips, n, flip_rate)
        if weight > NEGLIGIBLE:
            most = _most_losses(flips, n, margin, critical)
            total += weight * math.fsum(_binomial(losses, flips, 0.5) for losses in range(most + 1))
    return min(total, 1.0)


def findable_drop(
    n: int,
    sd: float,
    margin: float,
    *,
    alpha: float,
    holm_alpha: float,
    power: float,
    pass_fail: bool = False,
) -> float:
    """Smallest true drop, in score units, that gets the verdict "regressed" with probability `power`.

    The larger one of what the test at `holm_alpha` detects (minimum_detectable_effect), and of what is large
    enough not to be certified within the margin: in a suite of thousands of items a proven drop of half the
    margin is a pass. Where items pass or fail, a drop of d spreads their differences by at least
    sqrt(d (1 - d)), however alike the sides are else. Ranges, source and errors as chance_to_certify; power is
    in [0.5, 1).

    >>> round(findable_drop(200, 0.39, 0.05, alpha=0.05, holm_alpha=0.05 / 7, power=0.8), 3)
    0.091
    >>> round(findable_drop(10_000, 0.39, 0.05, alpha=0.05, holm_alpha=0.05, power=0.8), 3)
    0.047
    """
    _require(n, sd, margin)
    proven = minimum_detectable_effect(n, sd, alpha=holm_alpha, power=power)
    if pass_fail:
        reach = critical_z(holm_alpha) + critical_z(1.0 - power)
        proven = max(proven, reach**2 / (n + reach**2))
    slack = (critical_z(alpha) - critical_z(1.0 - power)) * sd / math.sqrt(n)
    return max(proven, margin - slack)


def sd_with_attempts(sd: float, within_variance: float, *, base_attempts: int, head_attempts: int) -> float:
    """Standard deviation of the differences per item when each side's score is a mean of several attempts.

    sqrt(omega^2 + within / base_attempts + within / head_attempts): `sd` is that of one attempt per side,
    `within_variance` >= 0 the variance of one attempt around its item's own mean, the same on both sides, and
    omega^2 = sd^2 - 2 within, never below 0, is what no number of attempts takes away: items on which the two
    models differ. Source: design 3 §4.6. Raises ValueError outside these ranges and for attempts below 1.

    >>> [round(sd_with_attempts(0.385, 0.0573, base_attempts=k, head_attempts=k), 3) for k in (1, 3, 5)]
    [0.385, 0.268, 0.238]
    """
    require_positive("sd", sd)
    require(0.0 <= within_variance < math.inf, f"within_variance must be at least 0, got {within_variance}")
    require(min(base_attempts, head_attempts) >= 1, "attempts must be at least 1")
    between = max(0.0, sd**2 - 2.0 * within_variance)
    return math.sqrt(between + within_variance / base_attempts + within_variance / head_attempts)


def _most_losses(flips: int, n: int, margin: float, critical: float) -> int:
    """So many of the flips may be losses when the margin is still to be certified; -1 when none may be."""
    low, high = -1, flips
    while low < high:
        middle = (low + high + 1) // 2
        if tango_z(flips - middle, middle, n, -margin) > critical:
            low = middle
        else:
            high = middle - 1
    return low


def _binomial(successes: int, n: int, rate: float) -> float:
    """Probability of so many successes among n."""
    if rate in (0.0, 1.0):
        return float(successes == n * rate)
    ways = math.lgamma(n + 1) - math.lgamma(successes + 1) - math.lgamma(n - successes + 1)
    return math.exp(ways + successes * math.log(rate) + (n - successes) * math.log1p(-rate))


def _require(n: int, sd: float, margin: float) -> None:
    require(n >= 1, f"n must be at least 1, got {n}")
    require_positive("sd", sd)
    require(0.0 < margin < 1.0, f"margin must be in (0, 1), got {margin}")
