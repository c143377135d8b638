"""The beta distribution: what Student's t and the exact intervals of a pass rate are made of."""

import math

from mist_ci.stats.checks import require, require_positive

PRECISION = 2.0**-50
_MAX_STEPS = 200_000


def beta_cdf(x: float, a: float, b: float) -> float:
    """Probability in [0, 1] that a beta value with parameters a, b > 0 is at most x in [0, 1].

    The regularised incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22), from
    whichever end converges. About 12 digits for a + b up to 10,000 and 8 up to a million. Raises ValueError
    outside these ranges.

    >>> round(beta_cdf(0.25, 2.0, 3.0), 6)
    0.261719
    """
    require_positive("a", a)
    require_positive("b", b)
    require(0.0 <= x <= 1.0, f"x must be in [0, 1], got {x}")
    if x in {0.0, 1.0}:
        return x
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    front = math.exp(log_front)
    if x < (a + 1.0) / (a + b + 2.0):
        return min(1.0, front * beta_fraction(a, b, x) / a)
    return max(0.0, 1.0 - front * beta_fraction(b, a, 1.0 - x) / b)


def beta_quantile(probability: float, a: float, b: float) -> float:
    """Point x in [0, 1] with beta_cdf(x, a, b) = probability, for a probability strictly between 0 and 1.

    Bisection to the last digit, so as exact as beta_cdf. Raises ValueError outside these ranges.

    >>> round(beta_quantile(0.025, 0.5, 30.5), 8)
    1.623e-05
    """
    require(0.0 < probability < 1.0, f"probability must be in (0, 1), got {probability}")
    low, high = 0.0, 1.0
    while high - low > PRECISION * high:
        middle = (low + high) / 2.0
        low, high = (middle, high) if beta_cdf(middle, a, b) < probability else (low, middle)
    return high


def beta_fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of I_x(a, b) (DLMF 8.17.22) by the modified Lentz method; x < (a+1)/(a+b+2).

    I_x(a, b) is this times x^a (1 - x)^b / (a B(a, b)).

    >>> round(beta_fraction(2.0, 3.0, 0.25), 6)
    1.654321
    """
    above, below = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value = below
    for m in range(1, _MAX_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        below = 1.0 / (1.0 + even * below)
        above = 1.0 + even / above
        value *= above * below
        below = 1.0 / (1.0 + odd * below)
        above = 1.0 + odd / above
        value *= above * below
        if abs(above * below - 1.0) < PRECISION:
            break
    return value
