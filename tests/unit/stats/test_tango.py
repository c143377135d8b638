"""Tango's interval against direct maximisation of the likelihood, its edge cases, and its order."""

import itertools
import math
from decimal import Decimal, localcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import optimize, special, stats

from mist_ci.stats import critical_z, mcnemar_midp, tango_bounds, tango_z

COUNTS = [(1, 7, 40), (0, 3, 20), (5, 0, 12), (4, 4, 15), (22, 51, 400), (3, 6, 9), (1, 0, 1), (9, 1, 11)]


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int, int]:
    n = draw(st.integers(1, 400))
    gains = draw(st.integers(0, n))
    return gains, draw(st.integers(0, n - gains)), n


def z_by_maximisation(gains: int, losses: int, n: int, difference: float) -> float:
    """The score statistic with P(loss) found by maximising the trinomial likelihood numerically."""

    def minus_log_likelihood(loss_rate: float) -> float:
        ties = 1.0 - 2.0 * loss_rate - difference
        rates = (loss_rate + difference, loss_rate, ties)
        return -math.fsum(
            float(special.xlogy(count, max(rate, 0.0)))
            for count, rate in zip((gains, losses, n - gains - losses), rates, strict=True)
        )

    ends = max(0.0, -difference), (1.0 - difference) / 2.0
    best = optimize.minimize_scalar(
        minus_log_likelihood, bounds=ends, method="bounded", options={"xatol": 1e-12}
    )
    loss_rate = min((*ends, float(best.x)), key=minus_log_likelihood)
    variance = n * (2.0 * loss_rate + difference * (1.0 - difference))
    return (gains - losses - n * difference) / math.sqrt(variance)


@pytest.mark.parametrize(("gains", "losses", "n"), COUNTS)
@pytest.mark.parametrize("difference", [-0.9, -0.3, -0.05, 0.0, 0.02, 0.4, 0.95])
def test_the_statistic_uses_the_most_likely_loss_rate(
    gains: int, losses: int, n: int, difference: float
) -> None:
    if difference == 0.0 or gains - losses != n * difference:
        expected = z_by_maximisation(gains, losses, n, difference)
        assert tango_z(gains, losses, n, difference) == pytest.approx(expected, rel=1e-5, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("gains", "losses", "n"), COUNTS)
@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.2])
def test_the_bounds_are_where_the_statistic_meets_its_critical_value(
    gains: int, losses: int, n: int, alpha: float
) -> None:
    bounds, estimate, z = tango_bounds(gains, losses, n, alpha=alpha), (gains - losses) / n, critical_z(alpha)

    def crossing(start: float, end: float, target: float) -> float:
        def gap(difference: float) -> float:
            return z_by_maximisation(gains, losses, n, difference) - target

        return float(optimize.brentq(gap, start, end, xtol=1e-12))

    if estimate > -1.0:
        assert bounds.low == pytest.approx(crossing(-1.0 + 1e-9, estimate - 1e-9, z), abs=2e-6)
    if estimate < 1.0:
        assert bounds.high == pytest.approx(crossing(estimate + 1e-9, 1.0 - 1e-9, -z), abs=2e-6)


@pytest.mark.parametrize("n", [1, 2, 30, 100_000])
@pytest.mark.parametrize("alpha", [0.007143, 0.05, 0.3])
def test_extreme_outcomes_have_their_closed_forms(n: int, alpha: float) -> None:
    square = critical_z(alpha) ** 2
    none = tango_bounds(0, 0, n, alpha=alpha)
    gains, losses = tango_bounds(n, 0, n, alpha=alpha), tango_bounds(0, n, n, alpha=alpha)
    assert (none.low, none.high) == pytest.approx((-square / (n + square), square / (n + square)), abs=1e-10)
    assert (gains.low, gains.high) == pytest.approx(((n - square) / (n + square), 1.0), abs=1e-10)
    assert gains.high == 1.0
    assert (losses.low, losses.high) == (-1.0, -gains.low)


@given(counts(), st.floats(1e-6, 0.5))
def test_swapping_sides_mirrors_the_interval(pair: tuple[int, int, int], alpha: float) -> None:
    gains, losses, n = pair
    one, other = tango_bounds(gains, losses, n, alpha=alpha), tango_bounds(losses, gains, n, alpha=alpha)
    assert (one.low, one.high) == (-other.high, -other.low)


@given(counts(), st.floats(1e-6, 0.5))
def test_the_interval_holds_the_estimate_and_stays_in_range(pair: tuple[int, int, int], alpha: float) -> None:
    gains, losses, n = pair
    bounds = tango_bounds(gains, losses, n, alpha=alpha)
    assert -1.0 <= bounds.low <= (gains - losses) / n <= bounds.high <= 1.0


