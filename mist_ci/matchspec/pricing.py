"""What an answer costs, by the best that is known about it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from mist_ci.models.config import Provider
from mist_ci.models.suite import ChatMessage
from mist_ci.models.usage import Cost, CostBasis, TokenBasis, Usage
from mist_ci.ports import World
from mist_ci.ports.model_client import Completion


def price(
    answer: Completion, usage: Usage, provider: Provider, model: str, start_ns: int, world: World
) -> Cost:
    """What the provider said that the call cost, else its tokens at the prices of its day, else unknown.

    A stored answer keeps what was said when it was given, and has no other date: nobody knows what a gateway that
    has no price list would want today. Tokens of a stored answer are taken at the prices of the moment it is
    used. Tokens of sound or pictures cost more than those of text, and price lists leave them out without a word: the
    price of a call that has any is unknown.
    """
    if answer.cost_usd is not None:
        return Cost(usd=answer.cost_usd, basis=CostBasis.REPORTED)
    if usage.tokens_not_text:
        return Cost(usd=None, basis=CostBasis.UNKNOWN)
    at = datetime.fromtimestamp(start_ns / 1e9, UTC)
    return world.prices.cost(provider, model, usage.tokens_in, usage.tokens_out, at, usage.parts)


def usage_of(
    answer: Completion, messages: Sequence[ChatMessage], model: str, world: World, *, is_text: bool = True
) -> Usage:
    """What the provider reported, else counted here; the basis says which. A vector has no tokens."""
    if (reported := _reported(answer)) is not None:
        return reported
    count = world.tokens.count
    return Usage(
        tokens_in=sum(count(message.content, model) for message in messages),
        tokens_out=count(answer.text, model) if is_text else 0,
        basis=TokenBasis.COUNTED,
        tier=answer.tier,
    )


def _reported(answer: Completion) -> Usage | None:
    """The tokens that the provider reported; None where it reported none, or half of them.

    A part is never more than its whole, whatever an answer says: a price of the rest would be below zero.
    """
    if answer.tokens_in is None or answer.tokens_out is None:
        return None
    cached = min(answer.tokens_cached or 0, answer.tokens_in)
    written = min(answer.tokens_cache_written or 0, answer.tokens_in - cached)
    return Usage(
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        basis=TokenBasis.REPORTED,
        tokens_cached=cached,
        tokens_reasoning=min(answer.tokens_reasoning or 0, answer.tokens_out),
        tokens_cache_written=written,
        tokens_cache_written_1h=min(answer.tokens_cache_written_1h or 0, written),
        tokens_not_text=answer.tokens_not_text or 0,
        tier=answer.tier,
    )
