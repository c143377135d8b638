"""Student's t distribution: probability and quantile, for any number of degrees of freedom above zero."""

import math

from mist_ci.stats.checks import require, require_alpha
from mist_ci.stats.incomplete_beta import PRECISION, beta_fraction

_LARGEST_DF = 1e8
_MIDDLE = 0.5
_SERIES_FROM = 20.0
_HALF_STEP_SERIES = (-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432)


def student_cdf(t: float, df: float) -> float:
    """Probability in [0, 1] that a t value with df degrees of freedom is at most t; infinities are allowed.

    Through the regularised incomplete beta function (Abramowitz & Stegun 26.5.27 and 26.7.1). Lower tails
    keep 12 digits up to df = 10,000 and 9 up to 10^8; for an upper tail ask for student_cdf(-t, df). Cost: on
    the order of sqrt(df) steps. Raises ValueError for NaN or df outside (0, 10^8].

    >>> round(student_cdf(-2.262157, 9), 6)
    0.025
    """
    require(not math.isnan(t), "t must be a number, got nan")
    _require_df(df)
    tail = _tail(abs(t), df)
    return tail if t < 0.0 else 1.0 - tail


def student_quantile(probability: float, df: float) -> float:
    """Point t with student_cdf(t, df) = probability, for a probability strictly between 0 and 1.

    Bisection to the last digit, so as exact as student_cdf. Raises ValueError outside (0, 1) or for df
    outside (0, 10^8].

    >>> round(student_quantile(0.975, 9), 6)
    2.262157
    """
    require(0.0 < probability < 1.0, f"probability must be in (0, 1), got {probability}")
    _require_df(df)
    if probability == _MIDDLE:
        return 0.0
    if probability > _MIDDLE:
        return _tail_point(1.0 - probability, df)
    return -_tail_point(probability, df)


def critical_t(alpha: float, df: float) -> float:
    """Point t at 1 - alpha, taken from the lower tail so that a tiny alpha loses no digits. At least 0.

    Raises ValueError for alpha outside (0, 0.5] or df outside (0, 10^8].

    >>> round(critical_t(0.05, 23), 6)
    1.713872
    """
    require_alpha(alpha)
    return abs(student_quantile(alpha, df))


def _require_df(df: float) -> None:
    require(0.0 < df <= _LARGEST_DF, f"df must be in (0, 1e8], got {df}")


def _tail_point(tail: float, df: float) -> float:
    """Point t > 0 above which `tail` < 0.5 of the distribution lies."""
    low, high = 0.0, 1.0
    while _tail(high, df) > tail and high < math.inf:
        low, high = high, 2.0 * high
    while high - low > PRECISION / 4.0 * high:
        middle = low + (high - low) / 2.0
        low, high = (middle, high) if _tail(middle, df) > tail else (low, middle)
    return high


def _tail(t: float, df: float) -> float:
    """P(T > t) for t >= 0: half of I_x(df/2, 1/2) at x = df / (df + t^2), from whichever end converges."""
    if t == math.inf:
        return 0.0
    a, b = df / 2.0, 0.5
    root = math.hypot(math.sqrt(df), t)
    x, y = (math.sqrt(df) / root) ** 2, (t / root) ** 2
    if y == 0.0:
        return 0.5
    log_x = -math.log1p(t / df * t) if t < root / 2.0 else 2.0 * math.log(math.sqrt(df) / root)
    front = 0.5 * math.exp(a * log_x + b * math.log(y) + _log_half_step(a) - math.log(math.pi) / 2.0)
    if x < (a + 1.0) / (a + b + 2.0):
        return front * beta_fraction(a, b, x) / a
    return 0.5 - front * beta_fraction(b, a, y) / b


def _log_half_step(a: float) -> float:
    """log(Gamma(a + 1/2) / Gamma(a)); by its asymptotic series (DLMF 5.11.13) where lgamma would cancel."""
    if a < _SERIES_FROM:
        return math.lgamma(a + 0.5) - math.lgamma(a)
    terms = (weight / a ** (2 * power + 1) for power, weight in enumerate(_HALF_STEP_SERIES))
    return math.log(a) / 2.0 + math.fsum(terms)
