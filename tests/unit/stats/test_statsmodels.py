"""A second opinion on everything that statsmodels computes too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.stats import (
    benjamini_hochberg_adjusted,
    clopper_pearson_interval,
    cohens_kappa,
    drift_p_value,
    holm_adjusted,
    jeffreys_interval,
    mcnemar_exact,
    minimum_detectable_effect,
    n_required,
    wilson_interval,
)

pytestmark = pytest.mark.slow
COUNT = st.integers(1, 80)
INTERVALS = {"wilson": wilson_interval, "beta": clopper_pearson_interval, "jeffreys": jeffreys_interval}


@pytest.mark.parametrize("method", INTERVALS)
@given(n=st.integers(1, 3_000), share=st.floats(0.0, 1.0), level=st.floats(0.5, 0.999))
def test_intervals_of_a_pass_rate(method: str, n: int, share: float, level: float) -> None:
    from statsmodels.stats.proportion import proportion_confint

    successes = round(share * n)
    found = INTERVALS[method](successes, n, level=level)
    expected = proportion_confint(successes, n, alpha=1.0 - level, method=method)
    assert (found.low, found.high) == pytest.approx(tuple(map(float, expected)), abs=1e-9)


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_two_sided_is_twice_the_exact_tail(gains: int, losses: int) -> None:
    from statsmodels.stats.contingency_tables import mcnemar

    expected = float(mcnemar([[5, gains], [losses, 5]], exact=True).pvalue)
    assert min(1.0, 2.0 * mcnemar_exact(*sorted((gains, losses)))) == pytest.approx(expected, rel=1e-9)


@given(st.integers(0, 60), st.integers(1, 60))
def test_drift_of_pass_and_fail_is_mcnemar_without_correction(gains: int, losses: int) -> None:
    from statsmodels.stats.contingency_tables import mcnemar

    expected = float(mcnemar([[5, gains], [losses, 5]], exact=False, correction=False).pvalue)
    found = drift_p_value([1.0] * gains + [-1.0] * losses + [0.0] * 10)
    assert found == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
def test_corrections_for_many_tests(p_values: list[float]) -> None:
    from statsmodels.stats.multitest import multipletests

    for method, adjust in (("holm", holm_adjusted), ("fdr_bh", benjamini_hochberg_adjusted)):
        expected = [float(p) for p in multipletests(p_values, method=method)[1]]
        assert list(adjust(p_values)) == pytest.approx(expected, abs=1e-12)


@given(st.floats(0.1, 0.6), st.floats(0.01, 0.3), st.sampled_from([0.05, 0.01]), st.sampled_from([0.8, 0.95]))
def test_required_items_and_the_drop_that_they_find(
    sd: float, margin: float, alpha: float, power: float
) -> None:
    from statsmodels.stats.power import NormalIndPower

    items = n_required(sd, margin, alpha=alpha, power=power)
    reached, short_of = (
        float(NormalIndPower(ddof=0).power(margin / sd, n, alpha, ratio=0, alternative="larger"))
        for n in (items, items - 1)
    )
    assert reached >= power - 1e-12
    assert items == 1 or short_of < power + 1e-12
    assert minimum_detectable_effect(items, sd, alpha=alpha, power=power) <= margin * (1.0 + 1e-12)


@given(st.integers(2, 4), st.data())
def test_kappa_and_its_interval(categories: int, data: st.DataObject) -> None:
    from statsmodels.stats.inter_rater import cohens_kappa as reference

    row = st.lists(COUNT, min_size=categories, max_size=categories)
    table = data.draw(st.lists(row, min_size=categories, max_size=categories))
    found, expected = cohens_kappa(table), reference(table)
    assert found.kappa == pytest.approx(float(expected.kappa), abs=1e-12)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (float(expected.kappa_low), float(expected.kappa_upp)), abs=1e-9
    )
