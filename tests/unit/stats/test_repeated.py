"""Claims about several attempts: pass@k, pass^k, the scatter within samples and of differences."""

import statistics
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.stats import difference_sd, pass_all_k, pass_at_k, within_variance

SCORES = st.floats(0.0, 1.0)


@given(st.integers(1, 9), st.data())
def test_pass_at_k_and_pass_all_k_count_subsets(attempts: int, data: st.DataObject) -> None:
    successes, k = data.draw(st.integers(0, attempts)), data.draw(st.integers(1, attempts))
    outcomes = [True] * successes + [False] * (attempts - successes)
    subsets = list(combinations(outcomes, k))
    at_least_one = sum(map(any, subsets)) / len(subsets)
    every = sum(map(all, subsets)) / len(subsets)
    assert pass_at_k(attempts, successes, k) == pytest.approx(at_least_one)
    assert pass_all_k(attempts, successes, k) == pytest.approx(every)


@given(st.integers(1, 200), st.data())
def test_one_attempt_passes_at_the_plain_rate(attempts: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, attempts))
    assert pass_at_k(attempts, successes, 1) == pytest.approx(successes / attempts)
    assert pass_all_k(attempts, successes, 1) == pytest.approx(successes / attempts)


@given(st.lists(st.lists(SCORES, min_size=3, max_size=3), min_size=1, max_size=8))
def test_with_equal_numbers_of_attempts_it_is_the_mean_of_variances(samples: list[list[float]]) -> None:
    expected = statistics.fmean(statistics.variance(scores) for scores in samples)
    assert within_variance(samples) == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.lists(SCORES, max_size=4), min_size=1, max_size=8))
def test_single_and_absent_attempts_add_nothing(samples: list[list[float]]) -> None:
    repeated = [scores for scores in samples if len(scores) > 1]
    assert within_variance(samples) == (within_variance(repeated) if repeated else None)


@given(st.lists(st.tuples(SCORES, SCORES), min_size=2, max_size=20))
def test_sd_of_differences_is_that_of_the_textbook(pairs: list[tuple[float, float]]) -> None:
    expected = statistics.stdev(head - base for base, head in pairs)
    assert difference_sd(pairs) == pytest.approx(expected, abs=1e-9)
