"""Claims: a stored answer stands in for exactly its own request, costs nothing now, and is graded like any other."""

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import asdict

from mist_ci.errors import Code, CouldNotRun
from mist_ci.matchspec import Contestant, Evaluation, evaluate
from mist_ci.matchspec.reuse import ALIAS_AGE
from mist_ci.models.attempt import Side, spend_of
from mist_ci.models.ceilings import UNLIMITED, Ceilings
from mist_ci.models.config import Provider
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.models.output import RequestIdentity, StoredAnswer
from mist_ci.models.suite import ChatMessage, Suite
from mist_ci.ports.model_client import NoAnswer
from tests.fakes import (
    Answer,
    FakeModels,
    MemoryOutputs,
    MemoryStores,
    SignalDuring,
    TickingClock,
    completion,
    world,
)
from tests.unit.matchspec.test_run import DOLLAR_A_CALL, both, portions, provider, right, side, suite

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PINNED = "ft:gpt-4o-mini-2024-07-18:acme::abc123"


def run(
    suites: Sequence[Suite],
    contestants: Sequence[Contestant],
    models: FakeModels,
    outputs: MemoryOutputs,
    ceiling: str | None = None,
    at: datetime = NOON,
) -> Evaluation:
    stores = MemoryStores()
    outside = world(models=models, results=stores, outputs=outputs, clock=TickingClock(at))
    done = evaluate(
        portions(suites),
        contestants,
        outside,
        stores.create("run"),
        Ceilings(usd=Decimal(ceiling)) if ceiling else UNLIMITED,
    )
    assert stores.only.attempts == list(done.attempts)
    return done


def remembered(
    suites: Sequence[Suite], contestants: Sequence[Contestant], answer: Answer | None = None
) -> MemoryOutputs:
    """What is stored after these were asked."""
    outputs = MemoryOutputs()
    run(
        suites,
        contestants,
        FakeModels(right if answer is None else lambda _model, _messages: answer),
        outputs,
    )
    return outputs.next_run()


TOLD_APART = {"start_ns", "end_ns", "reused", "stored_at", "retries"}


def essence(done: Evaluation) -> list[dict[str, object]]:
    """Attempts without what time it was and who paid."""
    return [
        {name: value for name, value in asdict(one).items() if name not in TOLD_APART}
        for one in done.attempts
    ]


def test_what_was_answered_once_is_not_asked_again_and_graded_to_the_same_attempt() -> None:
    where, outputs = provider(prices=DOLLAR_A_CALL), MemoryOutputs()
    first = run([suite()], both(where), FakeModels(right), outputs)
    models = FakeModels()
    second = run([suite()], both(where), models, outputs.next_run())
    assert models.asked == []
    assert essence(second) == essence(first)
    assert {one.reused for one in first.attempts} == {False}
    assert {one.reused for one in second.attempts} == {True}
    assert second.complete


def test_a_reused_answer_keeps_its_price_and_nothing_was_spent() -> None:
    where = provider(prices=DOLLAR_A_CALL)
    done = run([suite(3)], both(where), FakeModels(), remembered([suite(3)], both(where)))
    assert {one.cost_usd for one in done.attempts} == {Decimal(1)}
    spend = spend_of(done.attempts)
    assert (spend.calls, spend.tokens_in, spend.tokens_out, spend.cost_usd) == (0, 0, 0, Decimal(0))
    assert (spend.reused_calls, spend.saved_usd) == (6, Decimal(6))


def test_a_stored_answer_is_graded_by_the_suite_as_it_is_now() -> None:
    where = provider()
    stored = remembered([suite(2)], [side(Side.HEAD, where)], "7")
    moved = suite(2)
    moved = moved.model_copy(
        update={"samples": tuple(one.model_copy(update={"expected": "7"}) for one in moved.samples)}
    )
    assert {one.score for one in run([moved], [side(Side.HEAD, where)], FakeModels(), stored).attempts} == {
        1.0
    }


def test_base_of_one_run_is_head_of_another() -> None:
    where = provider()
    stored = remembered([suite()], [side(Side.HEAD, where, "good-2")])
    done = run([suite()], [side(Side.BASE, where, "good-2")], FakeModels(), stored)
    assert {(one.side, one.reused) for one in done.attempts} == {(Side.BASE, True)}


def test_two_sides_of_one_run_answer_each_for_itself() -> None:
    """Or a comparison of a model with itself would never see that it wavers."""
    models = FakeModels(right)
    run(
        [suite(5)], [side(one, provider(), "same") for one in (Side.BASE, Side.HEAD)], models, MemoryOutputs()
    )
    assert len(models.asked) == 10


