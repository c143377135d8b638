"""Claims, through the whole pipeline: looks save calls, nothing is counted twice, and no re-run is another draw."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from mist_ci.errors import Code
from mist_ci.models.report import Report
from mist_ci.models.suite import ChatMessage
from mist_ci.models.verdict import Outcome, Verdict
from mist_ci.pipeline import Ask, run_gates
from mist_ci.report import annotations, comment, junit, summary
from tests.fakes import (
    Answer,
    Commit,
    FakeModels,
    MemoryFiles,
    MemoryOutputs,
    MemoryStores,
    SignalDuring,
    TickingClock,
    completion,
    never,
    world,
)
from tests.unit.test_pipeline import BASE, MOVE_TO_GOOD, SUITE, policy, reference, samples
from tests.unit.test_stored_outputs import judged

LARGE = {**BASE, "suites/double.jsonl": samples(range(210))}
WAVERING = {**LARGE, "suites/double.yml": SUITE + "attempts: {base: 1, head: 1, max_head: 3}\n"}
MOVE = MOVE_TO_GOOD
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=2)
"""Old enough that an alias is doubted, and too young for it to have expired."""


def run(
    models: FakeModels,
    base: Commit = LARGE,
    change: Commit = MOVE,
    *,
    outputs: MemoryOutputs | None = None,
    stores: MemoryStores | None = None,
    stop: SignalDuring | None = None,
    at: datetime = NOON,
) -> Report:
    outside = world(
        files=MemoryFiles(base, {**base, **change}),
        models=models,
        results=stores or MemoryStores(),
        outputs=outputs,
        interrupts=stop,
        clock=TickingClock(at),
    )
    (report,) = run_gates(outside, Ask("main", "head"))
    return report


def number_in(messages: Sequence[ChatMessage]) -> int:
    return int(messages[-1].content.removeprefix("Double ").removesuffix("."))


def right(model: str, messages: Sequence[ChatMessage]) -> Answer:
    del model
    return str(2 * number_in(messages))


def losing(share: int) -> FakeModels:
    """The second model fails one number in so many."""
    return FakeModels(
        lambda model, messages: (
            "?" if "-02-" in model and number_in(messages) % share == 0 else right(model, messages)
        )
    )


def balanced() -> FakeModels:
    """Undecided however often they are asked: one in ten lost, one in twelve won."""

    def answer(model: str, messages: Sequence[ChatMessage]) -> Answer:
        number = number_in(messages)
        lost = number % 10 == 0 if "-02-" in model else number % 12 == 1
        return "?" if lost else right(model, messages)

    return FakeModels(answer)


def dice(seed: int, wrong: float = 0.1) -> FakeModels:
    """Models that waver: a share of all answers is wrong, and every question is another throw."""
    random = Random(seed)
    return FakeModels(lambda model, messages: "?" if random.random() < wrong else right(model, messages))


def calls(report: Report) -> int:
    return sum(line.spend.calls for line in report.spend)


# Looks.


def test_a_loss_that_is_plain_is_told_after_a_third_of_the_calls() -> None:
    stores = MemoryStores()
    models = losing(5)
    report = run(models, stores=stores)
    assert report.decision.outcome is Outcome.FAILED
    assert len(models.asked) == calls(report) == len(stores.only.attempts) == 140
    assert len(stores.only.messages["eval.result"]) == 71
    asked = [
        {number_in(one.messages) for one in models.asked if one.model == name} for name in models_of(models)
    ]
    assert asked[0] == asked[1]


def models_of(models: FakeModels) -> list[str]:
    return sorted({one.model for one in models.asked})


@pytest.mark.slow
def test_the_first_third_is_the_same_whatever_head_is_and_in_whatever_order_the_file_stands() -> None:
    models, turned = losing(5), losing(4)
    run(models)
    run(turned, {**LARGE, "suites/double.jsonl": samples(range(209, -1, -1))})
    assert {number_in(one.messages) for one in models.asked} == {
        number_in(one.messages) for one in turned.asked
    }


@pytest.mark.slow
def test_what_is_undecided_is_asked_in_full_and_no_more() -> None:
    models = balanced()
    report = run(models)
    assert report.decision.models[0].suites[0].verdict is Verdict.INCONCLUSIVE
    assert len(models.asked) == calls(report) == 420


@pytest.mark.slow
def test_an_undecided_suite_gets_its_attempts_of_head_and_every_report_can_tell_it() -> None:
    models = balanced()
    report = run(models, WAVERING)
    assert [sum(one.model == name for one in models.asked) for name in models_of(models)] == [210, 630]
    assert report.decision.models[0].suites[0].numbers.look.escalated
    assert all([comment(report), summary(report), junit([report])])
    assert annotations((report,)) is not None
    assert Report.model_validate_json(report.model_dump_json()) == report


@pytest.mark.slow
@pytest.mark.parametrize("paid", [180, 330])
def test_money_that_ends_at_a_later_look_fails_the_run_and_the_look_before_is_told(paid: int) -> None:
    usd = f"{0.000014 * paid:.6f}"
    base = {**LARGE, **policy("require:", f"budgets: {{eval_usd: {usd}}}, require:")}
    report = run(balanced(), base)
    assert report.decision.outcome is Outcome.FAILED
    assert report.decision.reasons[0].startswith("over budget: eval_usd")
    (suite,) = report.decision.models[0].suites
    assert (suite.numbers.samples, suite.numbers.missing) == (70 if paid < 280 else 140, 0)
    assert suite.numbers.base is not None
    assert suite.numbers.base.answered == suite.numbers.samples
    assert paid <= calls(report) <= paid + 16
    assert comment(report)


@pytest.mark.slow
@pytest.mark.parametrize("after", [50, 100, 230])
def test_a_signal_between_two_looks_is_no_verdict_and_what_was_paid_is_told(after: int) -> None:
    models, stores = balanced(), MemoryStores()
    report = run(models, stores=stores, stop=SignalDuring(lambda: len(models.asked) >= after))
    assert report.decision.outcome is Outcome.COULD_NOT_RUN
    assert report.problem is not None
    assert report.problem.code == Code.CANCELLED
    assert calls(report) == len(stores.only.attempts) >= after - 16


def test_ctrl_c_between_two_looks_is_no_verdict_either() -> None:
    class Stopping(FakeModels):
        def open(self, name, provider):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            if self.opened:
                raise KeyboardInterrupt
            return super().open(name, provider)

    report = run(Stopping(balanced().answer))
    assert report.decision.outcome is Outcome.COULD_NOT_RUN
    assert calls(report) == 140


# Re-runs.


@pytest.mark.slow
@pytest.mark.parametrize("base", [BASE, LARGE, WAVERING], ids=["small", "looks", "more attempts"])
@pytest.mark.parametrize("seed", range(2))
def test_a_re_run_by_hand_asks_nobody_and_decides_the_same_however_the_model_wavers(
    base: Commit, seed: int
) -> None:
    first = MemoryOutputs()
    report = run(dice(seed), base, outputs=first)
    outputs = first.next_run()
    for _ in range(2):
        again = run(FakeModels(never), base, outputs=outputs)
        assert judged(again) == judged(report)
        assert outputs.kept == []
        outputs = outputs.next_run()


def silent(seed: int, model: str = "", share: float = 0.1) -> FakeModels:
    """A model that now and then says nothing at all."""
    random = Random(seed)

    def answer(asked: str, messages: Sequence[ChatMessage]) -> Answer:
        return completion("") if model in asked and random.random() < share else right(asked, messages)

    return FakeModels(answer)


@pytest.mark.slow
def test_answers_that_are_empty_by_chance_get_no_second_chance_in_a_re_run() -> None:
    """They count as wrong; asked again, they alone, a failing model would be green the second time."""
    outputs = MemoryOutputs()
    first = run(silent(1, "-02-", share=0.15), BASE, outputs=outputs)
    assert first.decision.outcome is Outcome.FAILED
    again = run(FakeModels(never), BASE, outputs=outputs.next_run())
    assert judged(again) == judged(first)


@pytest.mark.slow
def test_a_base_that_is_read_from_the_store_is_as_often_empty_as_it_was() -> None:
    """Base was stored when it was a head. An unchanged model must not lose to one whose empty answers are redrawn."""
    pushed = MemoryOutputs()
    merged = {**BASE, **MOVE}
    run(silent(1), BASE, outputs=pushed)
    for seed in range(2, 6):
        report = run(
            silent(seed),
            merged,
            {"models/bot.yml": reference("good-2026-03-01")},
            outputs=pushed.next_run(may_write=False),
        )
        assert report.decision.outcome is not Outcome.FAILED


ALIASES = {**LARGE, "models/bot.yml": reference("good-latest")}
MOVE_OF_ALIAS = {"models/bot.yml": reference("good-preview")}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_re_run_with_aliases_probes_and_decides_on_the_first_draw_all_the_same(seed: int) -> None:
    """Were a probe's answers stored, every re-run would throw some of the dice once more."""
    first = MemoryOutputs()
    report = run(dice(seed), ALIASES, MOVE_OF_ALIAS, outputs=first)
    outputs = first.next_run()
    for throw in range(2):
        models = dice(1000 + 10 * seed + throw)
        again = run(models, ALIASES, MOVE_OF_ALIAS, outputs=outputs, at=LATER)
        assert judged(again) == judged(report)
        assert len(models.asked) == calls(again) == 60
        assert outputs.kept == []


