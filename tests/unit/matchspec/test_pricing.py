"""Claims: what was reported is what a call costs; else its day's price decides, else nobody knows."""

import dataclasses
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from mist_ci.adapters.prices import DatedPrices
from mist_ci.matchspec import Portion, evaluate
from mist_ci.matchspec.budget import billed, price_of
from mist_ci.matchspec.calls import Call
from mist_ci.models.attempt import Attempt, Side, spend_of
from mist_ci.models.config import PriceList
from mist_ci.models.usage import CostBasis
from mist_ci.ports.model_client import Completion
from tests.fakes import FakeModels, MemoryOutputs, completion, world
from tests.unit.matchspec.test_reuse import NOON
from tests.unit.matchspec.test_reuse import run as run_with_store
from tests.unit.matchspec.test_run import DOLLAR_A_CALL, provider, run, side, suite

THREE_CENTS = Decimal("0.03")


def asked(answer: Completion, prices: PriceList | None) -> Attempt:
    contestant = side(Side.HEAD, provider(prices=prices))
    return run([suite(1)], [contestant], FakeModels(lambda _model, _messages: answer)).attempts[0]


@pytest.mark.parametrize("prices", [None, DOLLAR_A_CALL])
def test_what_the_provider_says_that_a_call_cost_comes_before_any_price(prices: PriceList | None) -> None:
    attempt = asked(completion("0", cost_usd=THREE_CENTS), prices)
    assert (attempt.cost_usd, attempt.cost_basis) == (THREE_CENTS, CostBasis.REPORTED)
    spend = spend_of([attempt])
    assert (spend.cost_usd, spend.cost_bases) == (THREE_CENTS, ("reported",))


@pytest.mark.parametrize(
    ("prices", "usd", "basis"),
    [(DOLLAR_A_CALL, Decimal(1), CostBasis.POLICY), (None, None, CostBasis.UNKNOWN)],
)
def test_where_nobody_says_the_price_list_does_and_then_nobody(
    prices: PriceList | None, usd: Decimal | None, basis: CostBasis
) -> None:
    attempt = asked(completion("0"), prices)
    assert (attempt.cost_usd, attempt.cost_basis) == (usd, basis)


def test_a_stored_answer_saves_what_was_paid_for_it_and_another_what_it_would_cost_today() -> None:
    for reported, saved in ((THREE_CENTS, THREE_CENTS), (None, Decimal(2))):
        outputs = MemoryOutputs()
        answer = completion("0", cost_usd=reported)
        models = FakeModels(lambda _model, _messages, answer=answer: answer)  # type: ignore[misc]
        run_with_store([suite(1)], [side(Side.HEAD, provider(prices=DOLLAR_A_CALL))], models, outputs)
        dearer = DOLLAR_A_CALL.model_copy(
            update={"input_per_mtok": Decimal(100_000), "output_per_mtok": Decimal(500_000)}
        )
        later = run_with_store(
            [suite(1)],
            [side(Side.HEAD, provider(prices=dearer))],
            FakeModels(),
            outputs.next_run(),
            at=NOON + timedelta(days=1),
        )
        spend = spend_of(later.attempts)
        assert (spend.cost_usd, spend.saved_usd, spend.reused_calls) == (Decimal(0), saved, 1)


def test_an_attempt_tells_what_came_from_a_cache_and_what_nobody_sees() -> None:
    attempt = asked(completion("0", tokens_cached=7, tokens_reasoning=1), None)
    assert (attempt.tokens_in, attempt.tokens_cached) == (10, 7)
    assert (attempt.tokens_out, attempt.tokens_reasoning) == (2, 1)
    spend = spend_of([attempt, attempt])
    assert (spend.tokens_cached, spend.tokens_reasoning) == (14, 2)


def test_a_part_is_never_more_than_its_whole_and_nothing_where_nothing_was_counted() -> None:
    attempt = asked(completion("0", tokens_cached=70, tokens_reasoning=70), None)
    assert (attempt.tokens_cached, attempt.tokens_reasoning) == (10, 2)
    attempt = asked(completion("0", tokens_in=None, tokens_cached=7, tokens_reasoning=1), None)
    assert (attempt.tokens_cached, attempt.tokens_reasoning) == (0, 0)


