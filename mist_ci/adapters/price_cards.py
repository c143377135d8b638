"""What the genai-prices package says of a model, as a card of prices: looked up once, and used for every call."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ConditionalPrice, ModelInfo, ModelPrice, PriceVariant, TieredPrices

    Rate = Decimal | TieredPrices

NOON = time(12, tzinfo=UTC)
_TIMES = tuple(time(hour, minute, tzinfo=UTC) for hour in range(24) for minute in (0, 30))
"""Prices that depend on the time of day change at full and half hours."""
_KEYS = ("service_tier", "speed", "processing")
"""What the package tells prices apart by. Replies do not tell which of them the name of a tier belongs to."""


class Card(NamedTuple):
    """US dollars per million tokens, and for the call itself. Where a part has no price, it is that of the whole."""

    input: "Rate"
    output: "Rate"
    cached: "Rate"
    reasoning: "Rate"
    written: "Rate"
    written_1h: "Rate"
    usd_per_call: Decimal
    as_of: date | None
    """The first day of these prices, where the package tells it."""


def card_at(url: str, model: str, tier: str | None, moment: datetime) -> Card | None:
    """The prices of one moment; None where nobody knows them."""
    if not _is_public(url) or (told := _told(url, model)) is None:
        return None
    moment = moment.astimezone(UTC)
    at = moment.timetz().replace(second=0, microsecond=0) if told.changes_by_hour else NOON
    return _card(url, model, tier, datetime.combine(moment.date(), at))


def cards_on(url: str, model: str, tier: str | None, day: date) -> Iterator[Card]:
    """The prices of a day: one card, or one for each half hour where the time of day matters; none when unknown."""
    if not _is_public(url) or (told := _told(url, model)) is None:
        return
    for at in _TIMES if told.changes_by_hour else (NOON,):
        card = _card(url, model, tier, datetime.combine(day, at))
        if card is not None:
            yield card


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


class _Told(NamedTuple):
    """A model of the package."""

    model: "ModelInfo"
    variants: tuple["PriceVariant", ...]
    """Other prices for other tiers; none where another provider's prices stand in for those of this one."""
    changes_by_hour: bool


@lru_cache(maxsize=1024)
def _told(url: str, model: str) -> _Told | None:
    from genai_prices.types import TimeOfDateConstraint  # noqa: PLC0415 - heavy

    try:
        provider, found = _bundled().find_provider_model(model, None, None, url)
    except LookupError:
        return None
    is_own = any(found is one for one in provider.models)
    variants = tuple(found.price_variants or ()) if is_own else ()
    constraints = [one.constraint for one in _conditional(found)] + [one.constraint for one in variants]
    return _Told(found, variants, any(isinstance(one, TimeOfDateConstraint) for one in constraints))


def _conditional(model: "ModelInfo") -> "list[ConditionalPrice]":
    return model.prices if isinstance(model.prices, list) else []


@lru_cache(maxsize=4096)
def _card(url: str, model: str, tier: str | None, moment: datetime) -> Card | None:
    told = _told(url, model)
    if told is None:
        return None
    if tier is None:
        prices = told.model.get_prices(moment)
        return _card_of(prices, _first_day(told.model, prices))
    for variant in told.variants:
        if variant.when not in [{key: tier} for key in _KEYS]:
            continue
        # Unlike the package, which says the usual price where it knows none of a tier.
        if variant.constraint is None or variant.constraint.active(moment):
            constraint = variant.constraint
            return _card_of(
                told.model.get_prices(moment, variant.when), getattr(constraint, "start_date", None)
            )
    return None


def _card_of(prices: "ModelPrice", first_day: date | None) -> Card | None:
    """None for an empty price list: it adds up to 0, and unknown is not $0."""
    of_input, of_output = prices.input_mtok, prices.output_mtok
    if of_input is None or of_output is None:
        return None
    written = _or(prices.cache_write_5m_mtok, _or(prices.cache_write_mtok, of_input))
    a_call = prices.requests_kcount
    return Card(
        input=of_input,
        output=of_output,
        cached=_or(prices.cache_read_mtok, of_input),
        reasoning=_or(prices.output_reasoning_mtok, of_output),
        written=written,
        written_1h=_or(prices.cache_write_1h_mtok, _or(prices.cache_write_mtok, of_input)),
        usd_per_call=a_call.scaleb(-3) if isinstance(a_call, Decimal) else Decimal(0),
        as_of=first_day,
    )


def _or(price: "Rate | None", other: "Rate") -> "Rate":
    return other if price is None else price


def _first_day(model: "ModelInfo", prices: "ModelPrice") -> date | None:
    from genai_prices.types import StartDateConstraint  # noqa: PLC0415 - heavy

    for one in _conditional(model):
        if one.prices is prices and isinstance(one.constraint, StartDateConstraint):
            return one.constraint.start_date
    return None
