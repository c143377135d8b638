"""Gauss-Legendre points and weights: integrals of smooth functions over a stretch, from few evaluations."""

import math
from functools import lru_cache

_PRECISION = 1e-15
_MOST_STEPS = 20


@lru_cache(maxsize=64)
def legendre_rule(count: int) -> tuple[tuple[float, float], ...]:
    """Pairs (point, weight) on [-1, 1], points rising; exact for polynomials of degree up to 2 count - 1.

    count is at least 1. Newton's method on the three-term recurrence of the Legendre polynomials, from
    Tricomi's starting points (Abramowitz & Stegun 25.4.29 and 22.16.6). Cost: count^2 steps, then cached.

    >>> [(round(point, 6), round(weight, 6)) for point, weight in legendre_rule(2)]
    [(-0.57735, 1.0), (0.57735, 1.0)]
    """
    lower = [_root_and_weight(index, count) for index in range(1, count // 2 + 1)]
    middle = [(0.0, _root_and_weight(count // 2 + 1, count)[1])] if count % 2 else []
    return (*((-root, weight) for root, weight in lower), *middle, *reversed(lower))


def _root_and_weight(index: int, count: int) -> tuple[float, float]:
    """The root of the Legendre polynomial of degree `count` that is `index`-th from above, and its weight."""
    x = math.cos(math.pi * (index - 0.25) / (count + 0.5))
    for _ in range(_MOST_STEPS):
        value, slope = _legendre(count, x)
        step = value / slope
        x -= step
        if abs(step) < _PRECISION:
            break
    slope = _legendre(count, x)[1]
    return x, 2.0 / ((1.0 - x * x) * slope * slope)


def _legendre(count: int, x: float) -> tuple[float, float]:
    """Value and derivative at x, inside (-1, 1), of the Legendre polynomial of degree `count`."""
    before, value = 1.0, x
    for degree in range(2, count + 1):
        before, value = value, ((2 * degree - 1) * x * value - (degree - 1) * before) / degree
    return value, count * (x * value - before) / (x * x - 1.0)