@pytest.mark.slow
def test_more_attempts_in_a_re_run_are_added_to_those_that_were_stored() -> None:
    """The suite gets `max_head` after its first run: what was decided on attempt 0 rests on attempt 0 still."""
    first = MemoryOutputs()
    run(balanced(), outputs=first)
    stored = set(first.next_run().stored)
    models, outputs = balanced(), first.next_run()
    run(models, WAVERING, outputs=outputs)
    assert len(models.asked) == 420
    assert models_of(models) == ["good-2026-02-01"]
    assert stored.isdisjoint(identity.key for identity, _ in outputs.kept)
    assert {identity.attempt for identity, _ in outputs.kept} == {1, 2}


@pytest.mark.slow
def test_a_loss_that_was_proven_stays_proven_when_attempts_are_allowed_afterwards() -> None:
    first = MemoryOutputs()
    assert run(losing(5), outputs=first).decision.outcome is Outcome.FAILED
    again = run(FakeModels(right), WAVERING, outputs=first.next_run())
    assert again.decision.outcome is Outcome.FAILED


# Drift.


def forgot_everything(model: str, messages: Sequence[ChatMessage]) -> Answer:
    return "?" if model == "good-latest" else right(model, messages)


@pytest.mark.slow
def test_stored_answers_of_an_alias_that_moved_are_asked_anew_and_counted_once() -> None:
    before = MemoryOutputs()
    run(FakeModels(right), ALIASES, MOVE_OF_ALIAS, outputs=before)
    models, stores, outputs = FakeModels(forgot_everything), MemoryStores(), before.next_run()
    report = run(models, ALIASES, MOVE_OF_ALIAS, outputs=outputs, stores=stores, at=LATER)
    told = [notice for notice in report.notices if notice.startswith("stored answers of good-latest")]
    assert len(told) == 1
    assert "30 answers asked again" in told[0]
    assert report.decision.outcome is Outcome.PASSED
    (suite,) = report.decision.models[0].suites
    assert suite.numbers.base is not None
    assert (suite.numbers.base.mean, suite.numbers.base.spend.reused_calls) == (0.0, 0)
    lines = {(line.model, line.side): line.spend for line in report.spend}
    assert lines["bot: base once more", "base"].calls == 30
    assert lines["bot: head once more", "head"].calls == 30
    assert (lines["bot", "base"].calls, lines["bot", "base"].reused_calls) == (suite.numbers.samples, 0)
    assert calls(report) == len(models.asked)
    results = stores.only.messages["eval.result"]
    assert len(results) == suite.numbers.samples + 1
    assert {one.model_dump()["baseline_score"] for one in results} == {0.0}
    spans = [span.model_dump()["span_id"] for span in stores.only.tree]
    assert len(set(spans)) == len(spans)
    *_, root = stores.only.tree  # what was forgotten has been paid for, and stays
    assert root.attrs["calls"] == len(models.asked)
    assert root.attrs["reused_calls"] == sum(one.reused for one in stores.only.attempts) > 0
    # The next run finds what the model says now, and not what the probe said.
    after = run(
        FakeModels(forgot_everything),
        ALIASES,
        MOVE_OF_ALIAS,
        outputs=outputs.next_run(),
        at=LATER + timedelta(days=2),
    )
    assert judged(after) == judged(report)
    assert calls(after) == 60


