"""Claims: whatever is stored, a gate decides as if nothing were; only money and time differ."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.models.report import Report
from mist_ci.models.verdict import Outcome
from mist_ci.pipeline import Ask, run_gates
from tests.fakes import Commit, FakeModels, MemoryFiles, MemoryOutputs, MemoryStores, world
from tests.unit.test_pipeline import (
    BASE,
    MOVE_TO_BAD,
    MOVE_TO_GOOD,
    SUITE,
    arithmetic,
    policy,
    reference,
    samples,
)

LARGER_SUITE = {
    "suites/more.yml": SUITE.replace("double", "more"),
    "suites/more.jsonl": samples(range(50, 150)),
}
MONOREPO = {**BASE, **LARGER_SUITE}
CHANGES: dict[str, Commit] = {
    "better": MOVE_TO_GOOD,
    "worse": MOVE_TO_BAD,
    "same model": {"models/bot.yml": reference("good-2026-01-01") + "trained_on: {dataset: sft}\n"},
    "suite too": {**MOVE_TO_BAD, "suites/double.jsonl": samples(range(120))},
}


def gate(
    change: Commit, outputs: MemoryOutputs, models: FakeModels | None = None, base: Commit = MONOREPO
) -> Report:
    files = MemoryFiles(base, {**base, **change})
    outside = world(
        files=files,
        models=models or FakeModels(arithmetic),
        results=MemoryStores(),
        outputs=outputs,
    )
    (report,) = run_gates(outside, Ask("main", "head"))
    return report


def judged(report: Report) -> Any:
    """All that was decided and found out, without who paid for it."""
    return _without_spend(
        report.model_dump(mode="json", include={"decision", "self_checks", "data", "budgets"})
    )


def _without_spend(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_spend(one) for key, one in value.items() if key != "spend"}
        case list():
            return [_without_spend(one) for one in value]
        case _:
            return value


def calls(report: Report) -> tuple[int, int]:
    return (
        sum(line.spend.calls for line in report.spend),
        sum(line.spend.reused_calls for line in report.spend),
    )


@pytest.mark.slow
@settings(deadline=None, max_examples=10)
@given(st.sampled_from(sorted(CHANGES)), st.randoms(use_true_random=False), st.floats(0, 1))
def test_any_subset_of_stored_answers_leaves_the_decision_as_it_is(
    name: str, random: Any, share: float
) -> None:
    first = MemoryOutputs()
    unstored = gate(CHANGES[name], first)
    stored = {key: entry for key, entry in first.next_run().stored.items() if random.random() < share}
    models = FakeModels(arithmetic)
    again = gate(CHANGES[name], MemoryOutputs(stored=stored), models)
    assert judged(again) == judged(unstored)
    asked, reused = calls(again)
    assert asked == len(models.asked)
    assert asked + reused == calls(unstored)[0]


@pytest.mark.slow
def test_a_second_run_asks_nobody_and_says_what_it_saved() -> None:
    first = MemoryOutputs()
    paid = gate(MOVE_TO_BAD, first)
    again = gate(MOVE_TO_BAD, first.next_run(), FakeModels())
    assert again.decision.outcome is paid.decision.outcome is Outcome.FAILED
    assert calls(again) == (0, calls(paid)[0])
    assert [line.spend.saved_usd for line in again.spend] == [line.spend.cost_usd for line in paid.spend]


@pytest.mark.slow
def test_a_pull_request_pays_for_its_own_model_only() -> None:
    """What the push to the base branch was answered is what the base model says."""
    pushed = MemoryOutputs()
    gate(MOVE_TO_GOOD, pushed)
    merged = {**MONOREPO, **MOVE_TO_GOOD}
    models = FakeModels(arithmetic)
    report = gate(
        {"models/bot.yml": reference("bad-2026-03-01")}, pushed.next_run(may_write=False), models, merged
    )
    assert {request.model for request in models.asked} == {"bad-2026-03-01"}
    assert report.decision.outcome is Outcome.FAILED


@pytest.mark.slow
def test_money_that_was_saved_is_not_charged_to_the_budget() -> None:
    base = {**MONOREPO, **policy("require: [double]}", "require: [double], budgets: {eval_usd: 0.000001}}")}
    first = MemoryOutputs()
    gate(MOVE_TO_GOOD, first)
    broke = gate(MOVE_TO_GOOD, MemoryOutputs(), base=base)
    assert (broke.decision.outcome, broke.budgets[0].over) == (Outcome.FAILED, True)
    saved = gate(MOVE_TO_GOOD, first.next_run(), FakeModels(), base)
    assert (saved.decision.outcome, saved.budgets[0].over) == (Outcome.PASSED, False)
    assert saved.budgets[0].spent == "$0.0000"


@pytest.mark.slow
def test_a_stored_base_does_not_make_head_look_dearer_than_it_is() -> None:
    base = {
        **MONOREPO,
        **policy("require: [double]}", "require: [double], budgets: {cost_per_request_increase: 0.1}}"),
    }
    first = MemoryOutputs()
    unstored = gate(MOVE_TO_GOOD, first, base=base)
    only_base = {
        key: one for key, one in first.next_run().stored.items() if one[0].model == "good-2026-01-01"
    }
    again = gate(MOVE_TO_GOOD, MemoryOutputs(stored=only_base), base=base)
    assert again.budgets == unstored.budgets
    assert again.budgets[0].spent == "+0.0%"


def test_what_the_store_has_to_say_stands_in_the_report_once() -> None:
    outputs = MemoryOutputs(notices=["answers could not be stored in x: Read-only file system"])
    report = gate(MOVE_TO_GOOD, outputs)
    assert report.notices.count("answers could not be stored in x: Read-only file system") == 1
    assert report.decision.outcome is Outcome.PASSED


@pytest.mark.slow
@pytest.mark.parametrize("stands", [False, True])
def test_stored_answers_of_an_alias_are_doubted_except_by_the_gate_that_they_were_given_to(
    stands: bool,
) -> None:
    """Weights that somebody swaps under one name are noticed by hand and on demand, where nothing is required."""
    alias = {"models/bot.yml": reference("good")}
    outputs, files = MemoryOutputs(), MemoryFiles(MONOREPO, {**MONOREPO, **alias})
    first, again = FakeModels(arithmetic), FakeModels(arithmetic)
    run_gates(world(files=files, models=first, outputs=outputs), Ask("main", "head", stands=stands))
    run_gates(
        world(files=files, models=again, outputs=outputs.next_run()), Ask("main", "head", stands=stands)
    )
    assert len(again.asked) == (0 if stands else 30)
    assert {request.model for request in again.asked} <= {"good"}
