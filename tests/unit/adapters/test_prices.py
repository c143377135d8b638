"""A price is the policy's, or a dated one of the bundled list, or unknown; never a silent zero."""

import random
import socket
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from mist_ci.adapters.prices import DatedPrices
from mist_ci.models.config import PriceList, Provider
from mist_ci.models.usage import Cost, CostBasis, TokenParts

if TYPE_CHECKING:
    from mist_ci.ports.accounting import Prices

DAY = date(2026, 11, 23)
UNKNOWN = Cost(usd=None, basis=CostBasis.UNKNOWN)
OPENAI = "https://api.openai.com/v1"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("somebody reached for the network")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


def provider(url: str, price_in: str | None = None, price_out: str = "0.60") -> Provider:
    prices = None
    if price_in is not None:
        prices = PriceList(
            input_per_mtok=Decimal(price_in), output_per_mtok=Decimal(price_out), as_of=date(2026, 11, 1)
        )
    return Provider(type="openai", base_url=url, prices=prices)


def cost(url: str, model: str, tokens: tuple[int, int] = (1_000_000, 1_000_000), on: date = DAY) -> Cost:
    prices: Prices = DatedPrices()
    return prices.cost(provider(url), model, *tokens, on)


def test_the_policys_price_comes_first_and_is_exact() -> None:
    priced = DatedPrices().cost(provider(OPENAI, "0.15"), "gpt-4o", 123_457, 7, DAY)
    assert priced == Cost(usd=Decimal("0.01852275"), basis=CostBasis.POLICY, as_of=date(2026, 11, 1))


def test_no_digit_is_rounded_away() -> None:
    tiny = "0.1234567890123456789012345678901234567890"
    priced = DatedPrices().cost(provider(OPENAI, tiny, "0"), "m", 10**9 + 1, 0, DAY)
    assert priced.usd is not None
    assert Fraction(priced.usd) == Fraction(tiny) * (10**9 + 1) / 10**6


def test_free_by_policy_is_zero_and_not_unknown() -> None:
    assert DatedPrices().cost(provider(OPENAI, "0", "0"), "m", 5, 5, DAY).usd == Decimal(0)


def test_a_model_is_priced_at_its_providers_address() -> None:
    priced = cost(OPENAI, "gpt-4o-mini")
    assert (priced.usd, priced.basis) == (Decimal("0.75"), CostBasis.GENAI_PRICES)
    tuned = cost(OPENAI, "ft:gpt-4o-mini-2024-07-18:acme::abc")
    assert tuned.usd == Decimal("1.5")


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("http://127.0.0.1:8080/v1", "tiny"),
        ("http://127.0.0.1:8080/v1", "gpt-4o"),
        ("https://llm.example.com/v1", "mistral-small-latest"),
        (OPENAI, "no-such-model"),
        (OPENAI, "text-embedding-3-small"),
    ],
)
def test_what_nobody_knows_is_unknown(url: str, model: str) -> None:
    assert cost(url, model) == UNKNOWN


def test_no_bundled_model_without_prices_costs_nothing() -> None:
    from genai_prices.data import providers

    azure = next(provider for provider in providers if provider.id == "azure")
    unpriced = [
        model.id for model in azure.models if not isinstance(model.prices, list) and not vars(model.prices)
    ]
    assert unpriced
    for model in unpriced:
        assert cost("https://acme.openai.azure.com/openai/v1", model) == UNKNOWN


def test_where_the_time_of_day_matters_the_dearest_hour_counts() -> None:
    from genai_prices import Usage
    from genai_prices.data import providers

    deepseek = next(provider for provider in providers if provider.id == "deepseek")
    model = next(model for model in deepseek.models if model.id == "deepseek-chat")
    assert isinstance(model.prices, list)
    usage = Usage(input_tokens=1_000_000, output_tokens=1_000_000)
    dearest = max(price.prices.calc_price(usage)["total_price"] for price in model.prices)
    days = [date(2025, month, 15) for month in range(1, 13)]
    assert max(cost("https://api.deepseek.com", "deepseek-chat", on=day).usd or 0 for day in days) == dearest


def test_a_price_with_a_first_day_tells_it_and_applies_from_then_on() -> None:
    from genai_prices.data import providers
    from genai_prices.types import StartDateConstraint

    openai = next(provider for provider in providers if provider.id == "openai")
    dated = [
        (model.id, price.constraint.start_date)
        for model in openai.models
        for price in (model.prices if isinstance(model.prices, list) else [])
        if isinstance(price.constraint, StartDateConstraint) and price.prices.output_mtok is not None
    ]
    assert dated
    for model_id, first_day in dated:
        assert cost(OPENAI, model_id, on=first_day).as_of == first_day
        assert cost(OPENAI, model_id, on=date(first_day.year - 1, 1, 1)).as_of != first_day


