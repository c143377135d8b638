"""Claims about what was forgotten and gained: identities, noise, chance, and what is left unsaid."""

import math
import random
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.stats import backward_transfer, forgetting_between, forgetting_mean, forgetting_sum

PASS_FAIL = st.sampled_from([0.0, 1.0])
GRADE = st.one_of(PASS_FAIL, st.sampled_from([0.25, 0.5, 0.75]), st.floats(0.0, 1.0))
Samples = list[tuple[list[float], list[float]]]


def samples(score: st.SearchStrategy[float], least: int = 1) -> st.SearchStrategy[Samples]:
    attempts = st.lists(score, min_size=least, max_size=5)
    return st.lists(st.tuples(attempts, attempts), min_size=1, max_size=12)


def sides(pairs: Samples) -> tuple[list[list[float]], list[list[float]]]:
    return [base for base, _ in pairs], [head for _, head in pairs]


def mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


@pytest.mark.slow
@settings(max_examples=40)
@given(samples(GRADE))
def test_forgetting_and_gain_are_what_their_definitions_say(pairs: Samples) -> None:
    found = forgetting_between(*sides(pairs))
    lost = mean([mean([max(0.0, a - b) for a, b in product(*pair)]) for pair in pairs])
    gained = mean([mean([max(0.0, b - a) for a, b in product(*pair)]) for pair in pairs])
    assert (found.forgetting, found.gain) == pytest.approx((lost, gained), abs=1e-12)


@pytest.mark.slow
@settings(max_examples=40)
@given(samples(GRADE, least=2))
def test_the_floor_is_what_two_attempts_of_one_model_differ_by(pairs: Samples) -> None:
    found = forgetting_between(*sides(pairs))
    drops = [
        mean([mean([max(0.0, a - b) for a, b in permutations(side, 2)]) for side in sides(pairs)[index]])
        for index in (0, 1)
    ]
    assert found.floor == pytest.approx(sum(drops) / 2.0, abs=1e-12)
    assert found.floor_samples == len(pairs)


@pytest.mark.slow
@settings(max_examples=40)
@given(samples(GRADE))
def test_gain_less_forgetting_is_the_difference_of_means(pairs: Samples) -> None:
    found = forgetting_between(*sides(pairs))
    assert found.delta == pytest.approx(found.head_mean - found.base_mean, abs=1e-12)
    assert found.gain - found.forgetting == pytest.approx(found.delta, abs=1e-12)
    if found.net_gain is not None and found.net_forgetting is not None:
        assert found.net_gain - found.net_forgetting == pytest.approx(found.delta, abs=1e-12)


@pytest.mark.slow
@settings(max_examples=40)
@given(samples(GRADE), st.randoms(use_true_random=False))
def test_neither_the_order_of_samples_nor_of_attempts_matters(
    pairs: Samples, shuffler: random.Random
) -> None:
    mixed = [(shuffler.sample(base, len(base)), shuffler.sample(head, len(head))) for base, head in pairs]
    shuffler.shuffle(mixed)
    assert forgetting_between(*sides(mixed)) == forgetting_between(*sides(pairs))


@pytest.mark.slow
@settings(max_examples=40)
@given(samples(GRADE))
def test_swapping_the_sides_swaps_forgetting_and_gain(pairs: Samples) -> None:
    base, head = sides(pairs)
    found, swapped = forgetting_between(base, head), forgetting_between(head, base)
    assert (found.forgetting, found.gain) == (swapped.gain, swapped.forgetting)
    assert found.floor == pytest.approx(swapped.floor, abs=1e-15)


@pytest.mark.slow
@settings(max_examples=40)
@given(samples(PASS_FAIL))
def test_of_pass_and_fail_only_the_rates_count(pairs: Samples) -> None:
    found = forgetting_between(*sides(pairs))
    expected = mean([mean(base) * (1.0 - mean(head)) for base, head in pairs])
    assert found.forgetting == pytest.approx(expected, abs=1e-12)


