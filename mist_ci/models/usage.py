"""Tokens and money. Tokens are integers, money is Decimal, and unknown is None, never zero."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

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


class Usage(Model):
    """Tokens of one call."""

    tokens_in: int
    tokens_out: int
    basis: TokenBasis
    tokens_cached: int = 0
    """So many of `tokens_in` the provider had in its cache, as far as it tells."""
    tokens_reasoning: int = 0
    """So many of `tokens_out` nobody sees, as far as the provider tells."""


class Cost(Model):
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
