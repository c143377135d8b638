"""Missing scores: both extremes, cautious cover, nothing dropped without a count."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.stats import ScorePair, imputed_interval, imputed_overall, overall_interval, paired_interval

PASS_FAIL = st.sampled_from([0.0, 1.0])
RUBRIC = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


def pairs_of(scores: st.SearchStrategy[float]) -> st.SearchStrategy[list[ScorePair]]:
    pair = st.tuples(st.none() | scores, st.none() | scores)
    known: st.SearchStrategy[ScorePair] = st.tuples(scores, scores)
    return st.tuples(known, known, st.lists(known | pair, max_size=40)).map(lambda t: [t[0], t[1], *t[2]])


ANY = pairs_of(PASS_FAIL) | pairs_of(RUBRIC)


@given(ANY)
def test_worst_imputation_never_beats_best(pairs: list[ScorePair]) -> None:
    found = imputed_interval(pairs, alpha=0.05)
    assert found.worst.estimate <= found.interval.estimate <= found.best.estimate


@given(pairs_of(PASS_FAIL))
def test_pass_fail_suites_take_low_from_worst_and_high_from_best(pairs: list[ScorePair]) -> None:
    found = imputed_interval(pairs, alpha=0.05)
    assert (found.interval.low, found.interval.high) == (found.worst.low, found.best.high)
    assert found.interval.p_regressed == found.best.p_regressed
    assert found.interval.p_improved == found.worst.p_improved


@given(ANY)
def test_the_interval_covers_both_imputations(pairs: list[ScorePair]) -> None:
    found = imputed_interval(pairs, alpha=0.05)
    for extreme in (found.worst, found.best):
        assert found.interval.low <= extreme.low
        assert found.interval.high >= extreme.high
        assert found.interval.p_regressed >= extreme.p_regressed
        assert found.interval.p_improved >= extreme.p_improved


@given(pairs_of(PASS_FAIL), st.data())
def test_missing_pass_fail_scores_only_move_towards_inconclusive(
    pairs: list[ScorePair], data: st.DataObject
) -> None:
    truth: list[ScorePair] = [
        (data.draw(PASS_FAIL) if base is None else base, data.draw(PASS_FAIL) if head is None else head)
        for base, head in pairs
        if base is not None or head is not None
    ]
    missing, complete = imputed_interval(pairs, alpha=0.05), imputed_interval(truth, alpha=0.05)
    assert missing.interval.low <= complete.interval.low + 1e-13
    assert missing.interval.high >= complete.interval.high - 1e-13
    assert missing.interval.p_regressed >= complete.interval.p_regressed - 1e-13


@given(ANY)
def test_every_pair_is_counted(pairs: list[ScorePair]) -> None:
    found = imputed_interval(pairs, alpha=0.05)
    assert found.both_missing == pairs.count((None, None))
    assert found.imputed == sum((base is None) != (head is None) for base, head in pairs)
    assert found.interval.n == len(pairs) - found.both_missing


@given(ANY)
def test_swapping_sides_mirrors_the_interval(pairs: list[ScorePair]) -> None:
    found = imputed_interval(pairs, alpha=0.05).interval
    swapped = imputed_interval([(head, base) for base, head in pairs], alpha=0.05).interval
    assert (swapped.low, swapped.high) == pytest.approx((-found.high, -found.low), abs=1e-12)
    assert (swapped.p_regressed, swapped.estimate) == pytest.approx(
        (found.p_improved, -found.estimate), abs=1e-12
    )


def test_complete_pairs_give_the_plain_interval() -> None:
    pairs: list[ScorePair] = [(1.0, 0.5), (0.25, 0.75), (1.0, 0.0), (0.5, 0.5)]
    found = imputed_interval(pairs, alpha=0.05)
    assert found.interval == found.worst == found.best
    assert found.interval == paired_interval([-0.5, 0.5, -1.0, 0.0], alpha=0.05)


def test_the_estimate_is_that_of_the_pairs_scored_on_both_sides() -> None:
    known: list[ScorePair] = [*[(1.0, 1.0)] * 17, *[(1.0, 0.0)] * 2]
    found = imputed_interval([*known, (1.0, None)], alpha=0.05)
    assert found.interval.estimate == pytest.approx(-2 / 19)


def test_the_estimate_stays_within_what_missing_scores_could_make_of_it() -> None:
    found = imputed_interval([(1.0, 0.0), (1.0, 0.0), (0.0, None)], alpha=0.05)
    assert found.interval.estimate == found.worst.estimate == pytest.approx(-2 / 3)


def test_pairs_that_all_miss_a_side_are_estimated_half_way() -> None:
    found = imputed_interval([(1.0, None), (None, 1.0), (1.0, None)], alpha=0.05)
    assert found.interval.estimate == (found.worst.estimate + found.best.estimate) / 2.0


def test_clusters_follow_their_pairs_when_some_are_left_out() -> None:
    pairs: list[ScorePair] = [(1.0, 0.5), (None, None), (0.25, 0.75), (1.0, 0.0)]
    found = imputed_interval(pairs, alpha=0.05, clusters=["a", "gone", "b", "b"])
    assert found.interval == paired_interval([-0.5, 0.5, -1.0], alpha=0.05, clusters=["a", "b", "b"])


def test_a_score_that_widens_more_than_it_moves_cannot_turn_missing_into_a_pass() -> None:
    pairs: list[ScorePair] = [(0.5, 0.4545 + 0.001 * (index % 2)) for index in range(79)]
    found = imputed_interval([*pairs, (0.05, None)], alpha=0.05)
    assert found.best.low < -0.05 < found.worst.low
    assert found.interval.low == found.best.low


@given(ANY)
def test_overall_equals_the_plain_one_when_nothing_is_missing(pairs: list[ScorePair]) -> None:
    known = [pair for pair in pairs if None not in pair]
    suite = imputed_interval(known, alpha=0.05)
    plain = overall_interval([suite.interval, suite.interval], alpha=0.05)
    assert imputed_overall([suite, suite], alpha=0.05) == plain


@given(ANY)
def test_overall_is_no_surer_than_either_imputation(pairs: list[ScorePair]) -> None:
    suite = imputed_interval(pairs, alpha=0.05)
    found = imputed_overall([suite, suite], alpha=0.05)
    for extreme in (suite.worst, suite.best):
        plain = overall_interval([extreme, extreme], alpha=0.05)
        assert found.low <= plain.low <= plain.high <= found.high
        assert found.p_regressed >= plain.p_regressed
        assert found.p_improved >= plain.p_improved


def test_a_small_loss_in_every_suite_is_found_together() -> None:
    suite = paired_interval([-1.0] * 14 + [1.0] * 6 + [0.0] * 180, alpha=0.05)
    assert suite.p_regressed > 0.01
    assert overall_interval([suite] * 8, alpha=0.05).p_regressed < 1e-5


def test_every_suite_weighs_the_same_in_the_overall_mean() -> None:
    large = paired_interval([-1.0] * 100 + [0.0] * 900, alpha=0.05)
    small = dataclasses.replace(large, n=10, estimate=0.1)
    assert overall_interval([large, small], alpha=0.05).estimate == pytest.approx(0.0)