def drawn(rate: float, attempts: int, source: random.Random) -> list[float]:
    return [float(source.random() < rate) for _ in range(attempts)]


@pytest.mark.slow
def test_without_change_forgetting_is_noise_and_net_forgetting_is_about_zero() -> None:
    source = random.Random(4)
    rates = [source.betavariate(0.9, 0.4) for _ in range(20_000)]
    found = forgetting_between(*([drawn(rate, 3, source) for rate in rates] for _ in range(2)))
    assert found.forgetting > 0.05
    assert found.net_forgetting == pytest.approx(0.0, abs=0.003)
    assert found.net_gain == pytest.approx(0.0, abs=0.003)


@pytest.mark.slow
def test_the_chance_term_takes_lucky_guesses_out_where_the_sides_guess_apart() -> None:
    source = random.Random(7)
    known = [[source.random() < 0.6 for _ in range(40_000)] for _ in range(2)]
    base, head = ([drawn(1.0 if sure else 0.25, 1, source) for sure in side] for side in known)
    found = forgetting_between(base, head, choices=4)
    really = mean([float(sure and right == [0.0]) for sure, right in zip(known[0], head, strict=True)])
    assert found.forgetting > really + 0.02
    assert found.chance_forgetting == pytest.approx(really, abs=0.004)


@pytest.mark.slow
def test_the_chance_term_takes_out_too_little_where_both_guess_at_the_same_samples() -> None:
    source = random.Random(8)
    known = [source.random() < 0.6 for _ in range(40_000)]
    base, head = ([drawn(1.0 if sure else 0.25, 1, source) for sure in known] for _ in range(2))
    found = forgetting_between(base, head, choices=4)
    assert found.chance_forgetting is not None
    assert 0.0 < found.chance_forgetting < found.forgetting


def test_choices_may_differ_from_sample_to_sample() -> None:
    base, head = [[1.0], [0.0], [0.0]], [[0.0], [1.0], [0.0]]
    same = forgetting_between(base, head, choices=[4, 4, 4])
    assert same == forgetting_between(base, head, choices=4)
    mixed = forgetting_between(base, head, choices=[2, 3, 5])
    assert mixed.chance_term == pytest.approx(4 / 9 * (1 + 1 / 2 + 1 / 4) / 3)


def test_one_attempt_a_side_leaves_the_floor_unsaid() -> None:
    found = forgetting_between([[1.0], [0.5]], [[0.0], [0.5]])
    unsaid = (found.floor, found.net_forgetting, found.net_gain, found.net_forgetting_rate, found.chance_term)
    assert unsaid == (None,) * 5
    assert found.floor_samples == 0


@pytest.mark.parametrize(("repeated", "known"), [(8, True), (7, False)])
def test_the_floor_needs_four_in_five_samples_with_two_attempts(repeated: int, known: bool) -> None:
    base = [[1.0, 0.0]] * repeated + [[1.0]] * (10 - repeated)
    head = [[1.0, 0.0]] * 10
    found = forgetting_between(base, head)
    assert (found.floor is not None) == known
    assert found.floor_samples == repeated
    assert not known or found.floor == 0.5


def test_a_base_that_never_scores_has_no_rates() -> None:
    found = forgetting_between([[0.0, 0.0]], [[1.0, 0.0]])
    assert (found.forgetting_rate, found.retention, found.net_forgetting_rate) == (None, None, None)


@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=9))
def test_sums_over_suites_count_drops_only(deltas: list[float]) -> None:
    rises = math.fsum(max(0.0, delta) for delta in deltas)
    assert 0.0 <= forgetting_sum(deltas) <= len(deltas)
    assert forgetting_mean(deltas) == pytest.approx(forgetting_sum(deltas) / len(deltas))
    assert backward_transfer(deltas) == pytest.approx(
        rises / len(deltas) - forgetting_mean(deltas), abs=1e-12
    )


def test_a_sum_over_suites_may_exceed_one_so_it_is_no_rate() -> None:
    assert forgetting_sum([-0.6, -0.6, 0.9]) == pytest.approx(1.2)
