"""Claims: looks together spend no more than one alpha, and a p-value at a look says which alpha it needs."""

import math
from collections.abc import Callable

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import multivariate_normal

from mist_ci.stats import (
    critical_z,
    holm_adjusted,
    nominal_alpha,
    normal_cdf,
    normal_quantile,
    obf_boundaries,
    obf_spent,
    spent_p_value,
)

ESCALATED = (0.2, 0.4, 0.6, 1.0)
THIRDS = (1 / 3, 2 / 3, 1.0)
SCHEDULES = [ESCALATED, THIRDS, (0.6, 1.0), (0.25, 0.5, 0.75, 1.0), (0.3, 0.9), (0.5, 0.52, 1.0)]
ALPHAS = [0.5, 0.05, 0.025, 0.05 / 7, 0.05 / 51, 1e-6]
SCHEDULE = st.sampled_from([*SCHEDULES, (1.0,), (0.7,)])


def correlations(times: tuple[float, ...]) -> list[list[float]]:
    return [[math.sqrt(min(s, t) / max(s, t)) for s in times] for t in times]


@pytest.mark.slow
@pytest.mark.parametrize("times", SCHEDULES)
@pytest.mark.parametrize("alpha", ALPHAS[:4])
def test_looks_reject_with_the_chance_that_is_spent(times: tuple[float, ...], alpha: float) -> None:
    boundaries = obf_boundaries(alpha, times)
    for looks in range(2, len(times) + 1):
        inside = multivariate_normal.cdf(
            boundaries[:looks],
            cov=correlations(times[:looks]),
            maxpts=200_000 * looks,
            abseps=1e-7,
            releps=0.0,
        )
        tolerance = 2e-6 if times[1] - times[0] > 0.1 else 2e-5
        assert 1.0 - inside == pytest.approx(obf_spent(alpha, times[looks - 1]), abs=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("times", [(0.6, 1.0), (0.05, 1.0), (0.9, 1.0), (0.5, 0.501)])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_two_looks_spend_their_share_to_many_digits(alpha: float, times: tuple[float, float]) -> None:
    first, last = obf_boundaries(alpha, times)
    edge, step = last * math.sqrt(times[1]), math.sqrt(times[1] - times[0])

    def crosses_later(z: float) -> float:
        return math.exp(-z * z / 2.0) * normal_cdf((z * math.sqrt(times[0]) - edge) / step)

    pieces = [(-9.0, 0.0), (0.0, first - 0.5), (first - 0.5, first)]
    beyond = sum(quad(crosses_later, *piece, epsabs=0.0, epsrel=1e-11, limit=500)[0] for piece in pieces)
    share = obf_spent(alpha, times[1]) - obf_spent(alpha, times[0])
    assert normal_cdf(-first) == pytest.approx(obf_spent(alpha, times[0]), rel=1e-12)
    assert beyond / math.sqrt(2.0 * math.pi) == pytest.approx(share, rel=1e-7)


@pytest.mark.parametrize("alpha", [*ALPHAS, 1e-300])
def test_one_look_at_the_end_is_no_look_at_all(alpha: float) -> None:
    assert obf_boundaries(alpha, (1.0,)) == (critical_z(alpha),)
    assert nominal_alpha(alpha, (1.0,), 0) == alpha
    assert spent_p_value(alpha, (1.0,), 0, 0.05) == alpha


@pytest.mark.parametrize("times", SCHEDULES)
def test_a_look_depends_on_no_later_look(times: tuple[float, ...]) -> None:
    for looks in range(1, len(times)):
        assert obf_boundaries(0.05, times)[:looks] == obf_boundaries(0.05, times[:looks])


@pytest.mark.slow
@settings(max_examples=40)
@given(SCHEDULE, st.floats(1e-9, 0.5), st.floats(1e-9, 0.5))
def test_a_larger_alpha_lowers_every_boundary(times: tuple[float, ...], one: float, other: float) -> None:
    small, large = sorted((one, other))
    assume(small < large * (1.0 - 1e-9))
    pairs = zip(obf_boundaries(small, times), obf_boundaries(large, times), strict=True)
    assert all(strict > loose or strict == math.inf for strict, loose in pairs)


@pytest.mark.slow
@settings(max_examples=40)
@given(SCHEDULE, st.floats(1e-12, 0.5))
def test_no_look_tests_at_more_than_what_is_spent_by_then(times: tuple[float, ...], alpha: float) -> None:
    levels = [nominal_alpha(alpha, times, look) for look in range(len(times))]
    shares = [obf_spent(alpha, moment) for moment in times]
    assert all(level <= share * (1.0 + 1e-12) for level, share in zip(levels, shares, strict=True))
    assert sum(levels) >= shares[-1] * (1.0 - 1e-9)


@pytest.mark.parametrize("times", [(0.001, 1.0), (0.001, 0.002, 0.5, 1.0), ESCALATED])
@pytest.mark.parametrize("alpha", [0.05, 1e-12, 1e-100, 1e-300, 5e-324])
def test_a_share_too_small_to_represent_rejects_nothing(times: tuple[float, ...], alpha: float) -> None:
    for look, (moment, boundary) in enumerate(zip(times, obf_boundaries(alpha, times), strict=True)):
        assert boundary >= critical_z(alpha) * (1.0 - 1e-9)
        level = nominal_alpha(alpha, times, look)
        assert (level == 0.0) == (boundary > 38.0)
        assert level > 0.0 or obf_spent(alpha, moment) <= 1e-300


@pytest.mark.parametrize("times", [(0.001, 1.0), (0.001, 0.5, 1.0)])
def test_a_look_that_rejects_nothing_changes_nothing(times: tuple[float, ...]) -> None:
    assert obf_boundaries(0.01, times) == (math.inf, *obf_boundaries(0.01, times[1:]))


@pytest.mark.slow
@settings(max_examples=40)
@given(SCHEDULE, st.data(), st.floats(1e-12, 0.2))
def test_a_p_value_at_its_nominal_level_needs_that_alpha(
    times: tuple[float, ...], data: st.DataObject, alpha: float
) -> None:
    look = data.draw(st.integers(0, len(times) - 1))
    level = nominal_alpha(alpha, times, look)
    assume(level > 0.0)
    assert spent_p_value(level, times, look, 0.2) == pytest.approx(alpha, rel=1e-9)


@given(SCHEDULE, st.data(), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(1e-6, 0.5))
@example((0.6, 1.0), None, 0.0, 5e-324, 0.05)
def test_spent_p_values_rise_with_p_and_are_never_below_it(
    times: tuple[float, ...], data: st.DataObject | None, one: float, other: float, ceiling: float
) -> None:
    look = data.draw(st.integers(0, len(times) - 1)) if data else 1
    small, large = sorted((one, other))
    low, high = (spent_p_value(p, times, look, ceiling) for p in (small, large))
    assert low <= high * (1.0 + 1e-11)
    assert small <= low <= 1.0
    assert large <= high <= 1.0


@pytest.mark.slow
@settings(max_examples=40)
@given(SCHEDULE, st.data(), st.floats(1e-9, 0.5))
def test_a_p_value_is_within_the_ceiling_exactly_when_the_look_rejects_it(
    times: tuple[float, ...], data: st.DataObject, ceiling: float
) -> None:
    look = data.draw(st.integers(0, len(times) - 1))
    level = nominal_alpha(ceiling, times, look)
    assert spent_p_value(level, times, look, ceiling) <= ceiling * (1.0 + 1e-12)
    above = min(1.0, level * (1.0 + 1e-9) + 1e-300)
    assert spent_p_value(above, times, look, ceiling) > ceiling


def rejected_by_stepping_down(
    z_values: list[float], times: tuple[float, ...], look: int, alpha: float
) -> set[int]:
    """Group-sequential Holm as it is told: reject the worst while it is beyond its look's boundary."""
    left, rejected = set(range(len(z_values))), set()
    while left:
        worst = min(left, key=lambda index: (z_values[index], index))
        if z_values[worst] > -obf_boundaries(alpha / len(left), times)[look]:
            break
        left.remove(worst)
        rejected.add(worst)
    return rejected


@pytest.mark.slow
@settings(max_examples=60)
@given(
    SCHEDULE,
    st.data(),
    # Rounded: a z beside 0 of 1e-300 has the p value of 0, which a boundary of 0 does not reject.
    st.lists(st.floats(-8.0, 3.0).map(lambda z: round(z, 6)), min_size=1, max_size=8),
    st.sampled_from([0.05, 0.01, 0.1, 0.5]),
)
def test_holm_on_spent_p_values_is_the_step_down_over_boundaries(
    times: tuple[float, ...], data: st.DataObject, z_values: list[float], alpha: float
) -> None:
    look = data.draw(st.integers(0, len(times) - 1))
    values = [spent_p_value(normal_cdf(z), times, look, alpha) for z in z_values]
    found = {index for index, p in enumerate(holm_adjusted(values)) if p <= alpha}
    assert found == rejected_by_stepping_down(z_values, times, look, alpha)


@pytest.mark.slow
@pytest.mark.parametrize("times", SCHEDULES)
@pytest.mark.parametrize("left", [1, 2, 7, 51])
def test_holm_turns_where_the_step_down_does_to_nine_digits(times: tuple[float, ...], left: int) -> None:
    for look, boundary in enumerate(obf_boundaries(0.05 / left, times)):
        inside, outside = (
            spent_p_value(normal_cdf(-boundary * factor), times, look, 0.05)
            for factor in (1.0 - 1e-9, 1.0 + 1e-9)
        )
        assert outside < 0.05 / left < inside


REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("alpha must be in", lambda: obf_spent(0.6, 0.5)),
    ("time must be in", lambda: obf_spent(0.05, 0.0)),
    ("time must be in", lambda: obf_spent(0.05, math.nan)),
    ("alpha must be in", lambda: obf_boundaries(0.0, (1.0,))),
    ("times must not be empty", lambda: obf_boundaries(0.05, ())),
    ("time must be in", lambda: obf_boundaries(0.05, (0.5, 1.1))),
    ("times must rise", lambda: obf_boundaries(0.05, (0.5, 0.5))),
    ("times must rise", lambda: obf_boundaries(0.05, (0.5, 0.50001, 1.0))),
    (r"look must be in \[0, 1\], got 2", lambda: nominal_alpha(0.05, (0.6, 1.0), 2)),
    (r"look must be in \[0, 0\], got -1", lambda: nominal_alpha(0.05, (1.0,), -1)),
    ("look must be in", lambda: spent_p_value(0.05, (0.6, 1.0), 2, 0.05)),
    (r"p\[0\].*nan", lambda: spent_p_value(math.nan, (1.0,), 0, 0.05)),
    ("alpha must be in", lambda: spent_p_value(0.1, (1.0,), 0, 0.9)),
]


@pytest.mark.parametrize(("message", "call"), REFUSED)
def test_impossible_looks_are_refused_by_name(message: str, call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_the_first_look_spends_as_lan_and_demets_say() -> None:
    expected = 2.0 * normal_cdf(-normal_quantile(1.0 - 0.05 / 2.0) / math.sqrt(0.2))
    assert nominal_alpha(0.05, ESCALATED, 0) == pytest.approx(expected, rel=1e-9)
