"""Claims: both sides are asked the same, side by side, and what was answered is kept whatever runs out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest

from mist_ci.errors import Code, CouldNotRun
from mist_ci.matchspec import Contestant, Evaluation, Portion, evaluate, load, read
from mist_ci.matchspec.run import GONE_AFTER
from mist_ci.models.attempt import AttemptStatus, Side
from mist_ci.models.ceilings import UNLIMITED, Ceilings
from mist_ci.models.config import Limits, PriceList, Provider
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.models.suite import ChatMessage, Suite, ToolCall
from mist_ci.models.usage import CostBasis, TokenBasis
from mist_ci.ports.model_client import NoAnswer
from tests.fakes import (
    Answer,
    FakeModels,
    InlineExecutor,
    MemoryStores,
    MemoryTree,
    RecordedProgress,
    SignalDuring,
    TickingClock,
    completion,
    jsonl,
    world,
)

SILENT = NoAnswer("connection refused", retries=4, server_gone=True)
BUSY = NoAnswer("HTTP 503, five times", retries=4, server_gone=False)
DOLLAR_A_CALL = PriceList.model_validate_json(
    '{"input_per_mtok": 50000, "output_per_mtok": 250000, "as_of": "2026-11-01"}'
)
TWO_TOKENS = Parameters(max_tokens=2)


def provider(connections: int = 1, prices: PriceList | None = None) -> Provider:
    return Provider(
        type="openai",
        base_url="http://127.0.0.1:1/v1",
        limits=Limits(connections=connections),
        prices=prices,
    )


def side(side: Side, where: Provider, model: str | None = None, name: str = "prod") -> Contestant:
    return Contestant(
        side,
        ModelReference(version=1, provider=name, model=model or side.value, parameters=TWO_TOKENS),
        where,
    )


def both(where: Provider) -> list[Contestant]:
    return [side(Side.BASE, where), side(Side.HEAD, where)]


def suite(samples: int = 4, header: str = "", name: str = "qa") -> Suite:
    rows = jsonl(f'{{"input": "{name} {number}", "expected": "{number}"}}' for number in range(samples))
    text = f"version: 1\nname: {name}\ngraders: [exact, contains]\ndata: qa.jsonl\n{header}"
    tree = MemoryTree({"suites/qa.yml": text, "suites/qa.jsonl": rows})
    return load(read(tree, "suites/qa.yml"), InlineExecutor())


def right(model: str, messages: Sequence[ChatMessage]) -> Answer:
    del model
    return messages[-1].content.split()[-1]


def run(
    suites: Sequence[Suite],
    contestants: Sequence[Contestant],
    models: FakeModels,
    stores: MemoryStores | None = None,
    ceiling: str | None = None,
) -> Evaluation:
    stores = stores or MemoryStores()
    outside = world(models=models, results=stores)
    return evaluate(
        portions(suites),
        contestants,
        outside,
        stores.create("run"),
        Ceilings(usd=Decimal(ceiling)) if ceiling else UNLIMITED,
    )


def portions(suites: Sequence[Suite]) -> list[Portion]:
    return [Portion.whole(one) for one in suites]


def test_base_and_head_are_asked_each_sample_one_after_the_other() -> None:
    models = FakeModels(right)
    done = run([suite()], both(provider()), models)
    asked = [(request.model, request.messages[-1].content) for request in models.asked]
    samples = [sample.messages[-1].content for sample in suite().samples]
    assert asked == [(model, content) for content in samples for model in ("base", "head")]
    assert done.complete
    assert (done.planned, len(done.attempts), done.failure) == (8, 8, None)


def test_a_request_carries_the_parameters_of_its_own_side() -> None:
    where = provider()
    base, head = both(where)
    parameters = Parameters(temperature=0.5, max_tokens=9)
    head = Contestant(Side.HEAD, head.reference.model_copy(update={"parameters": parameters}), where)
    models = FakeModels(right)
    run([suite(1)], [base, head], models)
    assert [request.parameters for request in models.asked] == [TWO_TOKENS, parameters]


def test_each_side_answers_as_often_as_the_suite_says() -> None:
    done = run([suite(2, "attempts: {base: 2, head: 3}\n")], both(provider()), FakeModels(right))
    counted = Counter((attempt.side, attempt.sample) for attempt in done.attempts)
    assert set(counted.values()) == {2, 3}
    numbers = [
        attempt.attempt for attempt in done.attempts if (attempt.side, attempt.sample) == ("head", "line-1")
    ]
    assert numbers == [0, 1, 2]


def test_an_attempt_remembers_all_that_a_verdict_needs() -> None:
    stores = MemoryStores()
    loaded = suite(1)
    done = run([loaded], [side(Side.HEAD, provider(prices=DOLLAR_A_CALL), "ft:x")], FakeModels(right), stores)
    (attempt,) = done.attempts
    assert stores.only.attempts == [attempt]
    assert (attempt.side, attempt.suite, attempt.suite_digest) == (Side.HEAD, "qa", loaded.digest)
    assert (attempt.key, attempt.sample) == (loaded.samples[0].key, "line-1")
    assert (attempt.status, attempt.score, attempt.scores) == ("scored", 1.0, {"exact": 1.0, "contains": 1.0})
    assert (attempt.provider, attempt.model, attempt.fingerprint) == ("prod", "ft:x", "fp")
    assert (attempt.tokens_in, attempt.tokens_out, attempt.token_basis) == (10, 2, TokenBasis.REPORTED)
    assert (attempt.cost_usd, attempt.cost_basis, attempt.price_as_of) == (
        Decimal(1),
        CostBasis.POLICY,
        "2026-11-01",
    )
    assert attempt.latency_ms > 0


@pytest.mark.parametrize(
    "missing", [{"tokens_in": None}, {"tokens_out": None}, {"tokens_in": None, "tokens_out": None}]
)
def test_tokens_that_nobody_reported_are_counted_and_the_basis_says_so(missing: dict[str, None]) -> None:
    done = run(
        [suite(1, "system: You are very brief.\n")],
        [side(Side.HEAD, provider())],
        FakeModels(lambda _model, _messages: completion("a b c", **missing)),
    )
    (attempt,) = done.attempts
    assert (attempt.tokens_in, attempt.tokens_out, attempt.token_basis) == (4 + 2, 3, TokenBasis.COUNTED)


def test_an_unknown_price_is_unknown_and_never_zero() -> None:
    (attempt,) = run([suite(1)], [side(Side.HEAD, provider())], FakeModels(right)).attempts
    assert (attempt.cost_usd, attempt.cost_basis, attempt.price_as_of) == (None, CostBasis.UNKNOWN, None)


@pytest.mark.parametrize("connections", [1, 3, 8])
def test_no_more_calls_are_in_flight_than_the_provider_allows(connections: int) -> None:
    models = FakeModels(right)
    done = run([suite(20)], both(provider(connections)), models)
    assert models.most_in_flight == {"prod": connections}
    assert done.complete


def test_a_narrow_provider_is_not_asked_more_because_the_other_one_is_wide() -> None:
    models = FakeModels(right)
    narrow = side(Side.BASE, provider(1), name="narrow")
    wide = side(Side.HEAD, provider(6), name="wide")
    done = run([suite(20)], [narrow, wide], models)
    assert models.most_in_flight["narrow"] == 1
    assert 1 < models.most_in_flight["wide"] <= 6
    assert (done.complete, len(done.attempts)) == (True, 40)


def test_every_client_is_opened_once_and_closed() -> None:
    models = FakeModels(right)
    run([suite(3), suite(3, name="other")], both(provider(2)), models)
    assert (models.opened, models.closed) == (["prod"], ["prod"])


def test_progress_counts_every_call() -> None:
    progress, stores = RecordedProgress(), MemoryStores()
    outside = world(models=FakeModels(right), progress=progress)
    evaluate(portions([suite(5)]), both(provider(2)), outside, stores.create("run"))
    assert progress.told[0] == ("start asking base, head about 5 samples, calls", 10)
    assert progress.steps() == 10
    assert progress.told[-1][0] == "finish"


def test_no_answer_is_missing_and_never_a_zero() -> None:
    done = run([suite(2)], [side(Side.HEAD, provider())], FakeModels(lambda _model, _messages: BUSY))
    for attempt in done.attempts:
        assert (attempt.status, attempt.score, attempt.scores) == (AttemptStatus.INFRA_FAILURE, None, {})
        assert (attempt.reason, attempt.retries) == ("HTTP 503, five times", 4)
        assert attempt.token_basis is None
    assert done.complete, "a server that answers with errors is not gone"


def test_a_server_that_falls_silent_ends_the_run_and_what_was_answered_is_kept() -> None:
    stores = MemoryStores()
    models = FakeModels(lambda model, messages: right(model, messages) if len(models.asked) <= 5 else SILENT)
    done = run([suite(50)], both(provider()), models, stores)
    assert isinstance(done.failure, CouldNotRun)
    assert done.failure.code is Code.SERVER_GONE
    assert "http://127.0.0.1:1/v1" in done.failure.message
    assert "5 finished answers are kept in memory/run" in str(done.failure.hint)
    assert len(models.asked) == len(done.attempts) == len(stores.only.attempts) == 5 + GONE_AFTER
    assert not done.complete
    assert models.closed == ["prod"]


def test_a_server_that_is_silent_now_and_then_is_not_gone() -> None:
    models = FakeModels(
        lambda model, messages: SILENT if len(models.asked) % GONE_AFTER else right(model, messages)
    )
    done = run([suite(12)], [side(Side.HEAD, provider())], models)
    assert (done.failure, done.complete) == (None, True)


def test_a_healthy_server_on_one_side_does_not_hide_a_dead_one_on_the_other() -> None:
    models = FakeModels(lambda model, messages: right(model, messages) if model == "base" else SILENT)
    done = run(
        [suite(50)],
        [side(Side.BASE, provider(), name="alive"), side(Side.HEAD, provider(), name="dead")],
        models,
    )
    assert isinstance(done.failure, CouldNotRun)
    assert "'dead'" in done.failure.message
    assert sum(request.model == "head" for request in models.asked) == GONE_AFTER


def test_a_refusal_ends_the_run_at_once_and_what_was_answered_is_kept() -> None:
    refusal = CouldNotRun(Code.PROVIDER_REFUSED, "401: wrong key")
    models = FakeModels(lambda model, messages: right(model, messages) if len(models.asked) <= 5 else refusal)
    done = run([suite(50)], both(provider()), models)
    assert done.failure is refusal
    assert (len(models.asked), len(done.attempts), done.complete) == (6, 5, False)
    assert models.closed == ["prod"]


def test_a_surprise_ends_the_run_too_and_what_was_answered_is_kept() -> None:
    surprise = RuntimeError("nobody thought of this")
    models = FakeModels(
        lambda model, messages: right(model, messages) if len(models.asked) <= 5 else surprise
    )
    done = run([suite(50)], both(provider()), models)
    assert done.failure is surprise
    assert (len(done.attempts), done.complete) == (5, False)
    assert models.closed == ["prod"]


def test_a_full_disk_ends_the_run_and_the_answer_that_could_not_be_written_is_still_counted() -> None:
    stores = MemoryStores(full_after=5)
    done = run([suite(50)], both(provider()), FakeModels(right), stores)
    assert isinstance(done.failure, CouldNotRun)
    assert done.failure.code is Code.CANNOT_WRITE
    assert (len(stores.only.attempts), len(done.attempts)) == (5, 6)


def test_a_signal_ends_the_run_and_what_was_answered_is_kept() -> None:
    models, stores = FakeModels(right), MemoryStores()
    outside = world(models=models, interrupts=SignalDuring(lambda: True))
    done = evaluate(portions([suite(200)]), both(provider()), outside, stores.create("run"))
    assert isinstance(done.failure, CouldNotRun)
    assert done.failure.code is Code.CANCELLED
    assert not done.complete
    assert len(done.attempts) == len(stores.only.attempts) < 400
    assert models.closed == ["prod"]


def test_a_missing_key_is_an_error_before_anybody_is_asked() -> None:
    models = FakeModels(right, keys_missing=frozenset({"locked"}))
    with pytest.raises(CouldNotRun) as caught:
        run([suite()], [side(Side.BASE, provider()), side(Side.HEAD, provider(), name="locked")], models)
    assert caught.value.code is Code.KEY_MISSING
    assert models.asked == []
    assert models.closed == models.opened


def test_at_the_ceiling_no_new_call_starts() -> None:
    models = FakeModels(right)
    done = run([suite(50)], both(provider(1, DOLLAR_A_CALL)), models, ceiling="5")
    assert len(models.asked) == 5
    assert (done.complete, done.failure) == (False, None)


@pytest.mark.parametrize("connections", [2, 7, 256])
def test_money_is_set_aside_so_that_calls_in_flight_do_not_pass_the_ceiling(connections: int) -> None:
    models = FakeModels(right)
    done = run([suite(50)], both(provider(connections, DOLLAR_A_CALL)), models, ceiling="5.5")
    assert len(done.attempts) == len(models.asked) == 5
    assert (done.complete, done.failure) == (False, None)


def test_who_waits_for_a_narrow_provider_does_not_spend_after_the_ceiling() -> None:
    models = FakeModels(right)
    narrow = side(Side.BASE, provider(1, DOLLAR_A_CALL), name="narrow")
    wide = side(Side.HEAD, provider(6, DOLLAR_A_CALL), name="wide")
    run([suite(50)], [narrow, wide], models, ceiling="5")
    assert len(models.asked) == 5


def test_a_ceiling_that_is_used_up_asks_nobody() -> None:
    done = run([suite()], both(provider(4, DOLLAR_A_CALL)), FakeModels(), ceiling="0")
    assert (done.attempts, done.complete, done.planned) == ((), False, 8)


def test_an_unknown_price_under_a_ceiling_is_an_error_before_anybody_is_asked() -> None:
    with pytest.raises(CouldNotRun) as caught:
        run([suite()], both(provider()), FakeModels(), ceiling="5")
    assert caught.value.code is Code.UNPRICED
    assert "add `prices` to provider prod" in str(caught.value.hint)


def test_one_call_to_each_model_goes_ahead_of_all_others() -> None:
    refusal = CouldNotRun(Code.PROVIDER_REFUSED, "401: wrong key")
    models = FakeModels(lambda _model, _messages: refusal)
    done = run([suite(200)], [side(Side.HEAD, provider(64))], models)
    assert done.failure is refusal
    assert len(models.asked) == 1, "63 more requests with a wrong key help nobody"
    models = FakeModels(right)
    run([suite(200)], both(provider(64)), models)
    assert models.most_in_flight["prod"] > 32


def test_a_server_that_is_gone_from_the_start_gets_three_calls() -> None:
    models = FakeModels(lambda _model, _messages: SILENT)
    done = run([suite(200)], [side(Side.HEAD, provider(64))], models)
    assert isinstance(done.failure, CouldNotRun)
    assert done.failure.code is Code.SERVER_GONE
    assert len(models.asked) == GONE_AFTER


def test_a_server_that_only_fails_is_asked_by_many_all_the_same() -> None:
    models = FakeModels(lambda _model, _messages: BUSY)
    done = run([suite(100)], [side(Side.HEAD, provider(64))], models)
    assert len(done.attempts) == 100
    assert models.most_in_flight["prod"] > 32


def test_an_attempt_tells_what_was_tried_and_when_it_really_began() -> None:
    waited = completion("0", retries=2, tried=("500: broken", "429: slow down"), waited_s=0.001)
    done = run([suite(1)], [side(Side.HEAD, provider())], FakeModels(lambda _model, _messages: waited))
    (attempt,) = done.attempts
    assert (attempt.retries, attempt.tried) == (2, ("500: broken", "429: slow down"))
    assert attempt.end_ns >= attempt.start_ns


def test_a_clock_that_is_set_back_while_a_model_answers_makes_no_negative_latency() -> None:
    class Backwards(TickingClock):
        def now_ns(self) -> int:
            return 10**18 - super().now_ns()

    outside = world(models=FakeModels(right), clock=Backwards())
    done = evaluate(portions([suite(20)]), both(provider(4)), outside, MemoryStores().create("run"))
    assert done.complete
    assert all(0 <= attempt.latency_ms < 60_000 for attempt in done.attempts)


def test_who_waits_is_told_tokens_money_and_trouble() -> None:
    progress = RecordedProgress()
    answers: Iterator[Answer] = iter([completion("0", retries=1), BUSY])
    models = FakeModels(lambda _model, _messages: next(answers))
    outside = world(models=models, progress=progress)
    where = provider(1, DOLLAR_A_CALL)
    evaluate(portions([suite(2)]), [side(Side.HEAD, where)], outside, MemoryStores().create("run"))
    assert progress.detail() == "12 tokens, $1.00, 5 retries, 1 without answer"


def test_suites_that_ask_and_decide_the_same_keep_their_own_graders() -> None:
    files = {
        "a.yml": 'version: 1\nname: a\ngraders: [{as: strict, exact: {}}]\nsamples: [{input: "1", expected: "1"}]\n',
        "b.yml": 'version: 1\nname: b\ngraders: [exact, contains]\nsamples: [{input: "1", expected: "1"}]\n',
    }
    suites = [load(read(MemoryTree(files), path), InlineExecutor()) for path in files]
    assert suites[0].digest == suites[1].digest
    done = run(suites, both(provider()), FakeModels(right))
    assert done.failure is None
    assert {(one.suite, *sorted(one.scores)) for one in done.attempts} == {
        ("a", "strict"),
        ("b", "contains", "exact"),
    }


def test_a_record_tells_which_tools_were_called() -> None:
    call = ToolCall(name="weather", arguments='{"city": "Lima"}')
    models = FakeModels(lambda _model, _messages: completion("One moment.", tool_calls=(call,)))
    (attempt,) = run([suite(1)], [side(Side.HEAD, provider())], models).attempts
    assert attempt.output == 'One moment.\nweather({"city": "Lima"})'
