"""Claims: a head that plays the gate does not get through. Leaks, waivers, additions, removals, re-runs."""

from datetime import date

import pytest

from mist_ci.gate import compare, decide, waived_suites, waivers_in_force
from mist_ci.models.config import Waiver
from mist_ci.models.suite import Role, Suite
from mist_ci.models.verdict import Outcome, Verdict
from tests.unit.gate.building import (
    BASE,
    HEAD,
    Pair,
    answers,
    data_report,
    decide_suites,
    finding,
    make_change,
    make_gate,
    make_suite,
    only_suite,
    outcomes,
    suite_verdicts,
    whole,
)

TODAY = date(2026, 11, 23)
DROPPED = outcomes(400, gain=22, loss=51)


def keys(suite: Suite, count: int) -> dict[str, tuple[str, ...]]:
    """The first samples of a suite, as found in the training data."""
    return {suite.name: tuple(sample.key for sample in suite.samples[:count])}


def waiver(**changes: object) -> Waiver:
    fields = {
        "gate": "release",
        "suite": "skill",
        "model_digest": HEAD.digest,
        "reason": "dropped feature, RFC 12",
        "expires": date(2027, 1, 31),
    }
    return Waiver.model_validate(fields | changes)


def test_training_on_the_samples_one_fails_does_not_hide_a_drop() -> None:
    suite, pairs = make_suite("skill", 1000), outcomes(1000, gain=50, loss=80)
    honest = only_suite(decide_suites([(suite, pairs)]))
    decision = decide_suites([(suite, pairs)], leaked=keys(suite, 50))
    found = only_suite(decision)
    assert honest.verdict is Verdict.PASS
    assert found.verdict is Verdict.REGRESSED
    assert decision.outcome is Outcome.FAILED
    assert found.problems == ("regressed",)  # exactly 5% leaked is not yet a failure of its own


def test_a_drop_that_only_shows_without_leaked_samples_is_told_by_its_own_number() -> None:
    suite = make_suite("skill", 1000)
    decision = decide_suites([(suite, outcomes(1000, gain=50, loss=80))], leaked=keys(suite, 50))
    assert decision.reasons[0] == "regressed: skill −8.4 points"
    notes = only_suite(decision).notes
    assert notes == (
        "50 samples are in the training data: decided with and without them (−8.4 points without)",
    )


def test_a_doubt_that_only_shows_without_leaked_samples_is_told_by_its_own_bound() -> None:
    suite, pairs = make_suite("skill", 100), outcomes(100, gain=4, loss=2)
    decision = decide_suites([(suite, pairs)], leaked=keys(suite, 4))
    found = only_suite(decision)
    assert only_suite(decide_suites([(suite, pairs)])).verdict is Verdict.PASS
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.interval == found.numbers.interval_without_leaked
    assert found.interval is not None
    assert found.interval.low < -0.05
    assert decision.reasons[0].startswith(
        f"not proven: a drop of up to {-100 * found.interval.low:.1f} points"
    )


def test_leaking_the_samples_that_head_fails_does_not_take_them_out() -> None:
    """Put one's losses into the training data, and they would be excused, if only the clean rest counted."""
    suite, pairs = make_suite("skill", 400), outcomes(400, gain=22, loss=51)
    losses = {"skill": tuple(sample.key for sample in suite.samples[22:42])}
    decision = decide_suites([(suite, pairs)], leaked=losses)
    assert only_suite(decision).verdict is Verdict.REGRESSED
    assert decision.reasons[0] == "regressed: skill −7.2 points"


def test_a_critical_suite_must_be_certified_without_its_leaked_samples_too() -> None:
    suite = make_suite("skill", 52, Role.CRITICAL)
    assert decide_suites([(suite, outcomes(52))]).outcome is Outcome.PASSED
    decision = decide_suites([(suite, outcomes(52))], leaked=keys(suite, 2))
    assert decision.outcome is Outcome.FAILED
    assert "critical, and not certified to hold its margin" in decision.reasons[0]


def test_leaking_more_than_a_twentieth_of_a_suite_fails_it_however_good_it_is() -> None:
    suite = make_suite("skill", 200)
    decision = decide_suites([(suite, outcomes(200, gain=30))], leaked=keys(suite, 11))
    assert decision.outcome is Outcome.FAILED
    assert decision.reasons[0] == "skill: 11 of 200 samples are in the training data"


@pytest.mark.parametrize("count", [11, 195, 200])
def test_leaking_so_much_that_nothing_is_left_to_compare_is_a_failure_all_the_same(count: int) -> None:
    suite = make_suite("skill", 200)
    decision = decide_suites([(suite, outcomes(200))], leaked=keys(suite, count))
    assert decision.outcome is Outcome.FAILED
    assert decision.reasons[0] == f"skill: {count} of 200 samples are in the training data"
    nothing_left = count == 200
    assert any("too few are left" in reason for reason in decision.reasons) is nothing_left