def test_a_replaced_price_list_elsewhere_in_the_process_changes_nothing() -> None:
    from genai_prices.data_snapshot import DataSnapshot, set_custom_snapshot

    set_custom_snapshot(DataSnapshot(providers=[], from_auto_update=True))
    try:
        assert cost(OPENAI, "gpt-4o-mini").usd == Decimal("0.75")
    finally:
        set_custom_snapshot(None)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        (Provider(type="anthropic"), "claude-sonnet-4-5-20250929"),
        (Provider(type="gemini"), "gemini-2.5-flash"),
        (Provider(type="openai-responses"), "gpt-5-mini"),
        (Provider(type="azure", base_url="https://acme.openai.azure.com/openai/v1"), "gpt-4o"),
    ],
    ids=lambda value: value.type if isinstance(value, Provider) else value,
)
def test_the_price_of_a_vendor_is_known_at_its_own_address(provider: Provider, model: str) -> None:
    assert DatedPrices().cost(provider, model, 1, 1, date(2026, 11, 26)).usd


def test_input_from_a_cache_has_the_policys_price_for_it_else_that_of_other_input() -> None:
    def usd(cached_price: str | None) -> Decimal | None:
        prices = {"input_per_mtok": "2", "output_per_mtok": "8", "as_of": "2026-11-01"}
        named = prices if cached_price is None else prices | {"cached_input_per_mtok": cached_price}
        where = Provider(
            type="openai", base_url=OPENAI, prices=PriceList.model_validate_strings(named, strict=False)
        )
        return DatedPrices().cost(where, "m", 1_000_000, 1_000_000, DAY, TokenParts(cached=400_000)).usd

    assert usd(None) == Decimal(10)
    assert usd("0.5") == Decimal("9.4")
    assert usd("0") == Decimal("9.2")


def test_a_cache_that_is_dearer_than_no_cache_is_refused() -> None:
    with pytest.raises(ValidationError, match="must not be more than input_per_mtok, which is 2"):
        PriceList(
            input_per_mtok=Decimal(2),
            output_per_mtok=Decimal(8),
            cached_input_per_mtok=Decimal(3),
            as_of=date(2026, 11, 1),
        )


def test_the_bundled_price_of_the_cache_counts_where_there_is_one() -> None:
    def usd(model: str, cached: int) -> Decimal | None:
        return DatedPrices().cost(provider(OPENAI), model, 1_000_000, 0, DAY, TokenParts(cached=cached)).usd

    assert usd("gpt-4o-mini", 0) == Decimal("0.15")
    assert usd("gpt-4o-mini", 1_000_000) == Decimal("0.075")
    assert usd("gpt-4", 1_000_000) == usd("gpt-4", 0) == Decimal(30)


def test_more_cached_or_reasoned_than_there_was_is_no_more_than_all_of_it() -> None:
    all_of_it, more = (
        DatedPrices().cost(
            provider(OPENAI), "gpt-4o-mini", 100, 10, DAY, TokenParts(cached=parts, reasoning=parts)
        )
        for parts in (100, 10**6)
    )
    assert more == all_of_it != UNKNOWN


def test_reasoning_has_a_price_of_its_own_only_where_the_list_has_one() -> None:
    def usd(where: str, model: str, reasoning: int) -> Decimal | None:
        return (
            DatedPrices().cost(provider(where), model, 0, 1_000_000, DAY, TokenParts(reasoning=reasoning)).usd
        )

    assert usd(OPENAI, "gpt-5-mini", 10**6) == usd(OPENAI, "gpt-5-mini", 0)
    perplexity = "https://api.perplexity.ai"
    of_answer, of_reasoning = (usd(perplexity, "sonar-deep-research", part) for part in (0, 10**6))
    assert of_answer is not None
    assert of_reasoning is not None
    assert of_reasoning < of_answer


def test_what_runs_here_has_no_price_whatever_its_name() -> None:
    local = Provider(type="command", command=("answer",))
    assert DatedPrices().cost(local, "gpt-4o", 1, 1, date(2026, 11, 26)).usd is None


VENDORS = {
    "openai": OPENAI,
    "anthropic": "https://api.anthropic.com/v1",
    "google": "https://generativelanguage.googleapis.com/v1beta",
    "deepseek": "https://api.deepseek.com",
    "perplexity": "https://api.perplexity.ai",
    "mistral": "https://api.mistral.ai/v1",
    "groq": "https://api.groq.com/openai/v1",
    "x-ai": "https://api.x.ai/v1",
}
CONTEXTS = {
    "flex": ("service_tier", "flex"),
    "priority": ("service_tier", "priority"),
    "fast": ("speed", "fast"),
    "batch": ("processing", "batch"),
}


