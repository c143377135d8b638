"""Claims: stored answers that a model would not give today are found out, dropped and asked anew; none counts twice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from mist_ci.gate import doubtful, drift, to_ask_again
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import AttemptCounts, Sample, Suite
from mist_ci.models.verdict import Outcome
from tests.unit.gate.building import attempt, make_change, make_suite, outcomes
from tests.unit.gate.test_added_samples import changed
from tests.unit.scripted import Script, but, from_pairs, play, stage

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATELY, LONG_AGO = NOW - timedelta(days=2), NOW - timedelta(days=8)
ALIAS, PINNED = "gpt-4o-mini", "gpt-4o-mini-2024-07-18"


def stored(
    n: int, when: datetime = LATELY, model: str = ALIAS, scores: Sequence[float | None] | None = None
) -> list[Attempt]:
    suite = make_suite("skill", n)
    answers = []
    for i, sample in enumerate(suite.samples):
        one = attempt(suite, sample, Side.BASE, scores[i] if scores else 1.0)
        answers.append(but(one, reused=True, stored_at=when, model=model))
    return answers


# Which answers are doubted.


@pytest.mark.parametrize(
    ("model", "when", "is_doubted"),
    [
        (ALIAS, LATELY, True),
        (ALIAS, LONG_AGO, True),
        (PINNED, LATELY, False),
        (PINNED, LONG_AGO, True),
        (PINNED, NOW - timedelta(days=7), False),
    ],
)
def test_an_alias_is_doubted_and_a_pinned_model_only_after_a_week(
    model: str, when: datetime, is_doubted: bool
) -> None:
    answers = stored(40, when, model)
    assert doubtful(answers, NOW) == (answers if is_doubted else [])


def test_a_dated_name_in_hands_that_can_move_it_is_doubted_at_once() -> None:
    answers = stored(40, LATELY, PINNED)
    assert doubtful(answers, NOW, None, lambda one: one.provider == "local") == answers
    assert doubtful(answers, NOW, None, lambda one: one.provider == "another") == []


def test_answers_that_were_given_now_are_not_doubted() -> None:
    fresh = [but(one, reused=False, stored_at=None) for one in stored(40)]
    assert doubtful(fresh, NOW) == []


def test_only_first_attempts_are_asked_again() -> None:
    answers = stored(40)
    second = [but(one, attempt=1) for one in answers]
    assert doubtful([*answers, *second], NOW) == answers


@pytest.mark.parametrize(("n", "asked"), [(5, 5), (30, 30), (31, 30), (300, 30), (301, 31), (1000, 100)])
def test_a_tenth_is_asked_again_and_thirty_at_least(n: int, asked: int) -> None:
    answers = stored(n)
    chosen = to_ask_again(answers)
    assert len(chosen) == asked
    assert to_ask_again(answers[::-1]) == chosen


# When they differ.


def again(answers: Sequence[Attempt], scores: Sequence[float | None]) -> list[Attempt]:
    return [but(one, score=score, reused=False) for one, score in zip(answers, scores, strict=True)]


@pytest.mark.parametrize(("worse", "is_shown"), [(0, False), (6, False), (7, True), (30, True)])
def test_drift_is_shown_by_a_two_sided_hundredth_in_either_direction(worse: int, is_shown: bool) -> None:
    """z = √6 = 2.449 is p = 0.0143, and z = √7 is p = 0.0082."""
    right, wrong = [1.0] * 30, [0.0] * worse + [1.0] * (30 - worse)
    for then, now in ((right, wrong), (wrong, right)):
        answers = stored(30, scores=then)
        found = drift(answers, again(answers, now))
        assert found is not None
        assert (found.samples, found.is_shown) == (30, is_shown)


def test_swings_that_cancel_out_are_no_drift() -> None:
    answers = stored(30, scores=[1.0, 0.0] * 15)
    found = drift(answers, again(answers, [0.0, 1.0] * 15))
    assert found is not None
    assert found.p_value == 1.0


def test_missing_answers_show_nothing() -> None:
    answers = stored(30)
    assert drift(answers, again(answers, [None] * 30)) is None
    assert drift(answers, []) is None
    found = drift(answers, again(answers, [None] * 20 + [0.0] * 10))
    assert found is not None
    assert (found.samples, found.is_shown) == (10, True)


@pytest.mark.parametrize("score", [0.3, 1.0])
def test_a_single_answer_is_too_little_to_say_anything(score: float) -> None:
    answers = stored(1)
    assert drift(answers, again(answers, [score])) is None


# What becomes of them.


def of_models(base: str, head: str) -> ModelChange:
    def of(model: str) -> ModelReference:
        return ModelReference(version=1, provider="local", model=model)

    return make_change().model_copy(update={"base": of(base), "head": of(head)})


def moved(*sides: Side, share: int = 1, beyond: frozenset[str] = frozenset()) -> Script:
    """Models that failed everything when some answers of these sides were stored, and fail nothing now."""

    def stored_at(side: Side, sample: Sample, number: int) -> datetime | None:
        del number
        is_there = int(sample.id.rpartition("-")[2]) % share == 0 and sample.key not in beyond
        return LATELY if side in sides and is_there else None

    return Script(lambda *_: 1.0, stored=stored_at, then=0.0)


@pytest.mark.parametrize("side", [Side.BASE, Side.HEAD])
def test_outdated_answers_are_dropped_and_asked_anew_on_either_side(side: Side) -> None:
    suite = make_suite("skill", 100)
    asker = moved(side)
    model = stage(asker, change=of_models(ALIAS, ALIAS))
    comparison = model.compare([suite], [])
    (numbers,) = comparison.suites
    assert numbers.base is not None
    assert (numbers.base.mean, numbers.head.mean) == (1.0, 1.0)
    assert " ".join(model.notices) == (
        f"stored answers of {ALIAS} are not what it says now (30 answers asked again, p = 4.3e-08): "
        f"none of them was used for {side.value}"
    )
    told = asker.told["assistant"]
    assert len(told) == 200
    assert not any(one.reused for one in told)
    assert len(asker.told[f"assistant: {side.value} once more"]) == 30
    assert asker.calls(side) == 130
    assert asker.calls() == 230
    assert numbers.base.spend.calls == numbers.head.spend.calls == 100


def test_an_anchor_is_doubted_like_the_other_sides() -> None:
    suite = make_suite("skill", 100)
    asker = moved(Side.ANCHOR)
    third = ModelReference(version=1, provider="local", model="latest")
    change = of_models(PINNED, PINNED).model_copy(
        update={"anchor": third, "anchor_label": "refs/tags/released"}
    )
    comparison = stage(asker, change=change).compare([suite], [])
    assert asker.calls(Side.ANCHOR) == 130
    assert comparison.anchor is not None
    assert comparison.anchor.suites[0].base is not None
    assert comparison.anchor.suites[0].base.mean == 1.0


def test_only_what_was_stored_is_asked_anew() -> None:
    suite = make_suite("skill", 150)
    asker = moved(Side.BASE, share=3)
    stage(asker, change=of_models(ALIAS, PINNED)).compare([suite], [])
    assert asker.calls(Side.BASE) == 150 + 30
    assert len(asker.told["assistant"]) == 300


def test_later_looks_and_more_attempts_of_a_model_that_moved_are_asked_anew_too() -> None:
    suite = make_suite("skill", 300).model_copy(update={"attempts": AttemptCounts(head=2, max_head=3)})
    asker = moved(Side.HEAD)
    _, comparison = play(asker, [suite], change=of_models(PINNED, ALIAS))
    assert comparison.suites[0].samples > 100
    assert not any(one.reused for one in asker.told["assistant"])
    assert comparison.suites[0].head.mean == 1.0


def test_answers_that_were_stored_for_later_looks_only_are_doubted_as_well() -> None:
    suite = make_suite("skill", 300)
    asker = moved(Side.HEAD, beyond=frozenset(sample.key for sample in suite.samples[:100]))
    decision, comparison = play(asker, [suite], change=of_models(PINNED, ALIAS))
    assert comparison.suites[0].head.mean == 1.0
    assert decision.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("model", "when", "probed"), [(PINNED, LATELY, 0), (PINNED, LONG_AGO, 30), (ALIAS, LATELY, 30)]
)
def test_answers_that_are_still_true_cost_a_probe_at_most(model: str, when: datetime, probed: int) -> None:
    suite = make_suite("skill", 100)
    asker = Script(lambda *_: 1.0, stored=lambda *_: when)
    model_stage = stage(asker, change=of_models(model, model))
    model_stage.compare([suite], [])
    assert asker.calls() == 2 * probed
    assert model_stage.notices == []
    assert len(asker.told["assistant"]) == 200


def test_a_probe_that_the_money_cut_short_is_a_run_that_failed() -> None:
    suite = make_suite("skill", 100)
    asker = moved(Side.BASE, Side.HEAD)
    asker.money = 10
    decision, _ = play(asker, [suite], change=of_models(ALIAS, ALIAS))
    assert decision.outcome is Outcome.FAILED


def test_a_self_check_that_the_old_model_answered_is_asked_again_for_the_second_cohort() -> None:
    suite, new = make_suite("skill", 100), make_suite("new", 40)
    change = of_models(ALIAS, PINNED)
    assert change.base is not None
    checked = changed(new, outcomes(40))
    (answers,) = checked.answers.values()
    old = tuple(but(one, reused=True, stored_at=LATELY, score=0.0) for one in answers)
    asker = moved(Side.BASE)
    model = stage(asker, change=change)
    comparison = model.compare([suite], [type(checked)(new, {change.base.digest: old})])
    assert asker.calls(Side.BASE, "new") == 40
    assert comparison.added[0].base is not None
    assert comparison.added[0].base.mean == 1.0


def test_without_doubt_nobody_is_asked_about_stored_answers() -> None:
    suite: Suite = make_suite("skill", 60)
    asker = Script(from_pairs({"skill": outcomes(60)}, [suite]), stored=lambda *_: LATELY)
    play(asker, [suite], change=of_models(PINNED, PINNED))
    assert asker.asked == []
