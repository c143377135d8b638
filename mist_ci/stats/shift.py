"""How far two distributions of the same thing are apart.

Sources: Kolmogorov (1933) and Smirnov (1948) for the largest distance of two distribution functions, with the
asymptotic bound of Massart (1990); Lin (1991) for the Jensen-Shannon divergence.
"""

from collections.abc import Mapping, Sequence
from math import exp, log2, sqrt


def largest_distance(one: Sequence[int], other: Sequence[int]) -> float:
    """Largest distance of two distribution functions, in [0, 1], from counts in the same ordered bins.

    Bins hide what happens inside of them, so that this is a lower bound of the distance of the data. 0 when either
    side is empty.

    >>> largest_distance([5, 5], [10, 0])
    0.5
    """
    total_one, total_other = sum(one), sum(other)
    if not total_one or not total_other:
        return 0.0
    sum_one = sum_other = 0
    largest = 0.0
    for count_one, count_other in zip(one, other, strict=True):
        sum_one, sum_other = sum_one + count_one, sum_other + count_other
        largest = max(largest, abs(sum_one / total_one - sum_other / total_other))
    return largest


def distance_p_value(distance: float, n_one: int, n_other: int) -> float:
    """Upper bound on the probability of a distance as large as this when both come from one distribution.

    Two-sided, from Massart's constant for one sample, with the effective size n·m/(n+m) of two.

    >>> distance_p_value(0.0, 100, 100)
    1.0
    >>> distance_p_value(0.3, 200, 200) < 0.001
    True
    """
    if not n_one or not n_other:
        return 1.0
    size = n_one * n_other / (n_one + n_other)
    return min(1.0, 2 * exp(-2 * size * distance * distance))


def jensen_shannon(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Jensen-Shannon distance of two distributions over names, in [0, 1]: the root of the divergence in bits.

    0 when either side is empty.

    >>> jensen_shannon({"a": 3}, {"b": 7})
    1.0
    >>> jensen_shannon({"a": 1, "b": 1}, {"a": 5, "b": 5})
    0.0
    """
    total_one, total_other = sum(one.values()), sum(other.values())
    if not total_one or not total_other:
        return 0.0
    divergence = 0.0
    for name in one.keys() | other.keys():
        p, q = one.get(name, 0) / total_one, other.get(name, 0) / total_other
        middle = (p + q) / 2
        divergence += sum(0.5 * part * log2(part / middle) for part in (p, q) if part > 0)
    return sqrt(min(1.0, max(0.0, divergence)))
