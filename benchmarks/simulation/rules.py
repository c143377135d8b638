"""What other gates do with one answer of each model to each sample; none of them corrects for many suites."""

from collections.abc import Callable, Mapping
from math import sqrt

from scipy import stats

from benchmarks.simulation.population import Scores

ALPHA, THRESHOLD = 0.05, 0.02
_CRITICAL_Z = float(stats.norm.ppf(1.0 - ALPHA))


def any_drop(base: Scores, head: Scores) -> bool:
    """Head has a lower mean."""
    return bool(head.sum() < base.sum())


def two_points(base: Scores, head: Scores) -> bool:
    """Head's mean is two points lower, or more."""
    return bool(base.sum() - head.sum() >= THRESHOLD * base.size)


def unpaired_z(base: Scores, head: Scores) -> bool:
    """Two standard errors side by side, as if the models had answered different samples."""
    n, one, other = base.size, base.mean(), head.mean()
    error = sqrt((one * (1.0 - one) + other * (1.0 - other)) / (n - 1))
    return bool(error > 0.0 and one - other >= _CRITICAL_Z * error)


def paired_t(base: Scores, head: Scores) -> bool:
    """The paired t test, one-sided."""
    lost = base.astype(float) - head
    error = float(lost.std(ddof=1)) / sqrt(lost.size)
    return bool(error > 0.0 and lost.mean() >= float(_critical_t(lost.size)) * error)


def _critical_t(n: int) -> float:
    if n not in _CRITICAL:
        _CRITICAL[n] = float(stats.t.ppf(1.0 - ALPHA, n - 1))
    return _CRITICAL[n]


_CRITICAL: dict[int, float] = {}
RULES: Mapping[str, Callable[[Scores, Scores], bool]] = {
    "any drop": any_drop,
    "drop of 2 points or more": two_points,
    "unpaired z, each suite": unpaired_z,
    "paired t, each suite": paired_t,
}
