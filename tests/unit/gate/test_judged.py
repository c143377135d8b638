"""Claims: a judge that nobody has checked decides nothing, and one that was checked decides no more than it can."""

from collections.abc import Sequence
from datetime import date

import pytest
from msgspec.structs import replace

from mist_ci.gate import compare, decide, judge_floor
from mist_ci.models.attempt import Attempt, Judgement, Side
from mist_ci.models.config import Gate
from mist_ci.models.judges import Confusion, JudgeCheck, Judges, answer_key
from mist_ci.models.suite import GraderSpec, Role, Suite
from mist_ci.models.verdict import Decision, Outcome, SuiteVerdict, Verdict
from tests.unit.gate.building import (
    Pair,
    answers,
    make_change,
    make_gate,
    make_suite,
    outcomes,
    suite_verdicts,
    whole,
)

GOOD = Confusion(right_pass=40, wrong_pass=3, wrong_fail=4, right_fail=33)
SPEC = GraderSpec(name="judge", version=1, options={"model": "judge-2026-01-01"}, asks="judge-2026-01-01")
PAIRS = GraderSpec(name="pairwise", version=1, options={}, asks="judge-2026-01-01", compares=True)


def judged(name: str = "tone", n: int = 200, spec: GraderSpec = SPEC, **settings: object) -> Suite:
    suite = make_suite(name, n, **settings)  # type: ignore[arg-type]
    return suite.model_copy(update={"graders": (spec,), "primary": spec.name})


def vouched(suite: Suite, confusion: Confusion = GOOD, people: dict[str, float] | None = None) -> Judges:
    assert suite.judge is not None
    check = JudgeCheck(
        suite=suite.name,
        judge=suite.judge.digest,
        grader=suite.judge.name,
        model="judge-2026-01-01",
        checked_on=date(2026, 11, 1),
        labels_digest="sha256:" + "0" * 64,
        confusion=confusion,
        kappa=None,
        kappa_interval=None,
        people=people or {},
    )
    return Judges(checks=(check,))


def decided(
    played: Sequence[tuple[Suite, Sequence[Pair]]],
    judges: Judges | None = None,
    gate: Gate | None = None,
    extra: Sequence[Attempt] | None = None,
) -> Decision:
    attempts = extra or [one for suite, pairs in played for one in answers(suite, pairs)]
    gate = gate or make_gate()
    suites = [suite for suite, _ in played]
    compared = compare(make_change(), whole(suites), attempts, gate, {}, judges=judges or Judges())
    return decide(gate, [compared])


def only(decision: Decision) -> SuiteVerdict:
    (found,) = suite_verdicts(decision).values()
    return found


LOST = outcomes(200, loss=40)
KEPT = outcomes(200)
GAINED = outcomes(200, gain=40)
MUCH_BETTER = outcomes(200, gain=180)


def test_a_loss_that_nobody_vouches_for_is_a_note_and_no_failure() -> None:
    decision = decided([(judged(), LOST)])
    suite = only(decision)
    assert decision.outcome is Outcome.PASSED
    assert (suite.verdict, suite.outcome) == (Verdict.ADVISORY, Outcome.PASSED)
    told = "; ".join(suite.notes)
    assert "advisory, decides nothing: nobody has checked its judge against people" in told
    assert "by itself it would say: regressed" in told
    assert not any("regressed" in reason for reason in decision.reasons)


def test_a_judge_that_people_have_checked_fails_a_loss() -> None:
    suite = judged()
    decision = decided([(suite, LOST)], vouched(suite))
    assert decision.outcome is Outcome.FAILED
    assert only(decision).verdict is Verdict.REGRESSED
    assert "points when the judge's mistakes are allowed for" in "; ".join(only(decision).notes)


def test_the_corrected_difference_is_larger_by_what_the_judge_misses() -> None:
    suite = judged()
    numbers = only(decided([(suite, LOST)], vouched(suite))).numbers
    assert numbers.judge is not None
    assert numbers.interval is not None
    assert numbers.judge.corrected == pytest.approx(numbers.interval.estimate / (40 / 44 + 33 / 36 - 1))


@pytest.mark.parametrize(
    ("confusion", "words"),
    [
        (Confusion(right_pass=24, wrong_pass=0, wrong_fail=0, right_fail=24), "48 labels, and 50 are needed"),
        (Confusion(right_pass=40, wrong_pass=20, wrong_fail=5, right_fail=35), "kappa is 0.51"),
        (
            Confusion(right_pass=10, wrong_pass=2, wrong_fail=8, right_fail=180),
            "sensitivity + specificity - 1",
        ),
        (
            Confusion(right_pass=60, wrong_pass=0, wrong_fail=0, right_fail=0),
            "people labelled no answer fail",
        ),
        (
            Confusion(right_pass=0, wrong_pass=0, wrong_fail=0, right_fail=60),
            "people labelled no answer pass",
        ),
        (Confusion(right_pass=0, wrong_pass=0, wrong_fail=0, right_fail=0), "people labelled no answer pass"),
    ],
)
def test_a_judge_below_any_bar_decides_nothing_and_the_bar_is_named(confusion: Confusion, words: str) -> None:
    suite = judged()
    found = only(decided([(suite, LOST)], vouched(suite, confusion)))
    assert found.verdict is Verdict.ADVISORY
    assert words in "; ".join(found.notes)


def test_exactly_at_the_bar_is_enough() -> None:
    assert judge_floor(Confusion(right_pass=20, wrong_pass=5, wrong_fail=5, right_fail=20)).problem is None