def test_leaking_a_suite_that_cannot_be_compared_anyway_is_a_failure() -> None:
    suite = make_suite("skill", 9)
    assert decide_suites([(suite, outcomes(9))]).outcome is Outcome.COULD_NOT_RUN
    assert decide_suites([(suite, outcomes(9))], leaked=keys(suite, 1)).outcome is Outcome.FAILED


def test_keys_that_are_not_in_the_suite_leak_nothing() -> None:
    suite = make_suite("skill", 200)
    elsewhere = {"skill": ("unknown",), "other": ("unknown",)}
    decision = decide_suites([(suite, outcomes(200))], leaked=elsewhere)
    assert only_suite(decision) == only_suite(decide_suites([(suite, outcomes(200))]))


@pytest.mark.slow
def test_a_loss_over_all_suites_shows_without_leaked_samples() -> None:
    """Each suite leaks a twentieth and wins just there; the overall hypothesis is decided twice as well."""
    played = [(make_suite(f"skill-{i}", 500), outcomes(500, gain=45, loss=38)) for i in range(6)]
    leaked = {suite.name: keys(suite, 25)[suite.name] for suite, _ in played}
    honest, found = decide_suites(played), decide_suites(played, leaked=leaked)
    assert honest.outcome is Outcome.PASSED
    overall = found.models[0].overall
    assert overall is not None
    assert overall.verdict is Verdict.REGRESSED
    assert overall.numbers.estimate < 0
    assert found.outcome is Outcome.FAILED


def test_a_waiver_in_force_turns_one_failure_into_a_noted_pass() -> None:
    suite = make_suite("skill", 400)
    decision = decide_suites([(suite, DROPPED)], waivers=[waiver()])
    found = only_suite(decision)
    assert decision.outcome is Outcome.PASSED
    assert found.verdict is Verdict.REGRESSED
    assert found.waiver == "dropped feature, RFC 12"
    assert found.notes[-1] == "failure waived until 2027-01-31 (dropped feature, RFC 12): regressed"
    assert decision.reasons == ("skill: failure waived (dropped feature, RFC 12)",)


@pytest.mark.parametrize(
    "other",
    [waiver(model_digest=BASE.digest), waiver(suite="other")],
    ids=["another model", "another suite"],
)
def test_a_waiver_forgives_only_what_it_names(other: Waiver) -> None:
    assert decide_suites([(make_suite("skill", 400), DROPPED)], waivers=[other]).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("changes", "in_force"),
    [
        ({}, True),
        ({"expires": TODAY}, True),
        ({"expires": date(2026, 11, 22)}, False),
        ({"gate": "nightly"}, False),
    ],
)
def test_a_waiver_holds_for_its_gate_until_its_last_day(changes: dict[str, object], in_force: bool) -> None:
    one = waiver(**changes)
    assert waivers_in_force([one], "release", TODAY) == ((one,) if in_force else ())


def test_a_waiver_cannot_stand_in_for_evidence() -> None:
    decision = decide_suites([(make_suite("skill", 9), outcomes(9))], waivers=[waiver()])
    assert decision.outcome is Outcome.COULD_NOT_RUN
    assert only_suite(decision).waiver is None
    suite = make_suite("skill", 200)
    decision = decide_suites([(suite, outcomes(200))], leaked=keys(suite, 200), waivers=[waiver()])
    assert decision.outcome is Outcome.FAILED
    assert only_suite(decision).waiver is None


def test_a_waiver_forgives_neither_data_nor_another_suite() -> None:
    played = [(make_suite("skill", 400), DROPPED), (make_suite("other", 400), DROPPED)]
    assert (
        decide_suites(played[:1], waivers=[waiver()], data=[data_report([finding()])]).outcome
        is Outcome.FAILED
    )
    decision = decide_suites(played, waivers=[waiver()])
    assert decision.outcome is Outcome.FAILED
    assert suite_verdicts(decision)["skill"].outcome is Outcome.PASSED
    assert decision.reasons[0] == "regressed: other −7.2 points"


def test_a_waived_loss_does_not_come_back_through_the_overall_hypothesis() -> None:
    played = [(make_suite(f"skill{i or ''}", 400), DROPPED if i == 0 else outcomes(400)) for i in range(3)]
    waived = decide_suites(played, waivers=[waiver()])
    assert decide_suites(played).outcome is Outcome.FAILED
    assert waived.outcome is Outcome.PASSED
    overall = waived.models[0].overall
    assert overall is not None
    assert overall.numbers.suites == 2


def test_a_waiver_of_a_suite_that_holds_is_not_mentioned() -> None:
    found = only_suite(decide_suites([(make_suite("skill", 600), outcomes(600))], waivers=[waiver()]))
    assert (found.outcome, found.waiver, found.notes) == (Outcome.PASSED, None, ())


