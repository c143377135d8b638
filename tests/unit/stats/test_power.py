"""Planning numbers against the design's tables, and against the intervals they plan for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.stats import minimum_detectable_effect, n_for_zero_discordance, n_required, tango_bounds


@pytest.mark.parametrize(("points", "items"), [(1, 9_404), (2, 2_351), (3, 1_045), (5, 377), (10, 95)])
def test_items_for_a_pass_match_the_planning_table(points: int, items: int) -> None:
    assert n_required(0.39, points / 100, alpha=0.05, power=0.8) == pytest.approx(items, abs=1)


@given(st.floats(0.05, 1.0), st.floats(0.01, 0.5), st.floats(0.001, 0.4), st.floats(0.5, 0.99))
def test_the_required_items_are_just_enough(sd: float, margin: float, alpha: float, power: float) -> None:
    n = n_required(sd, margin, alpha=alpha, power=power)
    assert minimum_detectable_effect(n, sd, alpha=alpha, power=power) <= margin * (1.0 + 1e-12)
    if n > 1:
        assert minimum_detectable_effect(n - 1, sd, alpha=alpha, power=power) > margin * (1.0 - 1e-12)


@pytest.mark.parametrize("margin", [0.01, 0.02, 0.05, 0.1, 0.5])
@pytest.mark.parametrize("alpha", [0.007143, 0.01, 0.05, 0.2])
def test_equal_outcomes_pass_from_the_planned_number_of_items_on(margin: float, alpha: float) -> None:
    n = n_for_zero_discordance(margin, alpha=alpha)
    assert tango_bounds(0, 0, n, alpha=alpha).low > -margin
    if n > 1:
        assert tango_bounds(0, 0, n - 1, alpha=alpha).low <= -margin


def test_fifty_two_equal_outcomes_prove_a_margin_of_five_points() -> None:
    assert n_for_zero_discordance(0.05, alpha=0.05) == 52
