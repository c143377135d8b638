"""Brownian motion between looks: who is still standing after one, and where the next has to be set.

Tests that no look has rejected yet stand at z * sqrt(t) at information time t; their steps are independent,
so that a look needs to know no more of the past than where they stand. Recursive integration of Armitage,
McPherson & Rowe 1969, J. Royal Statistical Society A 132:235-244, on Gauss-Legendre points.
"""

import math
from dataclasses import dataclass

from mist_ci.stats.quadrature import legendre_rule

# Standard deviations beyond which nobody is followed; a continuous boundary that is rarely exceeded; the
# distance of points, in deviations of the narrowest bell that they have to carry; and a step of their number.
_REACH = 6.5
_USUAL_LIMIT = 8.0
_POINT_DISTANCE = 0.8
_POINTS_BY = 8
_PRECISION = 1e-13
_MOST_STEPS = 60
_ROOT_HALF = math.sqrt(0.5)


@dataclass(frozen=True, slots=True)
class Standing:
    """Tests not rejected by `time`: how many of all (`masses`) stand where (`points`, as z * sqrt(time))."""

    time: float
    points: tuple[float, ...]
    masses: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A look at `time` that rejects from `limit` on, and who stood where at the look before it."""

    time: float
    limit: float
    before: Standing


_EVERYBODY = Standing(0.0, (0.0,), (1.0,))
START = Look(0.0, math.inf, _EVERYBODY)


def standing_after(look: Look, *, next_time: float, limit: float) -> Standing:
    """Who is left after a look, on as many points as the step to the next time needs.

    Points reach down, and past the way to the continuous boundary `limit` up, so far that what lies beyond
    has no part in the next crossings. Their number depends on times alone, so that boundaries are continuous
    in alpha.
    """
    if look is START:
        return look.before
    spread, share = math.sqrt(look.time), look.time / next_time
    low, high = -_REACH * spread, min(look.limit, _REACH * spread + limit * share)
    length = 2.0 * _REACH * spread + _USUAL_LIMIT * share
    narrowest = math.sqrt(share * (next_time - look.time))
    count = math.ceil(math.pi / 2.0 * length / (_POINT_DISTANCE * narrowest) / _POINTS_BY) * _POINTS_BY
    half, middle = (high - low) / 2.0, (high + low) / 2.0
    rule = legendre_rule(count)
    points = tuple(middle + half * node for node, _ in rule)
    masses = tuple(
        half * weight * _density(look.before, look.time, point)
        for point, (_, weight) in zip(points, rule, strict=True)
    )
    return Standing(look.time, points, masses)


def _density(standing: Standing, time: float, point: float) -> float:
    """Density of tests at `point` at a later time, before that time's look."""
    variance = time - standing.time
    scale, exp = -0.5 / variance, math.exp
    pairs = zip(standing.points, standing.masses, strict=True)
    total = sum([mass * exp(scale * (point - start) ** 2) for start, mass in pairs])
    return total / math.sqrt(2.0 * math.pi * variance)


def crossing(standing: Standing, time: float, share: float, *, at_least: float) -> float:
    """Critical z at a later time beyond which `share` of all tests go.

    The logarithm of those beyond is concave in z, so that Newton's steps come down on the solution from above
    after the first one.
    """
    if standing is _EVERYBODY:
        return at_least
    z, wanted = at_least, math.log(share)
    for _ in range(_MOST_STEPS):
        beyond, slope = _beyond(standing, time, z)
        if beyond <= 0.0:
            z = (z + at_least) / 2.0
            continue
        step = (math.log(beyond) - wanted) * beyond / slope
        z += step
        if abs(step) < _PRECISION * (1.0 + z):
            break
    return max(z, at_least)


def _beyond(standing: Standing, time: float, z: float) -> tuple[float, float]:
    """Share of all tests that lie at or above z at a later time, and how fast it falls as z rises."""
    deviation, edge = math.sqrt(time - standing.time), z * math.sqrt(time)
    reach, slope, erfc, exp = 0.0, 0.0, math.erfc, math.exp
    for start, mass in zip(standing.points, standing.masses, strict=True):
        gap = (edge - start) / deviation
        reach += mass * erfc(gap * _ROOT_HALF)
        slope += mass * exp(-0.5 * gap * gap)
    return reach / 2.0, slope * math.sqrt(time / (2.0 * math.pi)) / deviation
