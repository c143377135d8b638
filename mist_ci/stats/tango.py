"""Tango's score interval for the difference of two paired proportions."""

import math

from mist_ci.stats.checks import require, require_counts
from mist_ci.stats.interval import Bounds
from mist_ci.stats.normal import critical_z

_WIDTH = 1e-15


def tango_bounds(gains: int, losses: int, n: int, *, alpha: float) -> Bounds:
    """Bounds in [-1, 1] of P(gain) - P(loss), each at one-sided level alpha in (0, 0.5].

    Of n >= 1 pairs, `gains` went from fail to pass and `losses` from pass to fail. The interval is never
    empty, holds (gains - losses) / n, reaches -1 or 1 only when every pair is a loss or a gain, and mirrors
    when the sides are swapped. It holds its level at any n, where the plain paired t does not.

    Source: Tango 1998, Statistics in Medicine 17:891-908. Cost: about 100 evaluations of the statistic.
    Raises ValueError for impossible counts or alpha.

    >>> bounds = tango_bounds(1, 7, 21, alpha=0.025)
    >>> round(bounds.low, 6), round(bounds.high, 6)
    (-0.517232, -0.026003)
    """
    require_counts(gains, losses, n)
    critical = critical_z(alpha)
    return Bounds(_lower(gains, losses, n, critical), -_lower(losses, gains, n, critical))


def tango_z(gains: int, losses: int, n: int, difference: float) -> float:
    """Score statistic of "P(gain) - P(loss) = difference", in [-1, 1]; standard normal if that is true.

    Positive when the data lie above the hypothesis, falling as the difference rises; infinite when the data
    are impossible under it. At 0 this is McNemar's (gains - losses) / sqrt(gains + losses), or 0 without
    discordance.

    Source: Tango 1998, equations for the constrained maximum-likelihood estimate of P(loss).
    Raises ValueError for impossible counts or difference.

    >>> round(tango_z(1, 7, 40, 0.0), 5)
    -2.12132
    """
    require_counts(gains, losses, n)
    require(-1.0 <= difference <= 1.0, f"difference must be in [-1, 1], got {difference}")
    return _statistic(gains, losses, n, difference)


def _statistic(gains: int, losses: int, n: int, difference: float) -> float:
    if difference < 0.0:
        return -_statistic(losses, gains, n, -difference)
    excess = gains - losses - n * difference
    loss_rate = _constrained_loss_rate(gains, losses, n, difference)
    variance = n * (2.0 * loss_rate + difference * (1.0 - difference))
    if excess == 0.0:
        return 0.0
    if variance <= 0.0:
        return math.copysign(math.inf, excess)
    return excess / math.sqrt(variance)


def _constrained_loss_rate(gains: int, losses: int, n: int, difference: float) -> float:
    """Most likely P(loss) given a difference >= 0: the larger root of a quadratic, without cancellation."""
    a = 2.0 * n
    b = 2 * (n - gains) - (2 * n - gains + losses) * (1.0 - difference)
    c = -losses * difference * (1.0 - difference)
    root = math.sqrt(max(0.0, b * b - 4.0 * a * c))
    if b > 0.0:
        return -2.0 * c / (b + root)
    return (root - b) / (2.0 * a)


def _lower(gains: int, losses: int, n: int, critical: float) -> float:
    """Difference below the estimate at which the statistic has risen to the critical value."""
    low, high = -1.0, (gains - losses) / n
    while high - low > _WIDTH:
        middle = (low + high) / 2.0
        if _statistic(gains, losses, n, middle) > critical:
            low = middle
        else:
            high = middle
    return low
