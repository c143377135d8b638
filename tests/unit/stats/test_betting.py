"""Claims about evidence that may be looked at any time: what it is, and that it does not cry wolf."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.stats import bet_on_within_margin, bet_on_worse
from mist_ci.stats.betting import STAKES

DIFFERENCES = st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=60)


def wealths(gains: list[float]) -> list[float]:
    products, path = [1.0] * len(STAKES), []
    for gain in gains:
        products = [product * (1.0 + stake * gain) for product, stake in zip(products, STAKES, strict=True)]
        path.append(sum(products) / len(products))
    return path


@given(DIFFERENCES)
def test_wealth_is_the_mean_of_products(differences: list[float]) -> None:
    path, found = wealths([-d for d in differences]), bet_on_worse(differences, alpha=0.05)
    assert (found.final, found.largest) == pytest.approx((path[-1], max(path)), rel=1e-9)
    assert found.p_value == pytest.approx(min(1.0, 1.0 / max(path)), rel=1e-9)


@given(DIFFERENCES, st.floats(0.01, 0.9))
def test_a_bet_on_the_margin_is_a_bet_on_shifted_differences(differences: list[float], margin: float) -> None:
    path = wealths([(d + margin) / (1.0 - margin) for d in differences])
    found = bet_on_within_margin(differences, margin=margin, alpha=0.05)
    assert found.final == pytest.approx(path[-1], rel=1e-9)


@given(DIFFERENCES, st.floats(0.001, 0.5))
def test_a_bet_is_won_where_the_p_value_reaches_alpha(differences: list[float], alpha: float) -> None:
    found = bet_on_worse(differences, alpha=alpha)
    assert (found.first_at is not None) == (found.largest >= 1.0 / alpha * (1.0 - 1e-12))
    if found.first_at is not None:
        assert bet_on_worse(differences[: found.first_at], alpha=alpha).first_at == found.first_at


def test_wealth_beyond_any_float_is_infinite_and_then_its_p_value_is_zero() -> None:
    found = bet_on_worse([-1.0] * 3_000, alpha=0.05)
    assert (found.final, found.largest, found.p_value) == (math.inf, math.inf, 0.0)


@pytest.mark.slow
def test_without_change_looking_after_every_sample_wins_at_most_at_its_level() -> None:
    source = random.Random(11)
    runs = [[source.choice([-1.0, 0.0, 0.0, 1.0]) for _ in range(150)] for _ in range(600)]
    won = sum(bet_on_worse(run, alpha=0.1).first_at is not None for run in runs)
    assert won <= 0.1 * len(runs)


@pytest.mark.slow
def test_at_exactly_the_margin_the_bet_on_passing_wins_at_most_at_its_level() -> None:
    source = random.Random(12)
    runs = [[-float(source.random() < 0.1) for _ in range(150)] for _ in range(600)]
    won = sum(bet_on_within_margin(run, margin=0.1, alpha=0.1).first_at is not None for run in runs)
    assert won <= 0.1 * len(runs)