def identity(
    where: Provider | None = None,
    model: str = "m",
    temperature: float | None = None,
    text: str = "q",
    attempt: int = 0,
) -> RequestIdentity:
    reference = ModelReference(
        version=1, provider="prod", model=model, parameters=Parameters(temperature=temperature)
    )
    messages = (ChatMessage(role="user", content=text),)
    return RequestIdentity.of(where or provider(), reference, messages, attempt)


OTHERS: dict[str, RequestIdentity] = {
    "address": identity(where=provider().model_copy(update={"base_url": "http://127.0.0.1:2/v1"})),
    "model": identity(model="n"),
    "parameters": identity(temperature=0.0),
    "messages": identity(text="p"),
    "attempt": identity(attempt=1),
}


@pytest.mark.parametrize("difference", OTHERS)
def test_a_request_that_differs_in_anything_is_another_one(difference: str) -> None:
    assert OTHERS[difference].key != identity().key
    assert OTHERS[difference] != identity()


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        ("azure", {"api_version": "2024-10-21"}),
        ("anthropic", {"api_version": "2023-01-01"}),
        ("openai", {"max_tokens_as": "max_completion_tokens"}),
        ("command", {"protocol": "text"}),
    ],
)
def test_answers_to_another_way_of_asking_stand_in_for_nothing(kind: str, setting: dict[str, str]) -> None:
    """A server that is told `max_tokens` under a name that it does not know answers at any length."""
    place = {"command": ["answer"]} if kind == "command" else {"base_url": "https://llm.example.com/v1"}
    plain = Provider.model_validate_json(json.dumps({"type": kind, **place}))
    other = Provider.model_validate_json(json.dumps({"type": kind, **place, **setting}))
    assert identity(plain).key != identity(other).key


def test_a_request_is_the_same_whatever_the_key_the_limits_and_the_prices_are() -> None:
    other = provider(7, DOLLAR_A_CALL).model_copy(update={"key_env": "OTHER"})
    assert identity(where=other) == identity()


def test_a_key_is_for_ever() -> None:
    """It changes only on purpose: all that is stored would be lost."""
    assert identity(temperature=0.5).key == "1232115843119e539676cc81c8759692afa602566b12e109f0a963ad4c743c77"


def test_what_was_asked_is_not_in_the_identity() -> None:
    assert b"secret" not in identity(text="secret").written


def test_each_attempt_has_an_entry_of_its_own() -> None:
    several, where = suite(2, "attempts: {base: 1, head: 3}\n"), provider()
    numbers = iter(range(100))
    outputs = MemoryOutputs()
    first = run(
        [several], [side(Side.HEAD, where)], FakeModels(lambda *_: f"answer {next(numbers)}"), outputs
    )
    stored = outputs.next_run()
    gone = [key for key, (one, _) in stored.stored.items() if one.attempt == 1]
    for key in gone:
        del stored.stored[key]
    second = run([several], [side(Side.HEAD, where)], FakeModels(lambda *_: "new"), stored)
    by_call = {(one.sample, one.attempt): one.output for one in first.attempts}
    assert len(set(by_call.values())) == 6
    assert {(one.sample, one.attempt): one.output for one in second.attempts} == {
        call: "new" if call[1] == 1 else output for call, output in by_call.items()
    }


@pytest.mark.parametrize(
    ("model", "age", "reused"),
    [
        ("gpt-4o-mini", ALIAS_AGE - timedelta(minutes=1), True),
        ("gpt-4o-mini", ALIAS_AGE + timedelta(minutes=1), False),
        (PINNED, ALIAS_AGE + timedelta(minutes=1), True),
        (PINNED, timedelta(days=700), True),
    ],
)
def test_an_alias_is_asked_again_after_a_week_and_a_pinned_model_never(
    model: str, age: timedelta, reused: bool
) -> None:
    who = [side(Side.HEAD, provider(), model)]
    models = FakeModels(right)
    done = run([suite(2)], who, models, remembered([suite(2)], who), at=NOON + age)
    assert {one.reused for one in done.attempts} == {reused}
    assert len(models.asked) == (0 if reused else 2)


@pytest.mark.parametrize(
    "more",
    [
        {"type": "azure"},
        {"type": "command", "base_url": "", "command": ("x",)},
        {"type": "python", "callable": "a:b", "base_url": ""},
    ],
)
def test_a_dated_name_that_anybody_can_give_is_no_pin(more: dict[str, object]) -> None:
    who = [side(Side.HEAD, provider().model_copy(update=more), PINNED)]
    models = FakeModels(right)
    done = run(
        [suite(2)], who, models, remembered([suite(2)], who), at=NOON + ALIAS_AGE + timedelta(minutes=1)
    )
    assert {one.reused for one in done.attempts} == {False}


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (completion("4"), True),
        (completion("4", finish_reason=None), True),
        (completion("4, and", finish_reason="length"), True),
        (completion("I will not.", refusal=True), True),
        (completion("4", finish_reason="content_filter"), True),
        (completion(""), True),
        (completion("", finish_reason="length", tokens_in=None, tokens_out=None), True),
        (completion(" \n"), True),
        (NoAnswer("HTTP 503", retries=4, server_gone=False), False),
    ],
)
def test_whatever_a_model_said_is_stored_and_nothing_else(answer: Answer, kept: bool) -> None:
    who = [side(Side.HEAD, provider())]
    stored = remembered([suite(1)], who, answer)
    assert len(stored.stored) == kept
    if kept:
        again = run([suite(1)], who, FakeModels(), stored)
        assert essence(again) == essence(run([suite(1)], who, FakeModels(lambda *_: answer), MemoryOutputs()))


