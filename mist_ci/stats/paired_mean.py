"""An interval for a mean difference of measurements of any size: tokens, dollars, milliseconds."""

from collections.abc import Sequence

from mist_ci.stats.checks import require_alpha
from mist_ci.stats.clustered import clusters_of, robust_mean
from mist_ci.stats.interval import Bounds
from mist_ci.stats.student import critical_t

_FEWEST_CLUSTERS = 2


def paired_mean_bounds(
    differences: Sequence[float], *, alpha: float, clusters: Sequence[str] | None = None
) -> Bounds | None:
    """Bounds of the mean difference, each end at one-sided level alpha; None for fewer than two clusters.

    Student's t over clusters (over items where none are given). Not for scores, whose interval is guarded against
    too few items that differ: the same number of tokens more in every prompt is a fact, and its bounds are one
    point. Source: Student 1908, Biometrika 6:1-25; clusters as in `robust_mean`. Raises ValueError for bad values.

    >>> paired_mean_bounds([3.0, 3.0, 3.0], alpha=0.05)
    Bounds(low=3.0, high=3.0)
    """
    require_alpha(alpha)
    members = clusters_of(differences, clusters)
    if len(members) < _FEWEST_CLUSTERS:
        return None
    found = robust_mean(members)
    reach = critical_t(alpha, len(members) - 1) * found.se
    return Bounds(found.mean - reach, found.mean + reach)
