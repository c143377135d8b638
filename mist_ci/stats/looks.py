"""One look at a time: the level it tests at, and the overall level that a p-value seen there amounts to."""

import math

from mist_ci.stats.checks import require, require_alpha, require_within
from mist_ci.stats.normal import normal_cdf
from mist_ci.stats.spending import obf_boundaries, obf_spent, two_sided_quantile

_LEAST_P = 1e-280  # no decision can tell such values apart; floats no longer can either
_PRECISION = 1e-13
_MOST_STEPS = 100
_NO_LEVEL = -1e4


def nominal_alpha(alpha: float, times: tuple[float, ...], look: int) -> float:
    """One-sided level at which a look, counted from 0, tests so that all looks together spend alpha.

    Phi(-boundary) of obf_boundaries; for the first look exactly obf_spent, so for a single look at time 1
    exactly alpha. 0.0 at a look whose share is too small to represent: nothing is rejected there. Source,
    ranges and errors as obf_boundaries; raises ValueError also for a look that the times do not have.

    >>> round(nominal_alpha(0.05, (0.25, 0.5, 0.75, 1.0), 1), 6), nominal_alpha(0.05, (1.0,), 0)
    (0.005544, 0.05)
    """
    _require_look(times, look)
    boundary = obf_boundaries(alpha, times[: look + 1])[look]
    if look == 0 and boundary < math.inf:
        return obf_spent(alpha, times[0])
    return normal_cdf(-boundary)


def spent_p_value(p: float, times: tuple[float, ...], look: int, ceiling: float) -> float:
    """Smallest overall alpha at which a one-sided p-value in [0, 1] is rejected at a look, counted from 0.

    The inverse of nominal_alpha, so that Holm's correction of such values, at any alpha up to `ceiling`, is
    the step-down of group-sequential Holm: reject while z <= -boundary(alpha / hypotheses left). Never below
    p, and rising with it. At a look of its own at time 1 it is p itself; at any first look it is a formula.
    At later looks it costs a few obf_boundaries, and none where the value would lie above the ceiling in
    (0, 0.5]: nothing hangs on its exact size there, so it is only some number above the ceiling, and above p.

    Source: the adjusted p-values of Maurer & Bretz 2013, Statistics in Biopharmaceutical Research 5:311-320.
    Raises ValueError outside these ranges, or as nominal_alpha.

    >>> spent_p_value(0.03, (1.0,), 0, 0.05)
    0.03
    >>> round(spent_p_value(0.005544, (0.25, 0.5, 0.75, 1.0), 1, 0.5), 4)
    0.05
    """
    require_within("p", [p], 0.0, 1.0)
    require_alpha(ceiling)
    _require_look(times, look)
    if p == 0.0 or (look == 0 and times[look] == 1.0):
        return p
    least = max(p, 2.0 * normal_cdf(two_sided_quantile(p) * math.sqrt(times[look])))
    if look == 0 or p < _LEAST_P:
        return least
    if least > ceiling or p > nominal_alpha(ceiling, times, look):
        return max(least, math.nextafter(ceiling, math.inf))
    return _overall_alpha(p, times, look, least, ceiling)


def _overall_alpha(p: float, times: tuple[float, ...], look: int, low: float, high: float) -> float:
    """The alpha in [low, high] whose nominal level at a look is p: the secant method on logarithms.

    It starts at low, which is close where looks lie well apart, with the slope that the spending has in the
    far tail; a step that leaves the bracket is halved into it.
    """
    wanted, end = math.log(p), (math.log(low), math.log(high))
    x, slope = end[0], 1.0 / times[look]
    excess = _log_level(x, times, look) - wanted
    for _ in range(_MOST_STEPS):
        end = (x, end[1]) if excess < 0.0 else (end[0], x)
        following = x - excess / slope
        if not end[0] <= following <= end[1]:
            following = (end[0] + end[1]) / 2.0
        if abs(following - x) <= _PRECISION * max(1.0, -x):
            break
        next_excess = _log_level(following, times, look) - wanted
        slope = (next_excess - excess) / (following - x)
        x, excess = following, next_excess
    return min(max(low, math.exp(x)), high)


def _log_level(log_alpha: float, times: tuple[float, ...], look: int) -> float:
    level = nominal_alpha(math.exp(log_alpha), times, look)
    return math.log(level) if level > 0.0 else _NO_LEVEL


def _require_look(times: tuple[float, ...], look: int) -> None:
    require(0 <= look < len(times), f"look must be in [0, {len(times) - 1}], got {look}")