def test_an_entry_remembers_who_answered_when_and_to_which_run() -> None:
    (entry,) = remembered([suite(1)], [side(Side.HEAD, provider(), "m")]).stored.values()
    asked, answer = entry
    assert (asked.provider_type, asked.base_url, asked.model) == ("openai", "http://127.0.0.1:1/v1", "m")
    assert (answer.fingerprint, answer.run, answer.written.date()) == ("fp", "run", NOON.date())


def test_a_run_that_may_only_read_stores_nothing() -> None:
    outputs = MemoryOutputs(may_write=False)
    run([suite()], both(provider()), FakeModels(right), outputs)
    assert outputs.kept == []


def test_what_was_reused_is_not_stored_again() -> None:
    stored = remembered([suite()], both(provider()))
    run([suite()], both(provider()), FakeModels(), stored)
    assert stored.kept == []


def half(
    stored: MemoryOutputs, which: Callable[[int], bool] = lambda number: number % 2 == 0
) -> MemoryOutputs:
    """The store with some of its entries."""
    entries = sorted(stored.stored.items())
    return MemoryOutputs(stored=dict(entry for number, entry in enumerate(entries) if which(number)))


def test_a_budget_is_not_charged_for_what_is_reused() -> None:
    who = [side(Side.HEAD, provider(1, DOLLAR_A_CALL))]
    models = FakeModels(right)
    done = run([suite(10)], who, models, half(remembered([suite(10)], who)), ceiling="5.5")
    assert (len(models.asked), len(done.attempts), done.complete) == (5, 10, True)
    assert spend_of(done.attempts).cost_usd == 5


def test_a_ceiling_that_is_used_up_still_lets_stored_answers_through() -> None:
    who = both(provider(4, DOLLAR_A_CALL))
    done = run([suite()], who, FakeModels(), remembered([suite()], who), ceiling="0")
    assert (len(done.attempts), done.complete) == (8, True)


def test_a_stored_answer_waits_for_no_place_in_the_line() -> None:
    who = [side(Side.HEAD, provider(3))]
    models = FakeModels(right)
    done = run([suite(30)], who, models, half(remembered([suite(30)], who)))
    assert (models.most_in_flight["prod"], len(models.asked), done.complete) == (3, 15, True)


def test_a_dead_server_is_noticed_between_stored_answers() -> None:
    who = [side(Side.HEAD, provider())]
    silent = NoAnswer("connection refused", retries=4, server_gone=True)
    done = run([suite(40)], who, FakeModels(lambda *_: silent), half(remembered([suite(40)], who)))
    assert isinstance(done.failure, CouldNotRun)
    assert done.failure.code is Code.SERVER_GONE
    assert "connection refused" in done.failure.message


class SlowOutputs(MemoryOutputs):
    """A disk that takes its time."""

    def get(self, identity: RequestIdentity, not_before: datetime | None = None) -> StoredAnswer | None:
        time.sleep(0.001)
        return super().get(identity, not_before)


@pytest.mark.slow
def test_a_signal_is_heard_while_only_stored_answers_are_read() -> None:
    who, stores = both(provider()), MemoryStores()
    stored = SlowOutputs(stored=remembered([suite(200)], who).stored)
    store = stores.create("run")
    signal = SignalDuring(lambda: len(stores.only.attempts) > 0)
    done = evaluate(portions([suite(200)]), who, world(outputs=stored, interrupts=signal), store)
    assert isinstance(done.failure, CouldNotRun)
    assert done.failure.code is Code.CANCELLED
    assert 0 < len(done.attempts) < 400


def test_an_answer_is_stored_before_it_is_graded_and_written_down() -> None:
    outputs, stores = MemoryOutputs(), MemoryStores(full_after=0)
    outside = world(models=FakeModels(right), results=stores, outputs=outputs)
    done = evaluate(portions([suite(5)]), [side(Side.HEAD, provider())], outside, stores.create("run"))
    assert done.failure is not None
    assert stores.only.attempts == []
    assert len(outputs.kept) == 1, "the next run does not pay for it again"
