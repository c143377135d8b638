"""Prices with a date: the policy's own first, then those that the genai-prices package ships."""

from datetime import UTC, date, datetime, time
from decimal import Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from mist_ci.models.config import PriceList, Provider
from mist_ci.models.usage import Cost, CostBasis

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import PriceCalculation, Usage

EXACT_DIGITS = 100
"""More than any price times any count has, so that nothing is ever rounded."""
NOON = (12,)


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
        *,
        tokens_cached: int = 0,
        tokens_reasoning: int = 0,
    ) -> Cost:
        """US dollars of one call on a day; `usd` is None when nobody knows.

        `as_of` is the policy's date, or the first day of a bundled price where the package tells it.
        Where a price depends on the time of day, the dearest hour counts: a budget must hold at any hour.
        """
        tokens = _Tokens(
            tokens_in, tokens_out, min(tokens_cached, tokens_in), min(tokens_reasoning, tokens_out)
        )
        with localcontext(prec=EXACT_DIGITS):
            if provider.prices is not None:
                return _policy_cost(provider.prices, tokens)
            if not provider.base_url:
                return Cost(usd=None, basis=CostBasis.UNKNOWN)
            return _bundled_cost(provider.base_url, model, tokens, on)


class _Tokens(NamedTuple):
    """Of one call. A part is never more than its whole."""

    input: int
    output: int
    cached: int
    reasoning: int


def _policy_cost(prices: PriceList, tokens: _Tokens) -> Cost:
    cached_price = prices.cached_input_per_mtok
    if cached_price is None:
        cached_price = prices.input_per_mtok
    fresh = tokens.input - tokens.cached
    per_million = (
        prices.input_per_mtok * fresh + cached_price * tokens.cached + prices.output_per_mtok * tokens.output
    )
    return Cost(usd=per_million.scaleb(-6), basis=CostBasis.POLICY, as_of=prices.as_of)


def _bundled_cost(url: str, model: str, tokens: _Tokens, on: date) -> Cost:
    if not _is_public(url):
        return Cost(usd=None, basis=CostBasis.UNKNOWN)
    from genai_prices.types import Usage  # noqa: PLC0415 - heavy, and not needed when the policy has prices

    parts = {"cache_read_tokens": tokens.cached, "output_reasoning_tokens": tokens.reasoning}
    told = {name: count for name, count in parts.items() if count}
    usage = Usage(input_tokens=tokens.input, output_tokens=tokens.output, **told)
    try:
        hours = range(24) if _depends_on_time_of_day(url, model) else NOON
        dearest = max((_calculation(usage, url, model, on, hour) for hour in hours), key=_total)
    except (LookupError, ValueError):
        return Cost(usd=None, basis=CostBasis.UNKNOWN)
    prices = dearest.model_price
    if prices.input_mtok is None or prices.output_mtok is None:
        # An empty price list adds up to 0, and unknown is not $0.
        return Cost(usd=None, basis=CostBasis.UNKNOWN)
    return Cost(usd=dearest.total_price, basis=CostBasis.GENAI_PRICES, as_of=_first_day(dearest))


@cache
def _is_public(url: str) -> bool:
    """False for a number and for a name without a dot: no vendor is found there, so nobody has to be asked."""
    host = urlsplit(url).hostname or ""
    return "." in host and not host.replace(".", "").isdigit()


@cache
def _bundled() -> "DataSnapshot":
    """The data inside the package: not the shared snapshot, which an updater elsewhere may replace."""
    from genai_prices.data import providers  # noqa: PLC0415 - heavy
    from genai_prices.data_snapshot import DataSnapshot  # noqa: PLC0415 - heavy

    return DataSnapshot(providers=providers, from_auto_update=False)


def _calculation(usage: "Usage", url: str, model: str, on: date, hour: int) -> "PriceCalculation":
    moment = datetime.combine(on, time(hour), tzinfo=UTC)
    return _bundled().calc(usage, model, None, url, moment)


def _total(calculation: "PriceCalculation") -> Decimal:
    return calculation.total_price


def _depends_on_time_of_day(url: str, model: str) -> bool:
    from genai_prices.types import TimeOfDateConstraint  # noqa: PLC0415 - heavy

    prices = _bundled().find_provider_model(model, None, None, url)[1].prices
    return isinstance(prices, list) and any(
        isinstance(price.constraint, TimeOfDateConstraint) for price in prices
    )


def _first_day(calculation: "PriceCalculation") -> date | None:
    from genai_prices.types import StartDateConstraint  # noqa: PLC0415 - heavy

    prices = calculation.model.prices
    for price in prices if isinstance(prices, list) else ():
        if price.prices is calculation.model_price and isinstance(price.constraint, StartDateConstraint):
            return price.constraint.start_date
    return None
