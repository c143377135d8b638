"""Exact intervals, the beta distribution, McNemar's exact test and Benjamini-Hochberg against scipy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mist_ci.stats import (
    benjamini_hochberg_adjusted,
    clopper_pearson_interval,
    holm_adjusted,
    jeffreys_interval,
    mcnemar_exact,
    mcnemar_midp,
)
from mist_ci.stats.incomplete_beta import beta_cdf, beta_quantile

LEVELS = st.floats(0.5, 0.999)
# Closer to 1 scipy itself is off by up to 3e-9: the arcsine law, a = b = 1/2, has a closed form to hold both against.
PLACES = st.one_of(st.floats(0.0, 1.0 - 1e-9), st.just(1.0))
SHAPES = st.sampled_from([0.5, 1.0, 1.5, 7.0, 30.5, 400.5, 9_999.0])


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 2_000))
    return draw(st.integers(0, n)), n


@given(PLACES, SHAPES, SHAPES)
def test_beta_agrees_with_scipy(x: float, a: float, b: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(float(stats.beta.cdf(x, a, b)), rel=1e-9, abs=1e-12)


@given(st.floats(0.5, 1.0))
def test_beta_is_the_arcsine_law_up_to_its_end(x: float) -> None:
    exact = 1.0 - 2.0 / math.pi * math.asin(math.sqrt(1.0 - x))
    assert beta_cdf(x, 0.5, 0.5) == pytest.approx(exact, rel=1e-12)


@given(st.floats(1e-6, 1.0 - 1e-6), SHAPES, SHAPES)
def test_beta_quantile_undoes_the_distribution(probability: float, a: float, b: float) -> None:
    x = beta_quantile(probability, a, b)
    assert 0.0 < x <= 1.0
    assert x == pytest.approx(float(stats.beta.ppf(probability, a, b)), rel=1e-9)


@pytest.mark.slow
@given(counts(), LEVELS)
def test_clopper_pearson_agrees_with_scipy(pair: tuple[int, int], level: float) -> None:
    found = clopper_pearson_interval(*pair, level=level)
    expected = stats.binomtest(*pair).proportion_ci(confidence_level=level, method="exact")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-10)


@pytest.mark.slow
@given(counts(), LEVELS)
def test_the_guaranteed_interval_holds_jeffreys_and_the_rate(pair: tuple[int, int], level: float) -> None:
    exact, shorter = clopper_pearson_interval(*pair, level=level), jeffreys_interval(*pair, level=level)
    assert exact.low <= shorter.low < shorter.high <= exact.high
    assert exact.low <= pair[0] / pair[1] <= exact.high


@given(counts())
def test_exact_mirrors_when_passes_and_failures_are_swapped(pair: tuple[int, int]) -> None:
    found, mirrored = clopper_pearson_interval(*pair), clopper_pearson_interval(pair[1] - pair[0], pair[1])
    assert (found.low, found.high) == pytest.approx((1.0 - mirrored.high, 1.0 - mirrored.low), abs=1e-12)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_exact_is_the_binomial_test(gains: int, losses: int) -> None:
    expected = float(stats.binom.cdf(gains, gains + losses, 0.5))
    assert mcnemar_exact(gains, losses) == pytest.approx(expected, rel=1e-9)
    assert mcnemar_midp(gains, losses) <= mcnemar_exact(gains, losses) <= 1.0


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
def test_benjamini_hochberg_agrees_with_scipy_and_never_exceeds_holm(p_values: list[float]) -> None:
    found = benjamini_hochberg_adjusted(p_values)
    assert list(found) == pytest.approx(list(stats.false_discovery_control(p_values)), abs=1e-12)
    assert all(bh <= holm + 1e-12 for bh, holm in zip(found, holm_adjusted(p_values), strict=True))


def test_no_hypotheses_give_no_values() -> None:
    assert benjamini_hochberg_adjusted([]) == ()
