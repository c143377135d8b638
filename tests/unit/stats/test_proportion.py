"""Absolute bounds against scipy, and their edges."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mist_ci.stats import mean_lower_bound, wilson_interval, wilson_lower_bound


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 2_000))
    return draw(st.integers(0, n)), n


@given(counts(), st.floats(0.01, 0.999))
def test_wilson_agrees_with_scipy(pair: tuple[int, int], level: float) -> None:
    found = wilson_interval(*pair, level=level)
    expected = stats.binomtest(*pair).proportion_ci(confidence_level=level, method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-11)


@given(counts(), st.floats(0.001, 0.5))
def test_the_one_sided_bound_is_the_end_of_the_two_sided_interval(
    pair: tuple[int, int], alpha: float
) -> None:
    found = wilson_lower_bound(*pair, alpha=alpha)
    assert found == pytest.approx(wilson_interval(*pair, level=1.0 - 2.0 * alpha).low, abs=1e-12)
    assert 0.0 <= found <= pair[0] / pair[1] + 1e-15


@pytest.mark.parametrize("n", [1, 30, 5_000])
def test_no_and_all_successes_reach_the_ends_exactly(n: int) -> None:
    assert wilson_interval(0, n).low == 0.0
    assert wilson_interval(n, n).high == 1.0


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.5])
def test_the_mean_bound_agrees_with_scipy_where_scores_vary(alpha: float) -> None:
    scores = [0.6 + 0.3 * math.sin(index) for index in range(25)]
    expected = stats.ttest_1samp(scores, 0.0).confidence_interval(1.0 - 2.0 * alpha).low
    assert mean_lower_bound(scores, alpha=alpha) == pytest.approx(float(expected), abs=1e-12)


@pytest.mark.parametrize("n", [2, 5, 20, 200])
def test_perfect_scores_never_certify_themselves_with_no_error(n: int) -> None:
    bound = mean_lower_bound([1.0] * n, alpha=0.05)
    assert bound < 1.0 - 1.0 / (n + 2)
    assert bound <= wilson_lower_bound(n, n, alpha=0.05) + 0.002


def test_scores_that_repeat_in_a_cluster_add_no_certainty() -> None:
    scores = [0.6 + 0.3 * math.sin(index) for index in range(30)]
    labels = [str(index) for index in range(30)]
    doubled = mean_lower_bound(scores * 2, alpha=0.05, clusters=labels * 2)
    assert doubled == pytest.approx(mean_lower_bound(scores, alpha=0.05))


@given(st.lists(st.integers(0, 10).map(lambda tenths: tenths / 10.0), min_size=2, max_size=50))
def test_the_mean_bound_stays_between_zero_and_the_mean_of_scores_above_half(scores: list[float]) -> None:
    bound = mean_lower_bound(scores, alpha=0.05)
    assert 0.0 <= bound < max(0.5, math.fsum(scores) / len(scores))
