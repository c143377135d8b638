"""Claims: an anchor catches what creeps past base, only a proven loss against it counts, and it disturbs nothing."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mist_ci.errors import Code, ExitCode
from mist_ci.gate import compare
from mist_ci.models.attempt import Side
from mist_ci.models.modelref import ModelReference
from mist_ci.models.report import Report
from mist_ci.models.suite import AttemptCounts, ChatMessage, Role, Sample, Suite
from mist_ci.models.verdict import AnchorVerdict, Outcome, Verdict
from mist_ci.pipeline import Ask, run_gates
from mist_ci.ports.model_client import NoAnswer
from mist_ci.report import comment
from tests.fakes import Answer, Commit, FakeModels, Link, MemoryFiles, MemoryStores, completion, never, world
from tests.unit.gate.building import answers, make_change, make_gate, make_suite, outcomes, whole
from tests.unit.scripted import Script, but, play
from tests.unit.test_job import HEAD, Stage
from tests.unit.test_pipeline import (
    BASE,
    HARD,
    MOVE_TO_GOOD,
    POLICY,
    arithmetic,
    policy,
    reference,
    rows,
    samples,
    waiving,
)

REF = "refs/tags/released"
REQUIRE = "require: [double]}"
TO_A_TAG = {**BASE, **policy(REQUIRE, f"require: [double], anchor: {REF}}}")}
TO_A_PATH = {
    **BASE,
    **policy(REQUIRE, "require: [double], anchor: models/released.yml}"),
    "models/released.yml": reference("good-2025-01-01"),
}
RELEASED: Commit = {"models/bot.yml": reference("good-2025-01-01")}
FORGETFUL_BASE = {"models/bot.yml": reference("bad-2026-01-01")}
STILL_FORGETFUL = {"models/bot.yml": reference("bad-2026-02-01")}


def judge(
    change: Commit,
    base: Commit = TO_A_TAG,
    released: Commit | None = RELEASED,
    models: FakeModels | None = None,
) -> Report:
    files = MemoryFiles(base, {**base, **change}, tags={} if released is None else {REF: released})
    outside = world(files=files, models=models or FakeModels(arithmetic), results=MemoryStores())
    (report,) = run_gates(outside, Ask("main", "head"))
    return report


def anchor_of(report: Report) -> AnchorVerdict:
    (model,) = report.decision.models
    assert model.anchor is not None
    return model.anchor


def calls(report: Report) -> dict[str, int]:
    return {line.side: line.spend.calls for line in report.spend}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "label"), [(TO_A_TAG, REF), (TO_A_PATH, "models/released.yml")], ids=["tag", "path"]
)
def test_a_loss_that_base_has_too_fails_against_the_anchor_and_the_reason_names_it(
    base: Commit, label: str
) -> None:
    report = judge(STILL_FORGETFUL, {**base, **FORGETFUL_BASE})
    (model,) = report.decision.models
    assert (report.decision.outcome, model.suites[0].verdict) == (Outcome.FAILED, Verdict.PASS)
    assert report.decision.reasons[0] == f"regressed against {label}: double −10.0 points"
    assert (anchor_of(report).model, anchor_of(report).label) == ("good-2025-01-01", label)
    assert calls(report) == {"base": 100, "head": 100, "anchor": 100}
    assert comment(report)


def test_head_cannot_choose_what_it_is_anchored_to() -> None:
    bent = {
        **STILL_FORGETFUL,
        "models/released.yml": reference("bad-2025-01-01"),
        "mist.yml": str(TO_A_PATH["mist.yml"]).replace(
            "anchor: models/released.yml", "anchor: models/bot.yml"
        ),
    }
    report = judge(bent, {**TO_A_PATH, **FORGETFUL_BASE})
    assert report.decision.outcome is Outcome.FAILED
    assert anchor_of(report).model == "good-2025-01-01"


@pytest.mark.slow
def test_a_model_as_good_as_both_passes_and_costs_a_third_side() -> None:
    report = judge(MOVE_TO_GOOD)
    assert report.decision.outcome is Outcome.PASSED
    assert anchor_of(report).suites[0].outcome is Outcome.PASSED
    assert calls(report) == {"base": 100, "head": 100, "anchor": 100}


# An anchor that is not there.


def test_a_tag_that_is_nowhere_means_that_the_gate_could_not_run() -> None:
    report = judge(MOVE_TO_GOOD, released=None, models=FakeModels(never))
    assert report.decision.outcome is Outcome.COULD_NOT_RUN
    assert report.problem is not None
    assert report.problem.code == Code.NOT_COMPARABLE
    assert report.problem.message == f"the anchor of gate release is {REF}, and there is no such ref"
    assert report.problem.where is not None
    assert report.problem.where.file == "mist.yml"


@pytest.mark.parametrize(
    "change",
    [
        {"README.md": "other words"},
        {"data/train.jsonl": rows(range(2000, 2020))},
        {"mist.yml": POLICY},
    ],
    ids=["words", "data", "a policy without it"],
)
def test_a_tag_that_is_nowhere_stops_nothing_that_moves_no_model(change: Commit) -> None:
    """Else the change that mends the policy could never be merged."""
    assert judge(change, released=None).decision.outcome.exit_code is ExitCode.PASSED


def test_a_model_that_the_anchor_does_not_know_is_told_and_has_none() -> None:
    report = judge(MOVE_TO_GOOD, released={"README.md": "words"})
    assert report.decision.outcome is Outcome.PASSED
    assert f"no anchor for bot: models/bot.yml is not at {REF}" in report.notices
    assert report.decision.models[0].anchor is None
    assert calls(report) == {"base": 100, "head": 100}


def test_an_anchor_on_base_that_is_missing_is_a_mistake_of_the_policy() -> None:
    base = {path: text for path, text in TO_A_PATH.items() if path != "models/released.yml"}
    report = judge(MOVE_TO_GOOD, base, models=FakeModels(never))
    assert report.decision.outcome is Outcome.CONFIG_ERROR


@pytest.mark.parametrize("broken", ["version: 1\n", reference("x").replace("prod", "retired"), Link()])
def test_an_anchor_whose_reference_is_broken_never_passes_and_the_message_says_where_to_look(
    broken: str | Link,
) -> None:
    report = judge(MOVE_TO_GOOD, released={"models/bot.yml": broken}, models=FakeModels(never))
    assert report.decision.outcome is Outcome.CONFIG_ERROR
    assert report.problem is not None
    assert f"at the anchor, {REF}: " in report.problem.message


def test_a_change_of_the_anchor_itself_is_told_and_asks_nobody() -> None:
    report = judge({"models/released.yml": reference("bad-2026-01-01")}, TO_A_PATH, models=FakeModels(never))
    assert report.decision.outcome is Outcome.PASSED
    assert [step.reason for step in report.steps] == [
        "change of what models are compared to: takes effect after merge"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", "trained_on: {dataset: sft}\n"])
def test_an_anchor_that_is_base_itself_is_not_asked_a_second_time(more: str) -> None:
    released = {"models/bot.yml": reference("good-2026-01-01") + more}
    report = judge(MOVE_TO_GOOD, released=released)
    assert report.decision.models[0].anchor is None
    assert calls(report) == {"base": 100, "head": 100}


@pytest.mark.slow
def test_a_new_model_without_a_baseline_is_still_held_against_its_anchor() -> None:
    base = {path: text for path, text in TO_A_TAG.items() if path != "models/bot.yml"}
    report = judge({"models/bot.yml": reference("bad-2026-02-01")}, base)
    assert report.decision.outcome is Outcome.FAILED
    assert report.decision.reasons[0].startswith(f"regressed against {REF}")


# Only a proven loss counts.


def losing(lost: int) -> FakeModels:
    """Base and head fail so many samples that the released model got right."""

    def answer(model: str, messages: Sequence[ChatMessage]) -> Answer:
        number = int(messages[-1].content.removeprefix("Double ").removesuffix("."))
        return "?" if number < lost and not model.startswith("good-2025") else str(2 * number)

    return FakeModels(answer)


@pytest.mark.slow
@pytest.mark.parametrize("lost", [2, 4])
def test_undecided_against_the_anchor_neither_blocks_nor_warns(lost: int) -> None:
    """Four losses are p = 0.02: proven at the error rate of base, and not at the anchor's."""
    strict = {**BASE, **policy(REQUIRE, f"require: [double], anchor: {REF}, on_inconclusive: block}}")}
    report = judge(MOVE_TO_GOOD, strict, models=losing(lost))
    assert anchor_of(report).suites[0].verdict is Verdict.INCONCLUSIVE
    assert report.decision.outcome is Outcome.PASSED
    assert not any(REF in reason for reason in report.decision.reasons)
    assert judge(MOVE_TO_GOOD, strict, models=losing(8)).decision.outcome is Outcome.FAILED


