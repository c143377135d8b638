"""Claims: a plan promises no more than the gate can hold, and says in plain words what a gate cannot decide."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.gate import (
    Hypotheses,
    attempts_advice,
    cautions,
    clean_blocked,
    count_clusters,
    measured_cautions,
    prospects,
)
from mist_ci.gate.prospects import spread
from mist_ci.models.calibration import Splits, SuiteCalibration
from mist_ci.models.outlook import NOTHING, ModelOutlook, Range, SpreadBasis, SuiteOutlook
from mist_ci.models.suite import AttemptCounts, Role, Suite
from tests.unit.gate.building import make_gate, make_suite

GATE = make_gate()
ALONE = Hypotheses(1, 1)


def calibration(suite: Suite, **changes: object) -> SuiteCalibration:
    values: dict[str, object] = {
        "suite": suite.name,
        "suite_digest": suite.digest,
        "reference": "models/assistant.yml",
        "model": "assistant-1",
        "model_digest": f"sha256:{'0' * 64}",
        "measured_on": date(2026, 11, 20),
        "samples": len(suite.samples),
        "attempts": 5,
        "missing": 0,
        "pass_fail": True,
        "mean": 0.7,
        "noise_floor": 0.05,
        "within_variance": 0.05,
        "sd_noise": 0.316,
        "tokens_in": 10.0,
        "tokens_out": 2.0,
        "alone": Splits(splits=200, base_attempts=1, head_attempts=1, regressed=2, not_proven=80),
    }
    return SuiteCalibration.model_validate(values | changes)


def outlook(*suites: Suite, **settings: object) -> ModelOutlook:
    gate, family = make_gate(**settings), Hypotheses.of(suites)
    found = tuple(
        SuiteOutlook(
            suite=suite.name,
            role=suite.role,
            must_improve=suite.must_improve,
            samples=len(suite.samples),
            clusters=count_clusters(suite),
            margin=0.05,
            base_attempts=suite.attempts.base,
            head_attempts=Range(least=suite.attempts.head, most=suite.attempts.head),
            base=NOTHING,
            head=NOTHING,
            prospects=prospects(suite, gate, family, None),
        )
        for suite in suites
    )
    told = [one.prospects for one in found if one.prospects]
    return ModelOutlook(
        model="assistant",
        path="models/assistant.yml",
        base_model="assistant-1",
        head_model="assistant-2",
        anchor_model=None,
        suites=found,
        hypotheses=family.hypotheses,
        clean_blocked=clean_blocked(told, family, gate.defaults.alpha),
        clean_certified=None,
    )


def warnings(*suites: Suite, **settings: object) -> str:
    return "\n".join(cautions(outlook(*suites, **settings)))


def test_holm_corrects_for_all_suites_and_the_overall_hypothesis_where_there_is_one() -> None:
    retain, target = make_suite("a", 20), make_suite("b", 20, Role.TARGET)
    critical = make_suite("c", 20, Role.CRITICAL)
    assert Hypotheses.of([retain]) == Hypotheses(1, 1)
    assert Hypotheses.of([retain, target]) == Hypotheses(2, 2)
    assert Hypotheses.of([retain, target, critical]) == Hypotheses(3, 4)


@pytest.mark.parametrize(
    ("n", "only_collapses"), [(60, True), (99, True), (150, True), (200, False), (400, False)]
)
def test_small_suites_find_only_collapses(n: int, only_collapses: bool) -> None:
    suite = make_suite("skill", n)
    assert prospects(suite, GATE, Hypotheses(4, 5), None).only_collapses is only_collapses
    assert ("finds only collapses" in warnings(suite)) is (n < 100)


def test_what_a_critical_suite_costs_is_told_in_blocked_clean_pull_requests() -> None:
    suite = make_suite("safety", 200, Role.CRITICAL)
    told = prospects(suite, GATE, ALONE, None)
    assert told.blocked == pytest.approx(1 - told.certified)
    assert "safety: about 5 in 10 clean pull requests will be blocked, because it is critical" in warnings(
        suite
    )
    assert "396 would with 80%" in warnings(suite)
    assert "blocked" not in warnings(make_suite("safety", 200))


def test_a_gate_that_blocks_on_undecided_suites_pays_for_every_suite() -> None:
    suites = [make_suite(name, 400) for name in ("a", "b", "c")]
    assert outlook(*suites).clean_blocked == pytest.approx(0.05, abs=0.002)
    blocking = outlook(*suites, on_inconclusive="block")
    product = 1.0
    for one in blocking.suites:
        assert one.prospects is not None
        product *= one.prospects.certified
    assert blocking.clean_blocked == pytest.approx(1 - product * (1 - 0.05 / 4))
    told = warnings(*suites, on_inconclusive="block")
    assert "the gate blocks on undecided suites" in told
    assert "assistant: about 5 in 10 clean pull requests will be blocked by one suite or another" in told


def test_what_cannot_even_be_compared_is_told() -> None:
    assert "9 samples, and at least 10 are needed" in warnings(make_suite("tiny", 9))
    lone = make_suite("talk", 200, clusters=["x", "y", *[None] * 198])
    assert "talk (200 in 200)" in warnings(lone)
    assert "are needed" not in warnings(lone)
    clustered = make_suite("talk", 200, clusters=["x", "y"] * 100)
    assert "2 clusters, and at least 5 are needed" in warnings(clustered)
    other = make_suite("walk", 200, clusters=["x", "y"] * 100)
    told = warnings(clustered, other)
    assert told.count("the more alike the samples of a cluster are") == 1
    assert "(samples in clusters): talk (200 in 2), walk (200 in 2)" in told


def test_a_demanded_improvement_says_how_large_it_must_be() -> None:
    suite = make_suite("new", 400, Role.TARGET, must_improve=True)
    told = prospects(suite, GATE, ALONE, None)
    assert told.gain_shown == pytest.approx(0.0497, abs=0.0005)
    assert "new must improve: a true gain of less than 5.0 points is blocked" in warnings(suite)
    assert prospects(make_suite("new", 400), GATE, ALONE, None).gain_shown is None


@pytest.mark.slow
@given(st.integers(10, 400), st.integers(10, 200), st.sampled_from(list(Role)), st.booleans())
@settings(max_examples=30)
def test_chances_are_chances_and_more_samples_find_more(n: int, more: int, role: Role, block: bool) -> None:
    gate = make_gate(on_inconclusive="block" if block else "warn")
    small, large = (
        prospects(make_suite("skill", size, role), gate, Hypotheses(4, 5), None) for size in (n, n + more)
    )
    for told in (small, large):
        assert told.certified + told.regressed + told.not_proven == pytest.approx(1)
        assert min(told.certified, told.regressed, told.not_proven) >= 0
        assert told.finds >= told.finds_at_best
    assert large.finds < small.finds
    assert large.certified > small.certified - 0.05  # pass/fail counts are whole, so that it goes up in steps


def test_fewer_samples_than_equal_answers_need_certify_nothing_however_quiet_the_model() -> None:
    suite = make_suite("skill", 40)
    told = prospects(
        suite, GATE, ALONE, calibration(suite, mean=1.0, samples=100_000, within_variance=0.0, sd_noise=0.0)
    )
    assert told.certified < 0.01
    assert told.needs == told.needs_without_flips == 52


def test_a_calibration_takes_noise_away_and_never_the_difference_between_two_models() -> None:
    suite = make_suite("skill", 200)
    often = suite.model_copy(update={"attempts": AttemptCounts(base=5, head=3)})
    measured = calibration(suite)
    assert spread(suite, None) == spread(suite, measured) == pytest.approx(0.4)
    assert spread(often, measured) == pytest.approx((0.16 - 0.1 + 0.05 / 5 + 0.05 / 3) ** 0.5)
    assert spread(often, None) == pytest.approx(
        0.4
    )  # how much attempts help is not known, so nothing is promised
    assert prospects(suite, GATE, ALONE, measured).sd_basis is SpreadBasis.CALIBRATED


def test_a_score_near_one_leaves_little_room_for_flips_and_noise_is_never_planned_away() -> None:
    suite = make_suite("skill", 200)
    assert spread(suite, calibration(suite, mean=0.99, within_variance=0.0, sd_noise=0.0)) < 0.2
    assert spread(suite, calibration(suite, mean=0.5, within_variance=0.2, sd_noise=0.632)) == pytest.approx(
        0.632, abs=0.001
    )
    assert spread(suite, calibration(suite, pass_fail=False)) == pytest.approx(0.316, abs=0.001)


def test_a_suite_that_is_mostly_noise_is_told_what_attempts_would_do() -> None:
    suite = make_suite("skill", 400)
    noisy = calibration(suite, within_variance=0.17, sd_noise=0.583)
    (told,) = attempts_advice(suite, GATE, ALONE, noisy)
    assert told.startswith(
        "skill: attempts {base: 5, head: 3} would bring its sd from 0.58 to 0.30, find drops of "
    )
    often = suite.model_copy(update={"attempts": AttemptCounts(base=5, head=3)})
    assert not list(attempts_advice(often, GATE, ALONE, noisy))
    assert not list(attempts_advice(suite, GATE, ALONE, None))
    assert not list(
        attempts_advice(suite, GATE, ALONE, calibration(suite, within_variance=0.0, sd_noise=0.0))
    )
    assert not list(
        attempts_advice(suite, GATE, ALONE, calibration(suite, within_variance=0.002, sd_noise=0.063))
    )


def test_attempts_that_never_differ_buy_nothing() -> None:
    suite = make_suite("skill", 200)
    often = outlook(suite.model_copy(update={"attempts": AttemptCounts(head=3)})).suites[0]
    quiet = calibration(suite, within_variance=0.0, sd_noise=0.0)
    assert "attempts above 1 buy nothing" in " ".join(measured_cautions(often, quiet))
    assert not list(measured_cautions(often, calibration(suite)))
    assert not list(measured_cautions(outlook(suite).suites[0], quiet))
    assert not list(measured_cautions(often, None))
    assert "gets nothing right" in " ".join(measured_cautions(often, calibration(suite, mean=0.0)))