def test_every_price_of_the_list_is_what_the_package_itself_computes() -> None:
    from genai_prices import Usage
    from genai_prices.data import providers
    from genai_prices.data_snapshot import DataSnapshot

    snapshot, rng = DataSnapshot(providers=providers, from_auto_update=False), random.Random(7)
    tiers: Counter[str | None] = Counter()
    for vendor in (one for one in providers if one.id in VENDORS):
        for model in vendor.models:
            told = {next(iter(variant.when.items())) for variant in model.price_variants or ()}
            tier = rng.choice([None, *(name for name, context in CONTEXTS.items() if context in told)])
            asked = rng.choice([7, 90_000, 150_000, 250_000, 600_000])
            cached, written = rng.randrange(asked // 2), rng.randrange(asked // 2)
            for_an_hour, answered = rng.choice([0, written // 2]), rng.randrange(9_000)
            reasoned = rng.randrange(answered + 1)
            moment = datetime(2026, 11, rng.randint(1, 28), rng.randrange(24), rng.randrange(60), tzinfo=UTC)
            usage = Usage(
                input_tokens=asked, output_tokens=answered, cache_read_tokens=cached,
                cache_write_tokens=written, cache_write_1h_tokens=for_an_hour, output_reasoning_tokens=reasoned,
            )  # fmt: skip
            context = dict([CONTEXTS[tier]]) if tier else None
            with localcontext(prec=100):
                try:
                    theirs = snapshot.calc(usage, model.id, None, VENDORS[vendor.id], moment, context)
                except (LookupError, ValueError):
                    continue
            prices = theirs.model_price
            if prices.input_mtok is None or prices.output_mtok is None or theirs.model is not model:
                continue
            parts = TokenParts(cached, reasoned, written, for_an_hour, tier)
            ours = DatedPrices().cost(provider(VENDORS[vendor.id]), model.id, asked, answered, moment, parts)
            assert (model.id, ours.usd) == (model.id, theirs.total_price)
            tiers[tier] += 1
    assert tiers[None] > 100
    assert min(tiers[tier] for tier in CONTEXTS) >= 1


def test_a_tier_without_a_price_is_unknown_and_not_the_usual_price() -> None:
    def usd(model: str, tier: str | None, on: date = DAY, where: str = OPENAI) -> Decimal | None:
        return DatedPrices().cost(provider(where), model, 10**6, 0, on, TokenParts(tier=tier)).usd

    assert (usd("gpt-5", None), usd("gpt-5", "flex"), usd("gpt-5", "priority")) == (
        Decimal("1.25"),
        Decimal("0.625"),
        Decimal("2.5"),
    )
    assert usd("gpt-5", "scale") is usd("gpt-4o-mini", "flex") is None
    assert usd("gpt-5", "flex", date(2026, 1, 1)) is None  # before the list knows of it
    azure = "https://acme.openai.azure.com/openai/v1"
    assert usd("gpt-5", None, where=azure) is not None
    assert usd("gpt-5", "flex", where=azure) is None  # OpenAI's tiers are not those of Azure


def test_the_policy_prices_tiers_and_the_cache_and_what_it_leaves_out_is_unknown_or_as_other_input() -> None:
    prices = PriceList.model_validate(
        {
            "input_per_mtok": "2", "output_per_mtok": "8", "cached_input_per_mtok": "1",
            "cache_write_per_mtok": "2.5", "as_of": "2026-11-01",
            "tiers": {"batch": {"input_per_mtok": "1", "output_per_mtok": "4"}},
        },
        strict=False,
    )  # fmt: skip
    where = Provider(type="openai", base_url=OPENAI, prices=prices)

    def usd(**parts: Any) -> Decimal | None:
        return DatedPrices().cost(where, "m", 10**6, 10**6, DAY, TokenParts(**parts)).usd

    assert usd(cached=400_000, cache_written=400_000) == Decimal("9.8")
    assert usd(cache_written=400_000, cache_written_1h=100_000) == Decimal("10.2")
    assert usd(tier="batch", cached=400_000, cache_written=600_000) == Decimal(5)
    assert usd(tier="flex") is None
    an_hour = prices.model_copy(update={"cache_write_1h_per_mtok": Decimal(4)})
    where = Provider(type="openai", base_url=OPENAI, prices=an_hour)
    assert usd(cache_written=400_000, cache_written_1h=100_000) == Decimal("10.35")


def test_a_moment_has_the_price_of_its_hour_and_a_day_that_of_the_dearest() -> None:
    def usd(on: date) -> Decimal | None:
        return DatedPrices().cost(provider(VENDORS["deepseek"]), "deepseek-chat", 10**6, 0, on).usd

    night, noon = (usd(datetime(2025, 3, 15, hour, tzinfo=UTC)) for hour in (20, 12))
    assert night is not None
    assert noon is not None
    assert night < noon == usd(date(2025, 3, 15))
    in_paris = timezone(timedelta(hours=1))
    assert usd(datetime(2025, 3, 15, 21, tzinfo=in_paris)) == night
