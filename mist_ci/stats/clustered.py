"""The mean of values that come in clusters, and its cluster-robust standard error."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from mist_ci.stats.checks import require, require_items


@dataclass(frozen=True, slots=True)
class Cluster:
    """Items that rise and fall together, as far as the mean is concerned: their sum and their number."""

    total: float
    size: int


@dataclass(frozen=True, slots=True)
class RobustMean:
    """Mean over items, its standard error over clusters, and the squared spread that the error came from."""

    mean: float
    se: float
    spread: float


def clusters_of(values: Sequence[float], labels: Sequence[str] | None) -> list[Cluster]:
    """One cluster per distinct label, or one per value without labels; at least one value.

    The result depends on neither the order of the items nor the names of the labels, except for its own
    order. Raises ValueError for no values, or for a number of labels that is not the number of values.

    >>> clusters_of([0.5, 0.25, -1.0], ["a", "b", "a"])
    [Cluster(total=-0.5, size=2), Cluster(total=0.25, size=1)]
    """
    require_items("values", len(values), labels)
    if labels is None:
        return [Cluster(value, 1) for value in values]
    rows = sorted(zip(labels, values, strict=True), key=itemgetter(0))
    groups = ([value for _, value in group] for _, group in groupby(rows, key=itemgetter(0)))
    return [Cluster(math.fsum(group), len(group)) for group in groups]


def robust_mean(clusters: Iterable[Cluster]) -> RobustMean:
    """Mean over all items and its cluster-robust standard error, from G >= 2 clusters.

    The error is sqrt(G/(G-1) * sum of (S_c - M_c * mean)^2) / N, where S_c is the sum, M_c the size of
    cluster c, N the number of items. With one item a cluster this is the ordinary standard error of a mean.
    Source: Miller 2024, arXiv 2411.00640, clustered standard errors, with the usual G/(G-1) correction
    (Cameron & Miller 2015, J. Human Resources 50:317-372). Raises ValueError for fewer than two clusters.

    >>> robust_mean([Cluster(0.0, 1), Cluster(1.0, 1)])
    RobustMean(mean=0.5, se=0.5, spread=0.5)
    """
    members = list(clusters)
    count = len(members)
    require(count > 1, f"a standard error needs at least 2 clusters, got {count}")
    n_items = sum(cluster.size for cluster in members)
    mean = math.fsum(cluster.total for cluster in members) / n_items
    spread = math.fsum((cluster.total - cluster.size * mean) ** 2 for cluster in members)
    return RobustMean(mean, math.sqrt(count / (count - 1) * spread) / n_items, spread)
