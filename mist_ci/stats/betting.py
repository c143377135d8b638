"""Evidence that may be looked at after every sample: a gambler who bets on "worse" and gets rich if it is so.

Valid under any stopping rule, for open-ended runs; at a budget fixed beforehand it finds less than the looks
of `spending`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.stats.checks import require, require_alpha, require_within

STAKES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)


@dataclass(frozen=True, slots=True)
class Wealth:
    """The gambler's wealth, 1 at the start: e-values against what was bet on not being so.

    `final` after the last sample and `largest` at its best, each inf where no float can hold it. `p_value`
    is 1 / largest, at most 1, valid whenever one stops. `first_at` is the number of samples at which wealth
    first reached 1 / alpha, where the bet is won at level alpha, or None.
    """

    final: float
    largest: float
    p_value: float
    first_at: int | None


def bet_on_worse(differences: Sequence[float], *, alpha: float, stakes: Sequence[float] = STAKES) -> Wealth:
    """Evidence that the mean difference head minus base is below 0, from differences in [-1, 1] in order.

    Wealth is the mean over stakes s of the product of (1 - s * D_i); stakes are in (0, 1), alpha in (0, 0.5].
    If the mean is at least 0 given the past, wealth ever reaches 1 / alpha with chance at most alpha. Source:
    Waudby-Smith & Ramdas 2024, J. Royal Statistical Society B 86:1-27, with a fixed mixture of stakes.
    Raises ValueError for no differences, or values out of range.

    >>> bet_on_worse([-1.0] * 10, alpha=0.05).first_at
    7
    """
    return _wealth(differences, [-difference for difference in differences], alpha, stakes)


def bet_on_within_margin(
    differences: Sequence[float], *, margin: float, alpha: float, stakes: Sequence[float] = STAKES
) -> Wealth:
    """Evidence that the mean difference is above -margin, for a margin in (0, 1).

    Wealth is the mean over stakes s of the product of (1 + s * (D_i + margin) / (1 - margin)); all else as
    bet_on_worse.

    >>> bet_on_within_margin([0.0] * 200, margin=0.05, alpha=0.05).first_at
    100
    """
    require(0.0 < margin < 1.0, f"margin must be in (0, 1), got {margin}")
    gains = [(difference + margin) / (1.0 - margin) for difference in differences]
    return _wealth(differences, gains, alpha, stakes)


def _wealth(
    differences: Sequence[float], gains: Sequence[float], alpha: float, stakes: Sequence[float]
) -> Wealth:
    require_alpha(alpha)
    require(len(differences) > 0, "differences must not be empty")
    require_within("differences", differences, -1.0, 1.0)
    require(len(stakes) > 0 and all(0.0 < stake < 1.0 for stake in stakes), "stakes must be in (0, 1)")
    logs, largest, total, first_at = [0.0] * len(stakes), -math.inf, 0.0, None
    for count, gain in enumerate(gains, start=1):
        logs = [log + math.log1p(stake * gain) for log, stake in zip(logs, stakes, strict=True)]
        total = _log_mean(logs)
        largest = max(largest, total)
        if first_at is None and total >= -math.log(alpha):
            first_at = count
    return Wealth(_exp(total), _exp(largest), min(1.0, _exp(-largest)), first_at)


def _log_mean(logs: Sequence[float]) -> float:
    """Logarithm of the mean of numbers given by their logarithms."""
    top = max(logs)
    return top + math.log(math.fsum(math.exp(log - top) for log in logs) / len(logs))


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf
