"""One interval per suite: the only place that chooses between Tango's score interval and the paired t."""

from collections.abc import Sequence

from mist_ci.stats.checks import require_alpha, require_items, require_within
from mist_ci.stats.interval import Interval
from mist_ci.stats.normal import normal_cdf
from mist_ci.stats.paired_t import guarded_mean, paired_t_interval
from mist_ci.stats.tango import tango_bounds, tango_z

_BINARY = frozenset((-1.0, 0.0, 1.0))


def paired_interval(
    differences: Sequence[float], *, alpha: float, clusters: Sequence[str] | None = None
) -> Interval:
    """Interval of the mean difference head minus base, from one difference in [-1, 1] per item.

    Tango's score interval when every difference is -1, 0 or 1 and no clusters are given, even as labels that
    are all distinct; else the guarded cluster-robust t. alpha is one-sided per end, in (0, 0.5]. The result
    depends on neither the order of the items nor the names of the clusters, and mirrors when the sides are
    swapped. Raises ValueError for no items, values outside [-1, 1] or not numbers, labels that do not match
    the items, or a t interval over fewer than two clusters.

    >>> interval = paired_interval([0.0] * 32 + [-1.0] * 7 + [1.0], alpha=0.05)
    >>> interval.method, round(interval.low, 6), round(interval.p_regressed, 6)
    ('tango', -0.274351, 0.016947)
    """
    require_alpha(alpha)
    require_items("differences", len(differences), clusters)
    require_within("differences", differences, -1.0, 1.0)
    if clusters is None and _BINARY.issuperset(differences):
        return _binary_interval(differences, alpha)
    return paired_t_interval(differences, alpha=alpha, clusters=clusters)


def _binary_interval(differences: Sequence[float], alpha: float) -> Interval:
    n, gains, losses = len(differences), sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    bounds = tango_bounds(gains, losses, n, alpha=alpha)
    z = tango_z(gains, losses, n, 0.0)
    return Interval(
        n=n,
        estimate=(gains - losses) / n,
        low=bounds.low,
        high=bounds.high,
        se=guarded_mean(differences).se,
        p_regressed=normal_cdf(z),
        p_improved=normal_cdf(-z),
        method="tango",
    )
