"""Holm's correction against its definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.stats import holm_adjusted

P_VALUES = st.lists(st.floats(0.0, 1.0), max_size=12)


def rejected_step_by_step(p_values: list[float], alpha: float) -> set[int]:
    """Holm's procedure as it is told: reject the smallest while it is at most alpha over those left."""
    left, rejected = set(range(len(p_values))), set()
    while left:
        smallest = min(left, key=lambda index: (p_values[index], index))
        if p_values[smallest] * len(left) > alpha:
            break
        left.remove(smallest)
        rejected.add(smallest)
    return rejected


@given(P_VALUES, st.floats(0.001, 0.5))
def test_adjusted_values_reject_what_the_procedure_rejects(p_values: list[float], alpha: float) -> None:
    adjusted = holm_adjusted(p_values)
    assert {i for i, p in enumerate(adjusted) if p <= alpha} == rejected_step_by_step(p_values, alpha)


@given(P_VALUES)
def test_adjusted_values_are_the_running_maximum_of_the_scaled_ones(p_values: list[float]) -> None:
    ranked = sorted(p_values)
    expected = [
        min(1.0, max((len(ranked) - step) * p for step, p in enumerate(ranked[: last + 1])))
        for last in range(len(ranked))
    ]
    assert sorted(holm_adjusted(p_values)) == pytest.approx(expected)


@given(P_VALUES)
def test_adjusting_never_lowers_a_value_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm_adjusted(p_values)
    assert all(p <= q <= 1.0 for p, q in zip(p_values, adjusted, strict=True))
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[i] for i in ranked] == sorted(adjusted)


@given(P_VALUES)
def test_the_position_of_a_hypothesis_does_not_matter(p_values: list[float]) -> None:
    assert holm_adjusted(p_values[::-1]) == holm_adjusted(p_values)[::-1]


@given(P_VALUES, st.floats(0.0, 1.0))
def test_one_more_hypothesis_never_helps_the_others(p_values: list[float], extra: float) -> None:
    together = holm_adjusted([*p_values, extra])[:-1]
    assert all(p <= q for p, q in zip(holm_adjusted(p_values), together, strict=True))


def test_no_hypotheses_give_no_values() -> None:
    assert holm_adjusted([]) == ()


def test_a_single_hypothesis_is_left_alone() -> None:
    assert holm_adjusted([0.04]) == (0.04,)
