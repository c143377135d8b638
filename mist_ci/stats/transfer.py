"""One number over suites for what training on something new did to the rest, as the literature counts it."""

import math
from collections.abc import Sequence

from mist_ci.stats.checks import require, require_within


def backward_transfer(deltas: Sequence[float]) -> float:
    """Mean of the suites' differences head minus base, in [-1, 1]; negative where old skills were lost.

    The caller passes the suites that were not trained for, at least one. Source: BWT of Lopez-Paz & Ranzato
    2017, arXiv 1706.08840. Raises ValueError for no suites or differences out of range.

    >>> round(backward_transfer([-0.0725, -0.005, 0.0, -0.087917]), 6)
    -0.041354
    """
    _require_deltas(deltas)
    return math.fsum(deltas) / len(deltas)


def forgetting_sum(deltas: Sequence[float]) -> float:
    """Sum over suites of their drops, gains counting as zero: from 0 to the number of suites.

    So it is no rate and no percentage, although it has been read as one: it grows with every suite. Source:
    comparable to the forgetting of Haque 2025, arXiv 2504.01241. Arguments and errors as backward_transfer.

    >>> round(forgetting_sum([-0.0725, -0.005, 0.0, -0.087917]), 6)
    0.165417
    """
    _require_deltas(deltas)
    return math.fsum(max(0.0, -delta) for delta in deltas)


def forgetting_mean(deltas: Sequence[float]) -> float:
    """Mean over suites of their drops, gains counting as zero, in [0, 1]: forgetting_sum per suite.

    Arguments and errors as backward_transfer.

    >>> round(forgetting_mean([-0.0725, -0.005, 0.0, -0.087917]), 6)
    0.041354
    """
    return forgetting_sum(deltas) / len(deltas)


def _require_deltas(deltas: Sequence[float]) -> None:
    require(len(deltas) > 0, "deltas must not be empty")
    require_within("deltas", deltas, -1.0, 1.0)
