"""Looking before all samples are in: critical values per look that together spend no more than one alpha."""

import math
import sys
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from mist_ci.stats.checks import require, require_alpha
from mist_ci.stats.crossing import START, Look, crossing, standing_after
from mist_ci.stats.normal import critical_z, normal_cdf, normal_quantile

SMALLEST_STEP = 1e-3
_LEAST_SHARE = sys.float_info.min


def obf_spent(alpha: float, time: float) -> float:
    """Part of a one-sided alpha in (0, 0.5] that may be spent by information time in (0, 1]; alpha at 1.

    alpha(t) = 2 - 2 Phi(z_{1 - alpha/2} / sqrt(t)), which imitates O'Brien & Fleming's boundary: next to
    nothing early, nearly all at the end. Source: Lan & DeMets 1983, Biometrika 70:659-663. 0.0 where the
    part is too small to represent. Raises ValueError outside these ranges.

    >>> round(obf_spent(0.05, 0.5), 6), obf_spent(0.05, 1.0)
    (0.005575, 0.05)
    """
    require_alpha(alpha)
    require(0.0 < time <= 1.0, f"time must be in (0, 1], got {time}")
    return alpha if time == 1.0 else 2.0 * normal_cdf(two_sided_quantile(alpha) / math.sqrt(time))


def two_sided_quantile(level: float) -> float:
    """Point z <= 0 below which half of a level in (0, 1] lies; the half may be smaller than any float.

    >>> round(two_sided_quantile(0.05), 6)
    -1.959964
    """
    return normal_quantile(max(level / 2.0, math.ulp(0.0)))


@lru_cache(maxsize=4096)
def obf_boundaries(alpha: float, times: tuple[float, ...]) -> tuple[float, ...]:
    """One critical z per look: reject at the first look whose one-sided z reaches it.

    alpha is one-sided, in (0, 0.5]; the information times rise, each by a thousandth of itself or more, to at
    most 1. Where nothing has changed, the chance of a rejection up to a look is obf_spent(alpha, its time).
    A look whose share of alpha is too small to represent has the value inf. A look at time 1 alone has
    exactly critical_z(alpha). No look's value depends on later looks.

    Source: Lan & DeMets 1983, Biometrika 70:659-663; O'Brien & Fleming 1979, Biometrics 35:549-556. Accurate
    to 1e-8 where the times lie well apart, which takes a few milliseconds, and to 1e-6 where they do not.
    Raises ValueError outside these ranges.

    >>> [round(z, 4) for z in obf_boundaries(0.025, (0.25, 0.5, 0.75, 1.0))]
    [4.3326, 2.9631, 2.359, 2.0141]
    """
    require_looks(alpha, times)
    boundaries: list[float] = []
    limit, spent, look = -two_sided_quantile(alpha), 0.0, START
    for time in times:
        total = obf_spent(alpha, time)
        if total - spent < _LEAST_SHARE:
            boundaries.append(math.inf)
            continue
        standing = standing_after(look, next_time=time, limit=limit)
        boundary = crossing(standing, time, total - spent, at_least=critical_z(total))
        boundaries.append(boundary)
        spent, look = total, Look(time, boundary * math.sqrt(time), standing)
    return tuple(boundaries)


def require_looks(alpha: float, times: Sequence[float]) -> None:
    """Refuse an alpha outside (0, 0.5], no times, times outside (0, 1], and times that hardly rise.

    >>> require_looks(0.05, (0.6, 1.0))
    """
    require_alpha(alpha)
    require(len(times) > 0, "times must not be empty")
    for time in times:
        require(0.0 < time <= 1.0, f"time must be in (0, 1], got {time}")
    for earlier, later in pairwise(times):
        message = f"times must rise by a thousandth of themselves or more, got {later} after {earlier}"
        require(later - earlier >= SMALLEST_STEP * later, message)
