"""Absolute scores of one model: Wilson's interval for pass rates, a t lower bound for graded means."""

import math
from collections import Counter
from collections.abc import Sequence

from mist_ci.stats.checks import require, require_alpha, require_counts, require_items, require_within
from mist_ci.stats.clustered import Cluster, clusters_of, robust_mean
from mist_ci.stats.interval import Bounds
from mist_ci.stats.normal import critical_z
from mist_ci.stats.paired_t import GUARD_BELOW
from mist_ci.stats.student import critical_t

_PSEUDO_SCORES = (Cluster(0.0, 1), Cluster(1.0, 1))


def wilson_interval(successes: int, n: int, *, level: float = 0.95) -> Bounds:
    """Two-sided interval in [0, 1] of a pass rate, from n >= 1 independent items.

    `level` is the confidence of both sides together, in [0, 1). Exactly 0 and 1 at the ends when no item or
    every item passes. Source: Wilson 1927, J. American Statistical Association 22:209-212.
    Raises ValueError for impossible counts or level.

    >>> bounds = wilson_interval(17, 20)
    >>> round(bounds.low, 6), round(bounds.high, 6)
    (0.639581, 0.947631)
    """
    require(0.0 <= level < 1.0, f"level must be in [0, 1), got {level}")
    alpha = (1.0 - level) / 2.0
    high = 1.0 - wilson_lower_bound(n - successes, n, alpha=alpha)
    return Bounds(wilson_lower_bound(successes, n, alpha=alpha), high)


def wilson_lower_bound(successes: int, n: int, *, alpha: float) -> float:
    """Pass rate in [0, 1] that the true one exceeds with confidence 1 - alpha, for alpha in (0, 0.5].

    The lower end of Wilson's interval, written as a product of roots so that no digits cancel. Errors as
    there.

    >>> round(wilson_lower_bound(60, 60, alpha=0.05), 6)
    0.956853
    """
    require_counts(successes, 0, n)
    z, rate = critical_z(alpha), successes / n
    reach = z * math.sqrt(rate * (1.0 - rate) / n + (z / n) ** 2 / 4.0)
    return rate * rate / (rate + z * z / (2.0 * n) + reach) if successes else 0.0


def mean_lower_bound(
    scores: Sequence[float], *, alpha: float, clusters: Sequence[str] | None = None
) -> float:
    """Mean score in [0, 1] that the true one exceeds with confidence 1 - alpha, by Student's t.

    For graded scores, several attempts an item, or clustered items; alpha is in (0, 0.5]. When fewer than 20
    scores differ from the commonest one, pseudo-scores 0 and 1 join, as the guard of the paired t adds +1 and
    -1: equal scores of a few items would otherwise certify themselves with an error of zero. Source: Student
    1908, Biometrika 6:1-25; clusters, over which t runs, as robust_mean. Raises ValueError for scores outside
    [0, 1], labels that do not match, or fewer than two items or clusters.

    >>> round(mean_lower_bound([1.0] * 60, alpha=0.05), 6)
    0.956918
    """
    require_alpha(alpha)
    require_items("scores", len(scores), clusters)
    require_within("scores", scores, 0.0, 1.0)
    members = clusters_of(scores, clusters)
    df = len(members) - 1
    require(df > 0, "a t bound needs at least 2 items or clusters, got 1")
    commonest = max(Counter(scores).values())
    pseudo = _PSEUDO_SCORES if len(scores) - commonest < GUARD_BELOW else ()
    center = robust_mean([*members, *pseudo])
    return max(0.0, center.mean - critical_t(alpha, df) * center.se)
