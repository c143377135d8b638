"""The cluster-robust paired t interval, guarded where too few items differ for a t interval to be honest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.stats.checks import require, require_alpha, require_items, require_within
from mist_ci.stats.clustered import Cluster, clusters_of, robust_mean
from mist_ci.stats.interval import Interval
from mist_ci.stats.student import critical_t, student_cdf

GUARD_BELOW = 20
_ZERO_DIFFERENCE = 1e-12
_ZERO_SPREAD = 1e-20
_PSEUDO_ITEMS = (Cluster(1.0, 1), Cluster(-1.0, 1))


@dataclass(frozen=True, slots=True)
class GuardedMean:
    """Centre and standard error of the t interval in score units; `df` is the real clusters less one."""

    center: float
    se: float
    df: int
    guarded: bool


def guarded_mean(differences: Sequence[float], *, clusters: Sequence[str] | None = None) -> GuardedMean:
    """Mean difference and cluster-robust standard error; never a standard error of zero.

    When fewer than 20 differences are non-zero, or none varies, two pseudo-items +1 and -1 join as clusters
    of their own: a handful of equal outcomes is no proof of no difference (the add-two idea of Agresti & Min
    2005, Statistics in Medicine 24:729-740, carried over to graded scores). Differences lie in [-1, 1]; at
    least one is needed. Raises ValueError otherwise, or when clusters do not label every item.

    >>> guarded_mean([0.0, 0.0, 0.5]).guarded
    True
    """
    require_items("differences", len(differences), clusters)
    require_within("differences", differences, -1.0, 1.0)
    members = clusters_of(differences, clusters)
    df = len(members) - 1
    if df > 0 and sum(abs(d) > _ZERO_DIFFERENCE for d in differences) >= GUARD_BELOW:
        plain = robust_mean(members)
        if plain.spread >= _ZERO_SPREAD:
            return GuardedMean(plain.mean, plain.se, df, guarded=False)
    padded = robust_mean([*members, *_PSEUDO_ITEMS])
    return GuardedMean(padded.mean, padded.se, df, guarded=True)


def paired_t_interval(
    differences: Sequence[float], *, alpha: float, clusters: Sequence[str] | None = None
) -> Interval:
    """Interval of the mean difference by Student's t over clusters (over items where none are given).

    Differences lie in [-1, 1], alpha is one-sided per end in (0, 0.5]. Without clusters and guard this is the
    ordinary paired t. Source: Student 1908, Biometrika 6:1-25; Miller 2024, arXiv 2411.00640, for clusters;
    the guard is that of guarded_mean. Raises ValueError for bad values or fewer than two clusters.

    >>> interval = paired_t_interval([0.0, -0.5, 0.25, 0.0], alpha=0.05)
    >>> interval.method, round(interval.low, 4), round(interval.high, 4)
    ('t+guard', -0.6936, 0.6102)
    """
    require_alpha(alpha)
    moments = guarded_mean(differences, clusters=clusters)
    require(moments.df > 0, "a t interval needs at least 2 items or clusters, got 1")
    reach = critical_t(alpha, moments.df) * moments.se
    t = moments.center / moments.se
    return Interval(
        n=len(differences),
        estimate=math.fsum(differences) / len(differences),
        low=moments.center - reach,
        high=moments.center + reach,
        se=moments.se,
        p_regressed=student_cdf(t, moments.df),
        p_improved=student_cdf(-t, moments.df),
        method="t+guard" if moments.guarded else "t",
    )
