"""A price is the policy's, or a dated one of the bundled list, or unknown; never a silent zero."""

import socket
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from mist_ci.adapters.prices import DatedPrices
from mist_ci.models.config import PriceList, Provider
from mist_ci.models.usage import Cost, CostBasis

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


def test_what_runs_here_has_no_price_whatever_its_name() -> None:
    local = Provider(type="command", command=("answer",))
    assert DatedPrices().cost(local, "gpt-4o", 1, 1, date(2026, 11, 26)).usd is None