@pytest.mark.slow
def test_a_skill_that_is_better_than_the_anchors_excuses_no_loss_against_base() -> None:
    report = judge(STILL_FORGETFUL, released={"models/bot.yml": reference("bad-2025-01-01")})
    assert report.decision.outcome is Outcome.FAILED
    assert "double" in report.decision.reasons[0]


def test_an_anchor_that_does_not_answer_is_an_error() -> None:
    busy = NoAnswer("HTTP 503, five times", retries=4, server_gone=False)
    models = FakeModels(
        lambda model, messages: busy if model.startswith("good-2025") else arithmetic(model, messages)
    )
    report = judge(MOVE_TO_GOOD, models=models)
    assert (report.decision.outcome, report.decision.outcome.exit_code) == (
        Outcome.COULD_NOT_RUN,
        ExitCode.COULD_NOT_RUN,
    )
    assert REF in report.decision.reasons[0]
    assert "anchor answers are missing" in report.decision.reasons[0]


def test_a_waiver_forgives_a_loss_against_the_anchor_too() -> None:
    waived = waiving("bad-2026-02-01").replace(REQUIRE, f"require: [double], anchor: {REF}}}")
    report = judge(STILL_FORGETFUL, {**BASE, **FORGETFUL_BASE, "mist.yml": waived})
    assert report.decision.outcome is Outcome.PASSED
    assert anchor_of(report).suites[0].waiver == "RFC 12"
    other = judge(
        {"models/bot.yml": reference("bad-2026-03-01")}, {**BASE, **FORGETFUL_BASE, "mist.yml": waived}
    )
    assert other.decision.outcome is Outcome.FAILED


