"""Has a stored side changed? A two-sided paired test of old scores against fresh ones."""

from collections.abc import Sequence

from mist_ci.stats.paired import paired_interval

_ANY_ALPHA = 0.5
_BOTH_SIDES = 2.0


def drift_p_value(differences: Sequence[float], *, clusters: Sequence[str] | None = None) -> float:
    """Two-sided p-value in [0, 1] of "nothing changed", from one difference in [-1, 1] per sample run again.

    Twice the smaller of paired_interval's one-sided p-values: Tango's score at 0, which is McNemar's test,
    where every difference is -1, 0 or 1 and no clusters are given, else the guarded t. 1.0 where no sample
    differs. Raises ValueError as paired_interval does.

    >>> round(drift_p_value([1.0] * 1 + [-1.0] * 7 + [0.0] * 32), 6)
    0.033895
    """
    interval = paired_interval(differences, alpha=_ANY_ALPHA, clusters=clusters)
    return min(1.0, _BOTH_SIDES * min(interval.p_regressed, interval.p_improved))
