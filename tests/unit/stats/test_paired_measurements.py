"""Claims: intervals for differences of any size hold about as often as they say, and use that values are paired."""

import math
import random

import pytest

from mist_ci.stats import paired_mean_bounds, paired_quantile_bounds, quantile

SPREAD, SHIFT = 0.5, 0.2


def latencies(chance: random.Random, n: int) -> tuple[list[float], list[float]]:
    """Log-normal, correlated: a long question is long for both."""
    base, head = [], []
    for _ in range(n):
        shared = chance.gauss(0, 1)
        base.append(math.exp(SPREAD * (0.8 * shared + 0.6 * chance.gauss(0, 1))))
        head.append(math.exp(SHIFT + SPREAD * (0.8 * shared + 0.6 * chance.gauss(0, 1))))
    return base, head


@pytest.mark.parametrize(("probability", "z"), [(0.5, 0.0), (0.95, 1.6448536)])
def test_a_90_percent_interval_of_a_quantile_holds_about_nine_times_in_ten(
    probability: float, z: float
) -> None:
    chance = random.Random(7)
    truth = math.exp(SHIFT + SPREAD * z) - math.exp(SPREAD * z)
    held = 0
    for _ in range(300):
        bounds = paired_quantile_bounds(*latencies(chance, 100), probability, alpha=0.05)
        assert bounds is not None
        held += bounds.low <= truth <= bounds.high
    assert 0.86 <= held / 300 <= 0.99


def test_a_90_percent_interval_of_a_mean_holds_about_nine_times_in_ten() -> None:
    chance = random.Random(7)
    truth = (math.exp(SHIFT) - 1) * math.exp(SPREAD**2 / 2)
    held = 0
    for _ in range(400):
        base, head = latencies(chance, 60)
        bounds = paired_mean_bounds([h - b for b, h in zip(base, head, strict=True)], alpha=0.05)
        assert bounds is not None
        held += bounds.low <= truth <= bounds.high
    assert 0.86 <= held / 400 <= 0.94


def test_a_copy_moved_nowhere_whatever_its_spread() -> None:
    values = [float(i * i) for i in range(200)]
    bounds = paired_quantile_bounds(values, values, 0.95, alpha=0.05)
    assert bounds is not None
    assert (bounds.low, bounds.high) == (0.0, 0.0)


def test_copies_of_a_pair_in_one_cluster_prove_nothing_more() -> None:
    base, head = latencies(random.Random(3), 40)
    once = paired_quantile_bounds(base, head, 0.5, alpha=0.05)
    labels = [str(i) for i in range(40)] * 5
    fivefold = paired_quantile_bounds(base * 5, head * 5, 0.5, alpha=0.05, clusters=labels)
    as_if_alone = paired_quantile_bounds(base * 5, head * 5, 0.5, alpha=0.05)
    assert once is not None
    assert fivefold is not None
    assert as_if_alone is not None
    assert as_if_alone.high - as_if_alone.low < 0.7 * (fivefold.high - fivefold.low)


@pytest.mark.parametrize("n", [1, 2, 20])
def test_where_a_tail_has_too_few_values_there_is_no_interval(n: int) -> None:
    assert paired_quantile_bounds([1.0] * n, [2.0] * n, 0.95, alpha=0.05) is None


def test_one_cluster_has_no_interval() -> None:
    assert paired_mean_bounds([1.0, 2.0], alpha=0.05, clusters=["a", "a"]) is None


@pytest.mark.parametrize(("probability", "found"), [(0.01, 1.0), (0.5, 50.0), (0.95, 95.0), (0.99, 99.0)])
def test_a_quantile_is_a_value_that_is_there(probability: float, found: float) -> None:
    assert quantile([float(i) for i in range(100, 0, -1)], probability) == found


@pytest.mark.parametrize("probability", [0.0, 1.0, math.nan])
def test_a_share_that_is_none_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        quantile([1.0], probability)


def test_pairs_need_both_halves() -> None:
    with pytest.raises(ValueError, match="pairs"):
        paired_quantile_bounds([1.0], [], 0.5, alpha=0.05)