def test_a_waiver_names_provider_model_and_parameters() -> None:
    assert waived_suites([waiver()], HEAD.digest) == {"skill"}
    warmer = HEAD.model_copy(update={"parameters": HEAD.parameters.model_copy(update={"temperature": 0.7})})
    elsewhere = HEAD.model_copy(update={"provider": "cloud"})
    assert waived_suites([waiver()], warmer.digest) == frozenset()
    assert waived_suites([waiver()], elsewhere.digest) == frozenset()
    retrained = HEAD.model_copy(update={"chat_template": "templates/x.jinja"})
    assert retrained.digest == HEAD.digest


@pytest.mark.slow
def test_twelve_hundred_easy_samples_in_a_new_version_do_not_dilute_a_drop() -> None:
    suite = make_suite("skill", 400)
    easy = make_suite("skill", 1600, version="2")
    diluted: list[Pair] = [*DROPPED, *outcomes(1200)]
    assert only_suite(decide_suites([(easy, diluted)])).verdict is Verdict.PASS
    assert decide_suites([(suite, DROPPED)], extra=answers(easy, diluted)).outcome is Outcome.FAILED


def test_leaving_out_the_samples_that_head_fails_is_not_comparable() -> None:
    suite = make_suite("skill", 400)
    dodged: list[Pair] = [(base, None if head == 0 else head) for base, head in DROPPED]
    assert decide_suites([(suite, dodged)]).outcome is Outcome.COULD_NOT_RUN


def test_leaving_out_as_many_failures_as_are_allowed_is_no_pass() -> None:
    suite, pairs = make_suite("skill", 400), outcomes(400, loss=24)
    dodged: list[Pair] = [(base, None if i < 8 else head) for i, (base, head) in enumerate(pairs)]
    assert only_suite(decide_suites([(suite, pairs)])).verdict is Verdict.REGRESSED
    assert only_suite(decide_suites([(suite, dodged)])).verdict in {Verdict.REGRESSED, Verdict.INCONCLUSIVE}


def test_a_suite_without_any_answer_of_head_could_not_run() -> None:
    suite = make_suite("skill", 60)
    silent: list[Pair] = [(1.0, None)] * 60
    assert decide_suites([(suite, silent)]).outcome is Outcome.COULD_NOT_RUN
    assert decide_suites([(suite, silent)], baseline=False).outcome is Outcome.COULD_NOT_RUN


def test_one_good_suite_does_not_make_up_for_a_bad_one() -> None:
    target = (make_suite("target", 200, Role.TARGET), outcomes(200, gain=150))
    assert decide_suites([target, (make_suite("skill", 400), DROPPED)]).outcome is Outcome.FAILED


def test_one_good_model_does_not_make_up_for_a_bad_one() -> None:
    gate, suite = make_gate(), make_suite("skill", 400)
    good, bad = (
        compare(make_change(), whole([suite]), answers(suite, pairs), gate, {})
        for pairs in (outcomes(400), DROPPED)
    )
    assert decide(gate, [good]).outcome is Outcome.PASSED
    assert decide(gate, [good, bad]).outcome is decide(gate, [bad, good]).outcome is Outcome.FAILED


@pytest.mark.parametrize("has_baseline", [True, False])
def test_leaving_out_every_attempt_that_would_be_wrong_is_not_comparable(has_baseline: bool) -> None:
    """Every sample still has a score of head: that of the attempts that went well."""
    suite = make_suite("skill", 100, floor=0.9)
    pairs: list[Pair] = [((1.0, 1.0, 1.0), (1.0, None, None))] * 100
    verdict = only_suite(decide_suites([(suite, pairs)], baseline=has_baseline))
    assert verdict.outcome is Outcome.COULD_NOT_RUN
    assert "200 of 300 attempts of head have no score (at most 5%)" in str(verdict.numbers.not_comparable)


def test_sides_that_lost_different_shares_of_their_attempts_are_not_comparable() -> None:
    suite = make_suite("skill", 100)
    pairs: list[Pair] = [((1.0, 1.0), (1.0, None))] * 5 + [((1.0, 1.0), (1.0, 1.0))] * 95
    verdict = only_suite(decide_suites([(suite, pairs)]))
    assert verdict.outcome is Outcome.COULD_NOT_RUN
    assert "5 of 200 of head have no score: too different" in str(verdict.numbers.not_comparable)


def test_a_few_attempts_without_a_score_on_both_sides_are_borne() -> None:
    suite = make_suite("skill", 100)
    pairs: list[Pair] = [((1.0, None), (1.0, 1.0)), ((1.0, 1.0), (1.0, None))]
    pairs += [((1.0, 1.0), (1.0, 1.0))] * 98
    assert only_suite(decide_suites([(suite, pairs)])).outcome is Outcome.PASSED