@pytest.mark.slow
def test_a_pinned_model_is_probed_after_a_week_and_an_alias_has_expired_by_then() -> None:
    first = MemoryOutputs()
    run(FakeModels(right), outputs=first)
    later = NOON + timedelta(days=8)
    models = FakeModels(right)
    run(models, outputs=first.next_run(), at=later)
    assert len(models.asked) == 60
    first = MemoryOutputs()
    run(FakeModels(right), ALIASES, MOVE_OF_ALIAS, outputs=first)
    models = FakeModels(right)
    report = run(models, ALIASES, MOVE_OF_ALIAS, outputs=first.next_run(), at=later)
    assert len(models.asked) == calls(report)
    assert sum(line.spend.reused_calls for line in report.spend) == 0


@pytest.mark.slow
def test_what_a_probe_spends_counts_in_the_budget_for_evaluation() -> None:
    first = MemoryOutputs()
    run(FakeModels(right), ALIASES, MOVE_OF_ALIAS, outputs=first)
    base = {**ALIASES, **policy("require:", "budgets: {eval_usd: 0.001}, require:")}
    report = run(FakeModels(right), base, MOVE_OF_ALIAS, outputs=first.next_run(), at=LATER)
    assert report.budgets[0].spent == "$0.0008"
    assert calls(report) == 60


@pytest.mark.slow
def test_what_was_learnt_about_drift_is_told_even_where_the_run_then_breaks_off() -> None:
    first = MemoryOutputs()
    run(balanced(), ALIASES, MOVE_OF_ALIAS, outputs=first)
    models = FakeModels(forgot_everything)
    report = run(
        models,
        ALIASES,
        MOVE_OF_ALIAS,
        outputs=first.next_run(),
        stop=SignalDuring(lambda: len(models.asked) >= 50),
        at=LATER,
    )
    assert report.decision.outcome is Outcome.COULD_NOT_RUN
    assert any(notice.startswith("stored answers of good-latest") for notice in report.notices)
