"""The standard normal distribution, accurate to the far tails."""

import math
from statistics import NormalDist

from mist_ci.stats.checks import require, require_alpha

_STANDARD = NormalDist()


def normal_cdf(z: float) -> float:
    """Probability in [0, 1] that a standard normal value is at most z; infinities are allowed.

    Relative error below 1e-12 down to z = -37, because the complementary error function keeps the lower tail
    (Abramowitz & Stegun 7.1.2, 26.2.29). For an upper tail ask for normal_cdf(-z). Raises ValueError for NaN.

    >>> round(normal_cdf(-1.6448536), 6)
    0.05
    """
    require(not math.isnan(z), "z must be a number, got nan")
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def normal_quantile(probability: float) -> float:
    """Point z with normal_cdf(z) = probability, for a probability strictly between 0 and 1.

    Wichura's algorithm AS 241 (Applied Statistics 37, 1988) as shipped in `statistics`: about 16 digits.
    Raises ValueError outside (0, 1).

    >>> round(normal_quantile(0.95), 6)
    1.644854
    """
    require(0.0 < probability < 1.0, f"probability must be in (0, 1), got {probability}")
    return _STANDARD.inv_cdf(probability)


def critical_z(alpha: float) -> float:
    """Point z at 1 - alpha, taken from the lower tail so that a tiny alpha loses no digits. At least 0.

    Raises ValueError for alpha outside (0, 0.5].

    >>> round(critical_z(0.025), 6)
    1.959964
    """
    require_alpha(alpha)
    return abs(normal_quantile(alpha))
