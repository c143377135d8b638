"""Tokens and money. Tokens are integers, money is Decimal, and unknown is None, never zero."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from mist_ci.models.base import Model


class TokenBasis(StrEnum):
    """Where a token count comes from."""

    REPORTED = "reported"
    """The provider said so."""
    COUNTED = "counted"
    """Counted here with tiktoken, because nothing was reported."""


class CostBasis(StrEnum):
    """Where a price comes from."""

    POLICY = "policy"
    GENAI_PRICES = "genai-prices"
    RUNNER = "runner"
    """As another runner reported it."""
    REPORTED = "reported"
    """What whoever answered said that this very call cost."""
    UNKNOWN = "unknown"


class Usage(NamedTuple):
    """Tokens of one call."""

    tokens_in: int
    tokens_out: int
    basis: TokenBasis
    tokens_cached: int = 0
    """So many of `tokens_in` the provider had in its cache, as far as it tells."""
    tokens_reasoning: int = 0
    """So many of `tokens_out` nobody sees, as far as the provider tells."""
    tokens_cache_written: int = 0
    """So many of `tokens_in` the provider put into its cache, as far as it tells; none of them is cached already."""
    tokens_cache_written_1h: int = 0
    """So many of `tokens_cache_written` stay there for an hour."""
    tokens_not_text: int = 0
    """So many, of both, are sound or pictures: the prices that are known are those of text."""
    tier: str | None = None
    """The service tier that the provider says it answered in, where that is not the usual one: `flex`, `batch`."""

    @property
    def parts(self) -> "TokenParts":
        """What may have a price of its own."""
        return TokenParts(
            self.tokens_cached,
            self.tokens_reasoning,
            self.tokens_cache_written,
            self.tokens_cache_written_1h,
            self.tier,
        )


class TokenParts(NamedTuple):
    """Tokens of a call that may have a price of their own, and the tier that all of its prices are those of."""

    cached: int = 0
    reasoning: int = 0
    cache_written: int = 0
    cache_written_1h: int = 0
    """Of `cache_written`."""
    tier: str | None = None


WHOLE = TokenParts()
"""A call of which only the sums are known."""


class Cost(NamedTuple):
    """US dollars of one call, how they were computed, and the day the price was true."""

    usd: Decimal | None
    basis: CostBasis
    as_of: date | None = None


class Spend(Model):
    """Tokens and money of many calls, added up exactly.

    All but `cost_bases`, `reused_calls` and `saved_usd` are about calls made now.
    """

    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: Decimal | None
    """None when the price of any call is unknown."""
    counted_calls: int = 0
    """How many of the calls were counted here because the provider reported no usage."""
    cost_bases: tuple[str, ...] = ()
    """`policy (2026-11-01)` and the like, sorted; of `saved_usd` as well."""
    reused_calls: int = 0
    """How many stored answers stood in for calls. They are not in `calls`, nor are their tokens anywhere here."""
    saved_usd: Decimal | None = Decimal(0)
    """What those would have cost now; None when the price of any is unknown."""
    tokens_cached: int = 0
    """Of `tokens_in`, as far as providers tell."""
    tokens_reasoning: int = 0
    """Of `tokens_out`, as far as providers tell."""
    tokens_cache_written: int = 0
    """Of `tokens_in`, as far as providers tell."""
