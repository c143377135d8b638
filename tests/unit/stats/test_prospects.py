"""Chances before anything was asked, against the simulations of design 3 and against the interval they foretell."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.stats import (
    chance_to_certify,
    chance_to_certify_pass_fail,
    findable_drop,
    minimum_detectable_effect,
    sd_with_attempts,
    tango_bounds,
)

SIMULATED_SD = 0.386
"""Of one pass/fail attempt per side at phi .65 (§3.1)."""
PASSED = {
    (50, 0): 24, (100, 0): 35, (200, 0): 57, (500, 0): 90, (1000, 0): 99,
    (50, 2): 15, (100, 2): 18, (200, 2): 29, (500, 2): 54, (1000, 2): 79,
    (50, 5): 5, (100, 5): 5, (200, 5): 6, (500, 5): 6, (1000, 5): 5,
}  # fmt: skip
"""(samples, true drop in points) → percent of 4,000 simulated runs that passed a margin of 5 points (§3.2)."""
FINDABLE = {
    20: (13.9, 21.7, 25.0, 10.0, 18.4, 28.7, 33.1, 13.2),
    50: (8.8, 13.7, 15.8, 6.3, 11.6, 18.2, 20.9, 8.4),
    100: (6.2, 9.7, 11.2, 4.5, 8.2, 12.8, 14.8, 5.9),
    200: (4.4, 6.9, 7.9, 3.2, 5.8, 9.1, 10.5, 4.2),
    500: (2.8, 4.3, 5.0, 2.0, 3.7, 5.7, 6.6, 2.6),
    1000: (2.0, 3.1, 3.5, 1.4, 2.6, 4.1, 4.7, 1.9),
}
"""Samples → points at 80% power for sd .25, .39, .45 and .18, at alpha and at alpha/7 (§3.8)."""

margins = st.floats(0.01, 0.3)
sds = st.floats(0.05, 1.0)
sizes = st.integers(1, 3000)


@pytest.mark.parametrize(("case", "percent"), PASSED.items())
def test_the_chance_to_certify_is_within_three_points_of_the_simulation(
    case: tuple[int, int], percent: int
) -> None:
    n, drop = case
    chance = chance_to_certify(n, SIMULATED_SD, 0.05, alpha=0.05, drop=drop / 100)
    assert 100 * chance == pytest.approx(percent, abs=3)


@pytest.mark.parametrize("n", [50, 100, 200, 500, 1000])
def test_the_exact_chance_is_within_three_points_of_the_simulation(n: int) -> None:
    chance = chance_to_certify_pass_fail(n, SIMULATED_SD**2, 0.05, alpha=0.05)
    assert 100 * chance == pytest.approx(PASSED[n, 0], abs=3)


@pytest.mark.parametrize("n", FINDABLE)
def test_the_findable_drop_is_the_table_or_what_is_too_large_to_be_certified(n: int) -> None:
    cases = [(sd, alpha) for alpha in (0.05, 0.05 / 7) for sd in (0.25, 0.39, 0.45, 0.18)]
    for (sd, holm_alpha), points in zip(cases, FINDABLE[n], strict=True):
        proven = minimum_detectable_effect(n, sd, alpha=holm_alpha, power=0.8)
        assert 100 * proven == pytest.approx(points, abs=0.1)
        found = findable_drop(n, sd, 0.05, alpha=0.05, holm_alpha=holm_alpha, power=0.8)
        assert found >= proven
        if found > proven:  # so large a drop is certified with 20%, and said to be a pass
            assert chance_to_certify(n, sd, 0.05, alpha=0.05, drop=found) == pytest.approx(0.2)


def test_attempts_take_the_noise_away_as_the_simulation_measured_it() -> None:
    both = [sd_with_attempts(0.385, 0.0573, base_attempts=k, head_attempts=k) for k in (1, 3, 5)]
    assert both == pytest.approx([0.385, 0.268, 0.237], abs=0.001)
    assert sd_with_attempts(0.41, 0.057, base_attempts=5, head_attempts=1) == pytest.approx(0.35, abs=0.005)


@given(sds, st.floats(0, 0.25), st.integers(1, 20), st.integers(1, 20))
def test_more_attempts_never_widen_the_spread(sd: float, within: float, base: int, head: int) -> None:
    less = sd_with_attempts(sd, within, base_attempts=base, head_attempts=head)
    more = sd_with_attempts(sd, within, base_attempts=base + 1, head_attempts=head)
    assert more <= less


@given(sizes, sds, margins, st.floats(0.0, 0.5))
def test_more_samples_and_wider_margins_certify_more_and_larger_drops_less(
    n: int, sd: float, margin: float, drop: float
) -> None:
    chance = chance_to_certify(n, sd, margin, alpha=0.05, drop=drop)
    assert 0 <= chance <= 1
    assert chance_to_certify(n, sd, margin + 0.01, alpha=0.05, drop=drop) >= chance
    assert chance_to_certify(n, sd, margin, alpha=0.05, drop=drop + 0.01) <= chance
    if drop <= margin:
        assert chance_to_certify(n + 100, sd, margin, alpha=0.05, drop=drop) >= chance


@pytest.mark.slow
@given(st.integers(1, 25), st.floats(0, 1), margins)
@settings(max_examples=25)
def test_the_exact_chance_adds_up_every_outcome_that_the_interval_certifies(
    n: int, rate: float, margin: float
) -> None:
    expected = 0.0
    for gains in range(n + 1):
        for losses in range(n + 1 - gains):
            if tango_bounds(gains, losses, n, alpha=0.05).low > -margin + 1e-9:
                same = n - gains - losses
                ways = math.comb(n, same) * math.comb(gains + losses, gains)
                expected += ways * (rate / 2) ** (gains + losses) * (1 - rate) ** same
    assert chance_to_certify_pass_fail(n, rate, margin, alpha=0.05) == pytest.approx(expected, abs=1e-6)


@given(sizes, sds, margins, st.floats(0.001, 0.05))
def test_a_stricter_step_of_holm_never_finds_smaller_drops(
    n: int, sd: float, margin: float, level: float
) -> None:
    plain, strict = (
        findable_drop(n, sd, margin, alpha=0.05, holm_alpha=one, power=0.8) for one in (0.05, level)
    )
    assert strict >= plain > 0
    assert findable_drop(n, sd, margin, alpha=0.05, holm_alpha=level, power=0.8, pass_fail=True) >= strict


def test_a_drop_of_pass_fail_answers_has_a_spread_of_its_own() -> None:
    n, reach = 400, 1.6448536 + 0.8416212
    found = findable_drop(n, 0.01, 0.001, alpha=0.05, holm_alpha=0.05, power=0.8, pass_fail=True)
    assert found == pytest.approx(reach * math.sqrt(found * (1 - found) / n), rel=1e-6)


@pytest.mark.parametrize(
    ("n", "sd", "margin"),
    [(0, 0.4, 0.05), (10, 0.0, 0.05), (10, 0.4, 0.0), (10, 0.4, 1.0), (10, math.nan, 0.05)],
)
def test_what_makes_no_sense_is_refused(n: int, sd: float, margin: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        chance_to_certify(n, sd, margin, alpha=0.05)
    with pytest.raises(ValueError, match="must be"):
        findable_drop(n, sd, margin, alpha=0.05, holm_alpha=0.05, power=0.8)


def test_attempts_and_noise_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="attempts must be at least 1"):
        sd_with_attempts(0.4, 0.1, base_attempts=0, head_attempts=1)
    with pytest.raises(ValueError, match="within_variance must be at least 0"):
        sd_with_attempts(0.4, -0.1, base_attempts=1, head_attempts=1)
    with pytest.raises(ValueError, match="flip_rate"):
        chance_to_certify_pass_fail(10, 1.5, 0.05, alpha=0.05)
