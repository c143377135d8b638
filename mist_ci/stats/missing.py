"""Pairs with a score missing on one side: both extremes are tried, and the interval covers them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.stats.checks import require, require_items
from mist_ci.stats.interval import Interval
from mist_ci.stats.paired import paired_interval

ScorePair = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class ImputedInterval:
    """The interval that decides, and the two it was made of: missing scores at their worst and at their best.

    `interval` takes, of the two, the lower low, the higher high and the larger p-values and standard error.
    Its estimate is that of the pairs scored on both sides, held between the two extreme estimates.
    `imputed` counts pairs with one side missing; `both_missing` counts pairs left out, which are not in `n`.
    """

    interval: Interval
    worst: Interval
    best: Interval
    imputed: int
    both_missing: int


def imputed_interval(
    pairs: Sequence[ScorePair], *, alpha: float, clusters: Sequence[str] | None = None
) -> ImputedInterval:
    """Interval of head minus base over (base, head) score pairs in [0, 1], where None is a missing score.

    For the worst case the missing head scores 0 and the missing base 1, for the best case the other way round
    (worst-case bounds of Horowitz & Manski 2000, J. American Statistical Association 95:77-84). Low comes
    from the worst case, high and p_regressed from the best; where a t interval breaks that order because an
    extreme score widens it more than it moves it, the more cautious of the two values stands. Clusters label
    the pairs. Raises ValueError for scores that are no numbers in [0, 1], when no pair has a score, and as
    paired_interval does.

    >>> result = imputed_interval([(1.0, None), (None, None)] + [(1.0, 1.0)] * 9, alpha=0.05)
    >>> result.interval.n, result.worst.estimate, result.best.estimate, result.both_missing
    (10, -0.1, 0.0, 1)
    """
    require_items("pairs", len(pairs), clusters)
    for index, pair in enumerate(pairs):
        _require_scores(index, pair)
    kept = [index for index, (base, head) in enumerate(pairs) if base is not None or head is not None]
    require(bool(kept), "no pair has a score on either side")
    labels = None if clusters is None else [clusters[index] for index in kept]
    low = [_difference(pairs[index], if_base=1.0, if_head=0.0) for index in kept]
    high = [_difference(pairs[index], if_base=0.0, if_head=1.0) for index in kept]
    worst = paired_interval(low, alpha=alpha, clusters=labels)
    best = worst if low == high else paired_interval(high, alpha=alpha, clusters=labels)
    complete = [d for index, d in zip(kept, low, strict=True) if None not in pairs[index]]
    return ImputedInterval(
        interval=_covering(worst, best, _estimate(complete, worst, best)),
        worst=worst,
        best=best,
        imputed=len(kept) - len(complete),
        both_missing=len(pairs) - len(kept),
    )


def _require_scores(index: int, pair: ScorePair) -> None:
    base, head = pair
    if (base is None or 0.0 <= base <= 1.0) and (head is None or 0.0 <= head <= 1.0):
        return
    for side, score in zip(("base", "head"), pair, strict=True):
        if score is not None:
            require(0.0 <= score <= 1.0, f"pairs[{index}] {side} score must be in [0, 1], got {score}")


def _difference(pair: ScorePair, *, if_base: float, if_head: float) -> float:
    base, head = pair
    return (if_head if head is None else head) - (if_base if base is None else base)


def _estimate(complete: Sequence[float], worst: Interval, best: Interval) -> float:
    if not complete:
        return (worst.estimate + best.estimate) / 2.0
    observed = math.fsum(complete) / len(complete)
    return min(max(observed, worst.estimate), best.estimate)


def _covering(worst: Interval, best: Interval, estimate: float) -> Interval:
    return Interval(
        n=worst.n,
        estimate=estimate,
        low=min(worst.low, best.low),
        high=max(worst.high, best.high),
        se=max(worst.se, best.se),
        p_regressed=max(worst.p_regressed, best.p_regressed),
        p_improved=max(worst.p_improved, best.p_improved),
        method=worst.method if worst.method == best.method else "t+guard",
    )