@given(counts(), st.floats(1e-4, 0.5), st.floats(1e-4, 0.5))
def test_more_certainty_never_gives_a_narrower_interval(
    pair: tuple[int, int, int], alpha: float, other: float
) -> None:
    wide, narrow = (tango_bounds(*pair, alpha=a) for a in sorted((alpha, other)))
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@pytest.mark.parametrize("n", [1, 2, 7, 15])
def test_more_losses_never_raise_a_bound(n: int) -> None:
    cells = [
        (gains, losses) for gains, losses in itertools.product(range(n + 1), repeat=2) if gains + losses <= n
    ]
    bounds = {cell: tango_bounds(*cell, n, alpha=0.05) for cell in cells}
    for gains, losses in cells:
        for worse in ((gains, losses + 1), (gains - 1, losses), (gains - 1, losses + 1)):
            if worse in bounds:
                assert bounds[worse].low <= bounds[gains, losses].low + 1e-13
                assert bounds[worse].high <= bounds[gains, losses].high + 1e-13


def z_by_long_arithmetic(gains: int, losses: int, n: int, difference: Decimal) -> Decimal:
    """The textbook formula as it stands, with 80 digits."""
    with localcontext(prec=80):
        a, c = Decimal(2 * n), -losses * difference * (1 - difference)
        b = (2 * n - gains + losses) * difference - gains - losses
        loss_rate = ((b * b - 4 * a * c).sqrt() - b) / (2 * a)
        variance = n * (2 * loss_rate + difference * (1 - difference))
        return (gains - losses - n * difference) / variance.sqrt()


@pytest.mark.parametrize(("gains", "losses", "n"), [*COUNTS, (0, 1, 1), (0, 0, 50), (0, 50, 50), (1, 98, 99)])
@pytest.mark.parametrize("size", [1e-12, 0.3, 0.999, 1.0 - 1e-9, 1.0 - 2.0**-52])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_statistic_keeps_its_digits_near_the_ends(
    gains: int, losses: int, n: int, size: float, sign: float
) -> None:
    expected = float(z_by_long_arithmetic(gains, losses, n, Decimal(sign * size)))
    assert tango_z(gains, losses, n, sign * size) == pytest.approx(expected, rel=1e-10, abs=1e-6)


@example((0, 1, 1), 0.0, -1.0 + 2.0**-53)
@given(counts(), st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
def test_a_higher_hypothesis_never_raises_the_statistic(
    pair: tuple[int, int, int], one: float, other: float
) -> None:
    lower, upper = sorted((one, other))
    assert tango_z(*pair, upper) <= tango_z(*pair, lower) + 1e-6


def test_impossible_hypotheses_are_infinitely_far() -> None:
    assert tango_z(3, 1, 4, 1.0) == -math.inf
    assert tango_z(3, 1, 4, -1.0) == math.inf
    assert tango_z(4, 0, 4, 1.0) == 0.0


@pytest.mark.parametrize(
    ("gains", "losses"), [(0, 0), (0, 5), (5, 0), (3, 8), (40, 40), (300, 411), (90, 20)]
)
def test_mid_p_agrees_with_the_binomial_distribution(gains: int, losses: int) -> None:
    n = gains + losses
    expected = float(stats.binom.cdf(gains, n, 0.5) - 0.5 * stats.binom.pmf(gains, n, 0.5))
    assert mcnemar_midp(gains, losses) == pytest.approx(expected, rel=1e-11, abs=0.0)


def test_mid_p_is_half_way_between_two_exact_binomial_tests() -> None:
    with_tie = stats.binomtest(7, 27, 0.5, alternative="less").pvalue
    without_tie = stats.binomtest(6, 27, 0.5, alternative="less").pvalue
    assert mcnemar_midp(7, 20) == pytest.approx(float(with_tie + without_tie) / 2.0, rel=1e-12, abs=0.0)


@pytest.mark.slow
def test_mid_p_survives_a_hundred_thousand_discordant_pairs() -> None:
    expected = float(stats.binom.cdf(49_500, 100_000, 0.5) - 0.5 * stats.binom.pmf(49_500, 100_000, 0.5))
    assert mcnemar_midp(49_500, 50_500) == pytest.approx(expected, rel=1e-9, abs=0.0)
    assert mcnemar_midp(0, 100_000) == 0.0


@given(st.integers(0, 500), st.integers(0, 500))
def test_mid_p_of_both_directions_adds_up_to_one(gains: int, losses: int) -> None:
    assert mcnemar_midp(gains, losses) + mcnemar_midp(losses, gains) == pytest.approx(1.0, abs=1e-14)