def test_another_version_of_the_judge_has_to_be_checked_again() -> None:
    suite = judged()
    judges = vouched(suite)
    other = judged(spec=SPEC.model_copy(update={"version": 2}))
    found = only(decided([(other, LOST)], judges))
    assert found.verdict is Verdict.ADVISORY
    assert "its judge is another one than that of 2026-11-01" in "; ".join(found.notes)


@pytest.mark.parametrize(
    ("settings", "gate", "words"),
    [
        ({}, {"require": ("tone",)}, "the gate requires it"),
        ({"role": Role.CRITICAL}, {}, "it is critical"),
        ({"must_improve": True}, {}, "an improvement is demanded"),
    ],
)
def test_where_a_decision_is_demanded_an_advisory_suite_is_an_error_that_says_what_to_do(
    settings: dict[str, object], gate: dict[str, object], words: str
) -> None:
    suite = judged(**settings)  # type: ignore[arg-type]
    decision = decided([(suite, KEPT)], gate=make_gate(**gate))
    assert decision.outcome is Outcome.COULD_NOT_RUN
    assert words in decision.reasons[0]
    assert "mist-ci judge check" in decision.reasons[0]


def test_an_advisory_suite_takes_part_in_no_correction_and_in_no_overall_hypothesis() -> None:
    others = [(make_suite(name, 100), outcomes(100, loss=9)) for name in ("a", "b")]
    alone = suite_verdicts(decided(others))
    beside = decided([*others, (judged(), LOST)])
    for name, verdict in alone.items():
        assert suite_verdicts(beside)[name].p_regressed_holm == verdict.p_regressed_holm
    (model,) = beside.models
    assert model.overall is not None
    assert model.overall.numbers.suites == 2
    assert model.surface is not None
    assert model.surface.suites == 2


def test_more_advisory_suites_never_change_what_the_others_come_to() -> None:
    lost = make_suite("a", 200)
    for loss in (0, 5, 9, 14, 40):
        pairs = outcomes(200, loss=loss)
        alone = decided([(lost, pairs)])
        beside = decided([(lost, pairs), *((judged(f"tone{i}"), LOST) for i in range(8))])
        assert beside.outcome is alone.outcome
        assert suite_verdicts(beside)["a"].verdict is suite_verdicts(alone)["a"].verdict


def test_an_advisory_suite_below_its_floor_or_without_answers_fails_nothing() -> None:
    below = decided([(judged(floor=0.9), LOST)])
    assert below.outcome is Outcome.PASSED
    assert "below the floor" in "; ".join(only(below).notes)
    gone: list[Pair] = [(None, None)] * 50 + [(1.0, 1.0)] * 150
    assert decided([(judged(), gone)]).outcome is Outcome.PASSED


def test_a_gain_that_only_a_judge_sees_is_no_improvement() -> None:
    suite = judged()
    found = only(decided([(suite, GAINED)], vouched(suite)))
    assert (found.verdict, found.outcome) == (Verdict.PASS, Outcome.PASSED)
    assert "the judge sees a gain" in "; ".join(found.notes)
    demanded = judged(must_improve=True)
    decision = decided([(demanded, GAINED)], vouched(demanded))
    assert decision.outcome is Outcome.FAILED
    assert "an improvement is demanded and not shown" in only(decision).problems


def labelled(suite: Suite, pairs: Sequence[Pair], many: int, people: dict[Side, float]) -> dict[str, float]:
    """What people say of the first samples' answers of both sides."""
    keys = {sample.key for sample in suite.samples[:: len(suite.samples) // many][:many]}
    return {
        answer_key(one.key, one.output): people[one.side] for one in answers(suite, pairs) if one.key in keys
    }


def test_a_gain_that_people_see_as_well_is_an_improvement() -> None:
    suite = judged(must_improve=True)
    pairs = MUCH_BETTER
    people = labelled(suite, pairs, 50, {Side.BASE: 0.0, Side.HEAD: 1.0})
    decision = decided([(suite, pairs)], vouched(suite, people=people))
    assert only(decision).verdict is Verdict.IMPROVED
    assert decision.outcome is Outcome.PASSED
    assert "put right by people on 50 samples" in "; ".join(only(decision).notes)


def test_a_gain_that_people_do_not_see_is_none() -> None:
    suite = judged()
    pairs = MUCH_BETTER
    people = labelled(suite, pairs, 50, {Side.BASE: 1.0, Side.HEAD: 1.0})
    assert only(decided([(suite, pairs)], vouched(suite, people=people))).verdict is Verdict.PASS


def test_labels_of_one_side_prove_nothing() -> None:
    suite = judged()
    people = labelled(suite, GAINED, 50, {Side.BASE: 0.0, Side.HEAD: 1.0})
    some = {answer_key(one.key, one.output): 1.0 for one in answers(suite, GAINED) if one.side is Side.HEAD}
    one_side = {key: value for key, value in people.items() if key in some}
    assert only(decided([(suite, GAINED)], vouched(suite, people=one_side))).verdict is Verdict.PASS


@pytest.mark.parametrize(("flips", "words"), [(10, "(5%)"), (80, "its preferences tell little")])
def test_how_often_the_order_decided_is_told(flips: int, words: str) -> None:
    suite = judged(spec=PAIRS)
    attempts = []
    for index, one in enumerate(answers(suite, KEPT)):
        flipped = None if one.side is Side.BASE else index < 2 * flips
        judgement = Judgement(models=("m",), start_ns=0, end_ns=1, order_flipped=flipped)
        attempts.append(replace(one, judgement=judgement))
    found = only(decided([(suite, KEPT)], vouched(suite), extra=attempts))
    assert words in "; ".join(found.notes)
    judge = found.numbers.judge
    assert judge is not None
    assert (judge.pairs, judge.order_flips) == (200, flips)
