"""Normal and Student distributions against scipy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mist_ci.stats import critical_t, critical_z, normal_cdf, normal_quantile, student_cdf, student_quantile

DEGREES = [1, 2, 3, 5, 9, 23, 38, 39, 40, 41, 99, 500, 1_000, 9_999, 10_000]
POINTS = [0.0, 0.001, 0.01, 0.5, 1.0, 1.7, 3.0, 6.0, 12.0, 40.0, 1e3, 1e6]
TAILS = [1e-12, 1e-6, 0.001, 0.007143, 0.05, 0.2, 0.499]


@pytest.mark.slow
@pytest.mark.parametrize("df", DEGREES)
@pytest.mark.parametrize("t", POINTS)
def test_student_tails_agree_with_scipy(t: float, df: int) -> None:
    assert student_cdf(-t, df) == pytest.approx(float(stats.t.cdf(-t, df)), rel=2e-12, abs=0.0)
    assert student_cdf(t, df) == pytest.approx(float(stats.t.cdf(t, df)), rel=2e-12, abs=0.0)


@pytest.mark.parametrize("df", DEGREES)
@pytest.mark.parametrize("tail", TAILS)
def test_student_quantiles_agree_with_scipy(tail: float, df: int) -> None:
    expected = float(stats.t.ppf(tail, df))
    assert student_quantile(tail, df) == pytest.approx(expected, rel=1e-11, abs=0.0)
    assert student_quantile(1.0 - tail, df) == pytest.approx(
        float(stats.t.ppf(1.0 - tail, df)), rel=1e-11, abs=0.0
    )
    assert critical_t(tail, df) == pytest.approx(-expected, rel=1e-11, abs=0.0)


@pytest.mark.parametrize("t", [1e-9, 1e-6, 0.3, 7.0, 1e8, 1e200])
def test_student_with_one_degree_of_freedom_is_the_cauchy_distribution(t: float) -> None:
    assert student_cdf(-t, 1) == pytest.approx(math.atan(1.0 / t) / math.pi, rel=1e-13, abs=0.0)


@pytest.mark.parametrize("t", [0.1, 1.0, 2.0, 5.0, 10.0])
def test_student_with_very_many_degrees_of_freedom_is_normal_with_the_known_correction(t: float) -> None:
    df = 1e8
    correction = math.exp(-t * t / 2.0) / math.sqrt(2.0 * math.pi) * (t**3 + t) / (4.0 * df)
    assert student_cdf(-t, df) == pytest.approx(normal_cdf(-t) + correction, rel=2e-9, abs=0.0)


@given(probability=st.floats(1e-9, 1.0 - 1e-9), df=st.integers(1, 10_000))
def test_student_quantile_undoes_the_distribution(probability: float, df: int) -> None:
    assert student_cdf(student_quantile(probability, df), df) == pytest.approx(
        probability, rel=1e-11, abs=0.0
    )


@given(t=st.floats(-50.0, 50.0), df=st.integers(1, 10_000))
def test_student_is_symmetric(t: float, df: int) -> None:
    assert student_cdf(t, df) + student_cdf(-t, df) == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize("z", [-37.0, -20.0, -8.0, -3.0, -1.0, -1e-9, 0.0, 0.3, 2.0, 9.0])
def test_normal_tails_agree_with_scipy(z: float) -> None:
    assert normal_cdf(z) == pytest.approx(float(stats.norm.cdf(z)), rel=1e-12, abs=0.0)


@pytest.mark.parametrize("tail", [1e-300, 1e-100, 1e-20, *TAILS])
def test_normal_quantiles_agree_with_scipy(tail: float) -> None:
    expected = float(stats.norm.ppf(tail))
    assert normal_quantile(tail) == pytest.approx(expected, rel=1e-13, abs=0.0)
    assert critical_z(tail) == pytest.approx(-expected, rel=1e-13, abs=0.0)


def test_infinities_reach_the_ends() -> None:
    assert (normal_cdf(-math.inf), normal_cdf(math.inf)) == (0.0, 1.0)
    assert (student_cdf(-math.inf, 3), student_cdf(math.inf, 3)) == (0.0, 1.0)


def test_the_median_is_exactly_zero() -> None:
    assert (student_quantile(0.5, 7), critical_t(0.5, 7), critical_z(0.5)) == (0.0, 0.0, 0.0)
