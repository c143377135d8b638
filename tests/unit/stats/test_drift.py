"""Claims about the two-sided test for drift."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mist_ci.stats import drift_p_value, normal_cdf

GRADED = st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=60)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 100))
def test_pass_and_fail_give_mcnemar_two_sided(gains: int, losses: int, same: int) -> None:
    found = drift_p_value([1.0] * gains + [-1.0] * losses + [0.0] * same)
    z = (gains - losses) / (gains + losses) ** 0.5 if gains + losses else 0.0
    assert found == pytest.approx(2.0 * normal_cdf(-abs(z)))


def test_many_graded_differences_give_the_paired_t_test() -> None:
    differences = [((7 * index) % 23 - 9) / 40 for index in range(1, 60)]
    assert drift_p_value(differences) == pytest.approx(float(stats.ttest_1samp(differences, 0.0).pvalue))


@given(GRADED)
def test_direction_does_not_matter(differences: list[float]) -> None:
    mirrored = [-difference for difference in differences]
    assert drift_p_value(differences) == pytest.approx(drift_p_value(mirrored), abs=1e-12)


def test_no_difference_anywhere_is_no_evidence_at_all() -> None:
    assert drift_p_value([0.0] * 30) == 1.0


def test_a_handful_of_equal_graded_drops_is_no_proof() -> None:
    assert drift_p_value([-0.5] * 5) > 0.1


def test_clusters_count_once() -> None:
    differences = [-0.2, -0.3] * 15
    apart = drift_p_value(differences)
    together = drift_p_value(differences, clusters=[str(index // 6) for index in range(30)])
    assert together > apart
