"""Planning: how many items a decision needs, and which drop a suite of a given size can find."""

import math

from mist_ci.stats.checks import require, require_positive
from mist_ci.stats.normal import critical_z

LOWEST_POWER = 0.5


def n_required(sd: float, margin: float, *, alpha: float, power: float) -> int:
    """Items at which an unchanged model passes with probability `power`.

    ceil(((z_alpha + z_power) * sd / margin)^2), where `sd` is the standard deviation of the differences per
    item, `margin` the tolerated drop in (0, 1), both in score units; alpha is one-sided in (0, 0.5], power in
    [0.5, 1). At least 1. Source: textbook normal approximation of a one-sided test (Chow, Shao & Wang 2008,
    Sample Size Calculations in Clinical Research, chapter 3). Raises ValueError outside these ranges.

    >>> n_required(0.386, 0.05, alpha=0.05, power=0.8)
    369
    """
    _require_margin(margin)
    require_positive("sd", sd)
    return max(1, math.ceil((_reach(alpha, power) * sd / margin) ** 2))


def minimum_detectable_effect(n: int, sd: float, *, alpha: float, power: float) -> float:
    """Smallest drop, in score units, that n >= 1 items find with probability `power`.

    (z_alpha + z_power) * sd / sqrt(n). With S suites and the overall hypothesis pass alpha / (S + 1), the
    first step of Holm's correction. Ranges, source and errors as n_required; may exceed 1, which means
    "none".

    >>> round(minimum_detectable_effect(100, 0.386, alpha=0.05, power=0.8), 6)
    0.095978
    """
    require(n >= 1, f"n must be at least 1, got {n}")
    require_positive("sd", sd)
    return _reach(alpha, power) * sd / math.sqrt(n)


def n_for_zero_discordance(margin: float, *, alpha: float) -> int:
    """Fewest pass/fail items whose outcomes, all equal on both sides, prove a drop smaller than the margin.

    The first n with Tango's low, then -z^2 / (n + z^2), above -margin: n > z^2 (1 - margin) / margin.
    margin is in (0, 1), alpha one-sided in (0, 0.5]. At least 1. Source: Tango 1998 at zero discordant pairs.
    Raises ValueError outside these ranges.

    >>> n_for_zero_discordance(0.05, alpha=0.05)
    52
    """
    _require_margin(margin)
    return math.floor(critical_z(alpha) ** 2 * (1.0 - margin) / margin) + 1


def _reach(alpha: float, power: float) -> float:
    """Standard errors between no effect and an effect found with the given power."""
    require(LOWEST_POWER <= power < 1.0, f"power must be in [0.5, 1), got {power}")
    return critical_z(alpha) + critical_z(1.0 - power)


def _require_margin(margin: float) -> None:
    require(0.0 < margin < 1.0, f"margin must be in (0, 1), got {margin}")
