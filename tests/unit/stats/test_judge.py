"""Claims about judges: their agreement with people, and differences put right."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.stats import cohens_kappa, rectified_difference, unattenuated_difference

COUNT = st.integers(1, 60)


@given(COUNT, COUNT)
def test_raters_who_always_agree_have_kappa_one_without_error(passed: int, failed: int) -> None:
    found = cohens_kappa([[passed, 0], [0, failed]])
    assert (found.kappa, found.se) == pytest.approx((1.0, 0.0), abs=1e-7)


@given(COUNT, COUNT, COUNT, COUNT)
def test_raters_who_ignore_each_other_have_kappa_zero(a: int, b: int, c: int, d: int) -> None:
    assert cohens_kappa([[a * c, a * d], [b * c, b * d]]).kappa == pytest.approx(0.0, abs=1e-12)


@given(st.lists(st.lists(COUNT, min_size=3, max_size=3), min_size=3, max_size=3))
def test_it_does_not_matter_which_rater_comes_first(table: list[list[int]]) -> None:
    swapped = [list(column) for column in zip(*table, strict=True)]
    found, other = cohens_kappa(table), cohens_kappa(swapped)
    assert (found.kappa, found.se) == pytest.approx((other.kappa, other.se), abs=1e-12)


def test_a_perfect_judge_needs_no_correction() -> None:
    assert unattenuated_difference(-0.1, sensitivity=1.0, specificity=1.0) == -0.1


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.55, 1.0), st.floats(0.55, 1.0))
def test_the_correction_undoes_what_the_judge_does_to_two_rates(
    base: float, head: float, sensitivity: float, specificity: float
) -> None:
    seen = [rate * sensitivity + (1.0 - rate) * (1.0 - specificity) for rate in (base, head)]
    found = unattenuated_difference(seen[1] - seen[0], sensitivity=sensitivity, specificity=specificity)
    assert found == pytest.approx(head - base, abs=1e-9)


def test_people_put_a_judge_right_that_favours_the_head() -> None:
    source = random.Random(3)
    true = [source.choice([-1.0, 0.0, 0.0, 1.0]) for _ in range(4_000)]
    seen = [min(1.0, difference + (source.random() < 0.2)) for difference in true]
    labelled = list(zip(true[:800], seen[:800], strict=True))
    found = rectified_difference(seen[800:], labelled, alpha=0.05)
    assert sum(seen) / len(seen) > 0.1
    assert found.interval.low < 0.0 < found.interval.high
    assert abs(found.estimate) < 0.05


@given(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=4, max_size=20))
def test_a_judge_who_is_always_right_leaves_its_own_mean_and_error(judged: list[float]) -> None:
    found = rectified_difference(judged, [(difference, difference) for difference in judged], alpha=0.05)
    assert found.estimate == pytest.approx(sum(judged) / len(judged))