def test_input_from_a_cache_is_priced_as_such() -> None:
    prices = DOLLAR_A_CALL.model_copy(update={"cached_input_per_mtok": Decimal(0)})
    contestant = side(Side.HEAD, provider(prices=prices))
    models = FakeModels(lambda _model, _messages: completion("0", tokens_cached=10))
    outside = dataclasses.replace(world(models=models), prices=DatedPrices())
    done = evaluate([Portion.whole(suite(1))], [contestant], outside, outside.results.create("run"))
    assert done.attempts[0].cost_usd == Decimal("0.5")


def test_a_record_of_an_older_version_still_reads() -> None:
    attempt = asked(completion("0"), None)
    written = msgspec.json.decode(msgspec.json.encode(attempt))
    newer = {"tokens_cached", "tokens_reasoning", "tokens_cache_written", "tier"}
    older = {name: told for name, told in written.items() if name not in newer}
    assert msgspec.json.decode(msgspec.json.encode(older), type=Attempt) == attempt


def test_a_gateway_that_is_dearer_than_the_price_list_stops_the_run_after_the_calls_under_way() -> None:
    dear = completion("0", cost_usd=Decimal(5))  # a dollar was set aside for it
    models = FakeModels(lambda _model, _messages: dear)
    done = run([suite(20)], [side(Side.HEAD, provider(prices=DOLLAR_A_CALL))], models, ceiling="8")
    assert not done.complete
    assert done.spent.usd == spend_of(done.attempts).cost_usd == Decimal(10)


def test_a_ceiling_is_charged_what_was_reported_also_where_tokens_were_counted_here() -> None:
    answer = completion("0", cost_usd=THREE_CENTS, tokens_in=None, tokens_out=None)
    attempt = asked(answer, DOLLAR_A_CALL)
    loaded = suite(1)
    call = Call(side(Side.HEAD, provider(prices=DOLLAR_A_CALL)), loaded, loaded.samples[0], 0)
    assert billed(call, attempt, (10_000, 2), world()).usd == THREE_CENTS


def test_what_goes_into_a_cache_and_the_tier_are_told_and_never_more_than_their_whole() -> None:
    attempt = asked(completion("0", tokens_cached=7, tokens_cache_written=70, tier="flex"), None)
    assert (attempt.tokens_cached, attempt.tokens_cache_written, attempt.tier) == (7, 3, "flex")
    spend = spend_of([attempt])
    assert (spend.tokens_cache_written, spend.cost_bases) == (3, ("unknown, tier flex",))


def test_sound_is_not_priced_as_text() -> None:
    attempt = asked(completion("0", tokens_not_text=1), DOLLAR_A_CALL)
    assert (attempt.cost_usd, attempt.cost_basis) == (None, CostBasis.UNKNOWN)


def test_money_is_set_aside_for_a_prompt_that_is_written_to_the_cache() -> None:
    prices = DOLLAR_A_CALL.model_copy(update={"cache_write_per_mtok": 2 * DOLLAR_A_CALL.input_per_mtok})
    loaded = suite(1)
    outside = dataclasses.replace(world(), prices=DatedPrices())
    plain, written = (
        price_of(Call(side(Side.HEAD, provider(prices=one)), loaded, loaded.samples[0], 0), (10, 2), outside)
        for one in (DOLLAR_A_CALL, prices)
    )
    assert (plain, written) == (Decimal(1), Decimal("1.5"))


def test_an_answer_of_unknown_cost_counts_all_that_was_set_aside_for_it() -> None:
    attempt = asked(completion("0", tier="flex"), None)
    loaded = suite(1)
    call = Call(side(Side.HEAD, provider(prices=DOLLAR_A_CALL)), loaded, loaded.samples[0], 0)
    assert billed(call, attempt, (10, 2), world()).usd == Decimal(1)
