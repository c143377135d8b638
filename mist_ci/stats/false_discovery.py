"""Benjamini and Hochberg's correction, shown beside Holm's: it holds the share of false findings, no more."""

from collections.abc import Sequence

from mist_ci.stats.checks import require_within


def benjamini_hochberg_adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values in [0, 1], in the order given; empty in, empty out. Never above Holm's.

    Of the hypotheses whose adjusted value is at most q, a share of at most q is rejected wrongly, on average,
    for tests that are independent or positively dependent. Source: Benjamini & Hochberg 1995, J. Royal
    Statistical Society B 57:289-300. Raises ValueError for a p-value outside [0, 1] or not a number.

    >>> [round(p, 4) for p in benjamini_hochberg_adjusted([0.012, 0.3, 0.004, 0.048, 0.0215])]
    [0.03, 0.3, 0.02, 0.06, 0.0358]
    """
    require_within("p_values", p_values, 0.0, 1.0)
    adjusted, running = [0.0] * len(p_values), 1.0
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    for rank in range(len(p_values), 0, -1):
        index = ranked[rank - 1]
        running = min(running, p_values[index] * len(p_values) / rank)
        adjusted[index] = running
    return tuple(adjusted)
