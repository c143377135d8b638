"""Prices with a date: the policy's own first, then those that the genai-prices package ships."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, NamedTuple

from mist_ci.adapters.price_cards import Card, card_at, cards_on
from mist_ci.models.config import PriceList, Provider
from mist_ci.models.usage import WHOLE, Cost, CostBasis, TokenParts

if TYPE_CHECKING:
    from mist_ci.adapters.price_cards import Rate

EXACT_DIGITS = 100
"""More than any price times any count has, so that nothing is ever rounded."""
UNKNOWN = Cost(usd=None, basis=CostBasis.UNKNOWN)


class DatedPrices:
    """Prices of calls (`ports.Prices`). Uses no network, and costs microseconds once the package is loaded.

    genai-prices is asked for the model at the provider's address. A server whose address it does not know has
    no known price, even when it serves a model of a famous name: whoever runs it decides what it costs.
    """

    def cost(
        self,
        provider: Provider,
        model: str,
        tokens_in: int,
        tokens_out: int,
        on: date,
        parts: TokenParts = WHOLE,
    ) -> Cost:
        """US dollars of one call at a moment, or on a day; `usd` is None when nobody knows.

        `as_of` is the policy's date, or the first day of a bundled price where the package tells it.
        Of a day the dearest hour counts, where the price depends on it: a budget must hold at any hour.
        """
        tokens = _Tokens.of(tokens_in, tokens_out, parts)
        with localcontext(prec=EXACT_DIGITS):
            if provider.prices is not None:
                return _policy_cost(provider.prices, tokens, parts.tier)
            if not provider.base_url:
                return UNKNOWN
            if isinstance(on, datetime):
                card = card_at(provider.base_url, model, parts.tier, on)
                return UNKNOWN if card is None else _dearest([card], tokens)
            return _dearest(cards_on(provider.base_url, model, parts.tier, on), tokens)


class _Tokens(NamedTuple):
    """Of one call, each in one place only but for `all_input`, which says how long the prompt was."""

    all_input: int
    fresh: int
    cached: int
    written: int
    written_1h: int
    answer: int
    reasoning: int

    @classmethod
    def of(cls, tokens_in: int, tokens_out: int, parts: TokenParts) -> "_Tokens":
        """A part is never more than what is left of its whole."""
        cached = min(parts.cached, tokens_in)
        written = min(parts.cache_written, tokens_in - cached)
        for_an_hour = min(parts.cache_written_1h, written)
        reasoning = min(parts.reasoning, tokens_out)
        return cls(
            tokens_in,
            tokens_in - cached - written,
            cached,
            written - for_an_hour,
            for_an_hour,
            tokens_out - reasoning,
            reasoning,
        )


def _policy_cost(listed: PriceList, tokens: _Tokens, tier: str | None) -> Cost:
    prices = listed if tier is None else listed.tiers.get(tier)
    if prices is None:
        return UNKNOWN
    cached, written = prices.cached_input_per_mtok, prices.cache_write_per_mtok
    written = prices.input_per_mtok if written is None else written
    for_an_hour = prices.cache_write_1h_per_mtok
    per_million = (
        prices.input_per_mtok * tokens.fresh
        + (prices.input_per_mtok if cached is None else cached) * tokens.cached
        + written * tokens.written
        + (written if for_an_hour is None else for_an_hour) * tokens.written_1h
        + prices.output_per_mtok * (tokens.answer + tokens.reasoning)
    )
    return Cost(usd=per_million.scaleb(-6), basis=CostBasis.POLICY, as_of=listed.as_of)


def _dearest(cards: Iterable[Card], tokens: _Tokens) -> Cost:
    """At the dearest of the cards; unknown where there is none."""
    found: tuple[Decimal, date | None] | None = None
    for card in cards:
        usd = _card_usd(card, tokens)
        if found is None or usd > found[0]:
            found = usd, card.as_of
    if found is None:
        return UNKNOWN
    return Cost(usd=found[0], basis=CostBasis.GENAI_PRICES, as_of=found[1])


def _card_usd(card: Card, tokens: _Tokens) -> Decimal:
    """A long prompt may lift every price, also those of the answer."""
    per_million = (
        _rate(card.input, tokens) * tokens.fresh
        + _rate(card.cached, tokens) * tokens.cached
        + _rate(card.written, tokens) * tokens.written
        + _rate(card.written_1h, tokens) * tokens.written_1h
        + _rate(card.output, tokens) * tokens.answer
        + _rate(card.reasoning, tokens) * tokens.reasoning
    )
    return per_million.scaleb(-6) + card.usd_per_call


def _rate(rate: "Rate", tokens: _Tokens) -> Decimal:
    """US dollars per million tokens: of the highest step that the prompt has passed."""
    if isinstance(rate, Decimal):
        return rate
    passed = [tier.price for tier in rate.tiers if tokens.all_input > tier.start]
    return passed[-1] if passed else rate.base
