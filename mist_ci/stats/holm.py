"""Holm's step-down correction for testing several hypotheses at once."""

from collections.abc import Sequence

from mist_ci.stats.checks import require_within


def holm_adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm-adjusted p-values in [0, 1], in the order given; empty in, empty out.

    Reject each hypothesis whose adjusted value is at most alpha; that holds the chance of any false rejection
    at alpha whatever the dependence between the tests. Source: Holm 1979, Scandinavian Journal of Statistics
    6:65-70. Cost: one sort. Raises ValueError for a p-value outside [0, 1] or not a number.

    >>> [round(p, 4) for p in holm_adjusted([0.012, 0.3, 0.004, 0.048, 0.0215])]
    [0.048, 0.3, 0.02, 0.096, 0.0645]
    """
    require_within("p_values", p_values, 0.0, 1.0)
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for step, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        running = max(running, min(1.0, (len(p_values) - step) * p_values[index]))
        adjusted[index] = running
    return tuple(adjusted)