@pytest.mark.parametrize("anchors_tokens", [1, 500])
def test_what_the_anchor_costs_is_no_part_of_what_a_request_costs(anchors_tokens: int) -> None:
    def wordy(model: str, messages: Sequence[ChatMessage]) -> Answer:
        answer = arithmetic("good", messages)
        assert isinstance(answer, str)
        tokens = {"good-2025-01-01": anchors_tokens, "good-2026-01-01": 20}.get(model, 23)
        return completion(answer, tokens_out=tokens)

    budget = f"require: [double], anchor: {REF}, budgets: {{cost_per_request_increase: 0.2}}}}"
    report = judge(MOVE_TO_GOOD, {**BASE, **policy(REQUIRE, budget)}, models=FakeModels(wordy))
    assert report.decision.outcome is Outcome.PASSED
    assert report.budgets[0].spent == "+12.0%"


def test_what_the_anchor_costs_is_paid_from_the_budget_for_evaluation() -> None:
    two_sides = "0.0028"  # 200 calls of 14 millionths of a dollar
    budget = f"require: [double], anchor: {REF}, budgets: {{eval_usd: {two_sides}}}}}"
    report = judge(MOVE_TO_GOOD, {**BASE, **policy(REQUIRE, budget)})
    assert (report.decision.outcome, report.budgets[0].over) == (Outcome.FAILED, True)


# It creeps.


@pytest.mark.slow
def test_ten_slices_that_base_lets_through_one_by_one_are_caught_by_the_anchor() -> None:
    def sliced(model: str, messages: Sequence[ChatMessage]) -> Answer:
        number, lost = int(messages[-1].content.removeprefix("Double ").removesuffix(".")), int(model[1:3])
        return "?" if number % 70 < lost else str(2 * number)

    def version(number: int) -> Commit:
        return {"models/bot.yml": reference(f"v{number:02}-2026-01-01")}

    suite = {"suites/double.jsonl": samples(range(280))}
    seen = []
    for number in range(1, 11):
        base = {**TO_A_TAG, **suite, **version(number - 1)}
        report = judge(version(number), base, version(0), FakeModels(sliced))
        assert report.decision.models[0].suites[0].outcome is Outcome.PASSED
        seen.append(report.decision.outcome is Outcome.FAILED)
    assert not seen[0]
    assert all(seen[4:])


