"""Claims: results of others are paired by what a case is, and nothing that is left out or changed ever helps."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mist_ci import gate
from mist_ci.matchspec import ImportedSuite, only_in_head, pair_records
from mist_ci.models.attempt import Side
from mist_ci.models.record import Record, RecordStatus, Source
from mist_ci.models.suite import Role
from mist_ci.models.verdict import Decision, Outcome, Verdict
from tests.unit.gate.building import make_change, make_gate, make_suite

FINISHED = Source("promptfoo", "1", "0" * 64)


def record(number: int, value: float | None = 1.0, suite: str = "qa", **changes: object) -> Record:
    made = Record(
        suite=suite,
        case_key=f"{number:064x}",
        case_id=f"case {number}",
        repeat=0,
        grader="exact",
        value=value,
        status=RecordStatus.OK if value is not None else RecordStatus.ERROR,
        source=FINISHED,
        prompt_hash=f"prompt of {number}",
    )
    return replace(made, **changes)


def run(values: Sequence[float | None], suite: str = "qa", start: int = 0) -> list[Record]:
    return [record(start + number, value, suite) for number, value in enumerate(values)]


def only(base: list[Record], head: list[Record]) -> ImportedSuite:
    (found,) = pair_records(base, head, {})
    return found


def decide(base: list[Record], head: list[Record]) -> Decision:
    found = pair_records(base, head, {})
    standings = [gate.Standing.whole(one.suite, one.obstacle) for one in found]
    attempts = [attempt for one in found for attempt in one.attempts]
    bar = make_gate()
    return gate.decide(bar, [gate.compare(make_change(), standings, attempts, bar, {})])


def test_cases_are_paired_by_key_and_never_by_position() -> None:
    base, head = run([1.0] * 30 + [0.0] * 10), run([0.0] * 20 + [1.0] * 20)
    assert decide(base, head) == decide(base[::-1], head[7:] + head[:7])


def test_a_suite_that_nobody_declared_is_an_old_skill() -> None:
    found = only(run([1.0] * 12), run([1.0] * 12))
    assert (found.suite.role, found.suite.margin, found.suite.floor) == (Role.RETAIN, None, None)
    assert found.obstacle is None


def test_a_declared_suite_keeps_its_role_margin_and_floor() -> None:
    bar = make_suite("qa", 0, Role.TARGET, margin=0.2, floor=0.5, must_improve=True)
    (found,) = pair_records(run([1.0] * 12), run([1.0] * 12), {"qa": bar})
    assert (found.suite.role, found.suite.margin, found.suite.floor) == (Role.TARGET, 0.2, 0.5)
    assert len(found.suite.samples) == 12


def test_a_declared_suite_without_results_could_not_run() -> None:
    bar = make_suite("style", 0)
    found = {one.suite.name: one for one in pair_records(run([1.0] * 12), run([1.0] * 12), {"style": bar})}
    assert found["style"].obstacle == "there are no results of head"


def test_lower_is_better_is_turned_round() -> None:
    base, head = ([record(i, value, higher_is_better=False) for i in range(60)] for value in (0.0, 0.5))
    (suite,) = decide(base, head).models[0].suites
    assert suite.interval is not None
    assert suite.interval.estimate == -0.5


def test_repeats_are_attempts_of_one_case() -> None:
    base = run([1.0] * 20)
    head = [record(i, value, repeat=repeat) for i in range(20) for repeat, value in enumerate((1.0, 0.0))]
    found = only(base, head)
    assert {one.attempt for one in found.attempts if one.side is Side.HEAD} == {0, 1}
    (suite,) = decide(base, head).models[0].suites
    assert suite.numbers.head.mean == 0.5
    assert suite.interval is not None
    assert suite.interval.n == 20


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": replace(FINISHED, status="cancelled")}, "the results of head did not finish (cancelled)"),
        ({"grader": "f1"}, "base and head differ in the grader of case case 0"),
        ({"prompt_hash": "other"}, "base and head differ in the prompt of case case 0"),
        (
            {"higher_is_better": False},
            "base and head differ in which scores are better, in the results of case case 0",
        ),
    ],
)
def test_what_is_not_the_same_on_both_sides_is_not_comparable(change: dict[str, object], reason: str) -> None:
    base = run([1.0] * 20)
    head = [replace(one, **change) for one in base]
    assert only(base, head).obstacle == reason
    assert decide(base, head).outcome is Outcome.COULD_NOT_RUN


def test_asking_again_only_where_an_answer_was_wrong_is_not_comparable() -> None:
    """Ten points lost: repeats of the wrong ones until they are right would make an improvement of them."""
    base = run([float(number % 10 > 0) for number in range(300)])
    head = [record(number, float(number % 10 > 1)) for number in range(300)]
    again = [
        record(number, 1.0, repeat=repeat)
        for number in range(300)
        if number % 10 < 2
        for repeat in range(1, 9)
    ]
    assert decide(base, head).outcome is Outcome.FAILED
    assert decide(base, head + again).outcome is Outcome.COULD_NOT_RUN
    obstacle = only(base, head + again).obstacle or ""
    assert obstacle.startswith(
        "some cases were asked more often than others: case case 0 has 1 of base and 9"
    )
    assert only([], head + again).obstacle == (
        "some cases were asked more often than others: they have 1 or 9 results"
    )


def test_a_case_that_a_data_set_has_twice_is_as_good_as_any() -> None:
    base = [*run([1.0] * 20), record(3, 0.0, repeat=1, prompt_hash="with other examples")]
    head = [replace(one, repeat=2 * one.repeat + more) for one in base for more in (0, 1)]
    assert only(base, head).obstacle is None


@pytest.mark.parametrize(
    "change", [{"grader": "f1"}, {"prompt_hash": "other"}, {"higher_is_better": False, "value": 0.0}]
)
def test_no_repeat_of_a_case_may_hide_what_is_not_the_same(change: dict[str, object]) -> None:
    base = run([0.0] * 20)
    head = [one for each in base for one in (replace(each, **change), replace(each, repeat=1))]
    assert "base and head differ in" in (only(base, head).obstacle or "")


def test_what_a_tool_does_not_say_cannot_differ() -> None:
    base = run([1.0] * 20)
    assert only(base, [replace(one, prompt_hash="") for one in base]).obstacle is None


def test_too_few_shared_cases_are_not_comparable() -> None:
    base, head = run([1.0] * 100), run([1.0] * 100, start=15)
    assert only(base, head).obstacle == "only 85 of 115 cases are in both results (at least 80% must be)"


def test_cases_and_suites_that_only_head_has_are_told_and_not_scored() -> None:
    base, head = run([1.0] * 60), [*run([1.0] * 60), *run([1.0] * 5, start=60), *run([1.0] * 9, "new")]
    found = only(base, head)
    assert found.notices == ("qa: 5 cases of head are not in base: listed, not scored",)
    assert len(found.suite.samples) == 60
    assert only_in_head(base, head) == ("new",)


def test_without_results_of_base_head_stands_alone() -> None:
    found = only([], run([1.0] * 12))
    assert found.obstacle is None
    assert only_in_head([], run([1.0] * 12)) == ()


def judge_with_anchor(anchor: list[Record], scores: Sequence[float | None] = (1.0,) * 200) -> Decision:
    """Base and head with the same scores, and results of an anchor."""
    found = pair_records(run(scores), run(scores), {}, anchor)
    standings = [gate.Standing.whole(one.suite, one.obstacle, one.anchor_obstacle) for one in found]
    attempts = [attempt for one in found for attempt in one.attempts]
    change = make_change()
    change = change.model_copy(update={"anchor": change.base, "anchor_label": "refs/tags/released"})
    return gate.decide(make_gate(), [gate.compare(change, standings, attempts, make_gate(), {})])


def test_results_of_the_anchor_hold_head_against_it_as_well() -> None:
    assert judge_with_anchor(run([1.0] * 200)).outcome is Outcome.PASSED
    assert judge_with_anchor(run([0.0] * 60 + [1.0] * 140)).outcome is Outcome.PASSED
    lost = judge_with_anchor(run([1.0] * 200), [0.0] * 40 + [1.0] * 160)
    assert lost.outcome is Outcome.FAILED
    assert lost.reasons[0] == "regressed against refs/tags/released: qa −20.0 points"


@pytest.mark.parametrize(
    ("anchor", "told"),
    [
        ([], "its results were handed over, and there are none of the anchor"),
        ([replace(record(i), grader="f1") for i in range(200)], "anchor and head differ in the grader"),
        (run([1.0] * 100), "only 100 of 200 cases are in both results"),
    ],
)
def test_an_anchor_that_results_cannot_be_held_against_is_a_check_that_did_not_run(
    anchor: list[Record], told: str
) -> None:
    decision = judge_with_anchor(anchor)
    assert decision.outcome is Outcome.COULD_NOT_RUN
    assert told in decision.reasons[0]


values = st.lists(st.sampled_from([0.0, 1.0]), min_size=20, max_size=80)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(values, st.data())
def test_leaving_out_cases_of_head_never_helps(scores: list[float], data: st.DataObject) -> None:
    base = run([1.0] * len(scores))
    head = run(list(scores))
    kept = data.draw(st.lists(st.sampled_from(range(len(head))), unique=True, max_size=len(head)))
    fewer = [one for i, one in enumerate(head) if i not in kept]
    before, after = decide(base, head), decide(base, fewer)
    assert after.outcome.rank >= before.outcome.rank


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(values, st.integers(0, 400))
def test_adding_easy_cases_to_head_never_changes_what_is_decided(scores: list[float], more: int) -> None:
    base, head = run([1.0] * len(scores)), run(list(scores))
    diluted = [*head, *run([1.0] * more, start=1000)]
    before, after = decide(base, head), decide(base, diluted)
    assert after.outcome.rank >= before.outcome.rank
    if after.outcome is not Outcome.COULD_NOT_RUN:
        assert after == before


def test_a_drop_of_ten_points_is_found() -> None:
    base = run([1.0] * 180 + [0.0] * 20)
    head = run([1.0] * 155 + [0.0] * 25 + [1.0] * 5 + [0.0] * 15)
    decision = decide(base, head)
    assert decision.outcome is Outcome.FAILED
    assert decision.models[0].suites[0].verdict is Verdict.REGRESSED