# It disturbs nothing.

THIRD = ModelReference(version=1, provider="local", model="assistant-0")


def anchored(suite_scores: dict[Side, int]) -> Script:
    """So many of the first samples each side gets wrong."""

    def score(side: Side, suite: Suite, sample: Sample, number: int) -> float:
        del suite, number
        return float(int(sample.id.rpartition("-")[2]) >= suite_scores[side])

    return Script(score)


ANCHORED = make_change().model_copy(update={"anchor": THIRD, "anchor_label": REF})


def test_the_numbers_against_base_are_the_same_with_and_without_an_anchor() -> None:
    suites = [make_suite(f"skill-{i}", 100) for i in range(3)]
    attempts = [one for suite in suites for one in answers(suite, outcomes(100, loss=4))]
    third = [but(one, side=Side.ANCHOR) for one in attempts if one.side is Side.BASE]
    gate = make_gate()
    without = compare(make_change(), whole(suites), attempts, gate, {})
    with_one = compare(ANCHORED, whole(suites), [*attempts, *third], gate, {})
    assert with_one.anchor is not None
    assert with_one.model_copy(update={"anchor": None}) == without
    assert [one.interval for one in with_one.anchor.suites] != [one.interval for one in without.suites]


def test_a_suite_that_is_plain_against_base_is_asked_on_while_it_is_not_against_the_anchor() -> None:
    suite = make_suite("skill", 900)
    alone = anchored({Side.BASE: 0, Side.HEAD: 0})
    play(alone, [suite])
    assert alone.calls(Side.HEAD) == 300
    # Samples of the first third alone: undecided against the anchor there, and plain in the end.
    both = anchored({Side.BASE: 9, Side.HEAD: 9, Side.ANCHOR: 0})
    play(both, [suite], change=ANCHORED)
    assert both.calls(Side.HEAD) > 300
    assert both.calls(Side.HEAD) == both.calls(Side.BASE) == both.calls(Side.ANCHOR)


def test_no_more_attempts_are_paid_for_to_improve_on_the_anchor() -> None:
    counts = AttemptCounts(max_head=3)
    suite = make_suite("skill", 400, Role.TARGET, must_improve=True).model_copy(update={"attempts": counts})
    asker = anchored({Side.BASE: 60, Side.HEAD: 0, Side.ANCHOR: 0})
    decision, _ = play(asker, [suite], change=ANCHORED)
    assert decision.outcome is Outcome.PASSED
    assert asker.calls(Side.HEAD) == 400


def test_base_and_anchor_answer_as_often_as_the_suite_says_and_never_more() -> None:
    counts = AttemptCounts(base=2, max_head=3)
    suite = make_suite("skill", 100).model_copy(update={"attempts": counts})
    asker = anchored({Side.BASE: 0, Side.HEAD: 3, Side.ANCHOR: 0})
    play(asker, [suite], change=ANCHORED)
    assert [asker.calls(side) for side in (Side.BASE, Side.HEAD, Side.ANCHOR)] == [200, 300, 200]


# In a job.


def in_a_job(head: Commit, knows: bool = True) -> Stage:
    """The clone does not have the tag; the remote may."""
    history = {"main": "main", HEAD: "head", "b" * 40: "b" * 40} | ({REF: "d" * 40} if knows else {})
    base = {**TO_A_TAG, **FORGETFUL_BASE}
    models = FakeModels(arithmetic)
    return Stage({**base, **head}, base, default={**BASE, **RELEASED}, knows=history, models=models).opened()


def test_a_job_fetches_the_anchor() -> None:
    stage = in_a_job(STILL_FORGETFUL)
    result = stage.run()
    assert result.exit_code is ExitCode.FAILED
    (report,) = result.reports
    assert report.decision.reasons[0] == f"regressed against {REF}: double −{len(HARD)}.0 points"


def test_an_anchor_that_the_remote_does_not_have_is_an_error_of_its_gate_alone() -> None:
    stage = in_a_job(STILL_FORGETFUL, knows=False)
    assert stage.run().exit_code is ExitCode.COULD_NOT_RUN
    assert stage.told()[-1] == "mist/release error"
    words = replace(in_a_job({"README.md": "other words"}, knows=False), models=FakeModels(never))
    assert words.run().exit_code is ExitCode.PASSED
