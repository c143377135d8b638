"""What an answer costs, by the best that is known about it."""

from datetime import UTC, datetime

from mist_ci.models.config import Provider
from mist_ci.models.usage import Cost, CostBasis, Usage
from mist_ci.ports import World
from mist_ci.ports.model_client import Completion


def price(
    answer: Completion, usage: Usage, provider: Provider, model: str, start_ns: int, world: World
) -> Cost:
    """What the provider said that the call cost, else its tokens at the prices of its day, else unknown.

    A stored answer keeps what was said when it was given, and has no other date: nobody knows what a gateway that
    has no price list would want today. Tokens of a stored answer are taken at the prices of the day it is used.
    """
    if answer.cost_usd is not None:
        return Cost(usd=answer.cost_usd, basis=CostBasis.REPORTED)
    on = datetime.fromtimestamp(start_ns / 1e9, UTC).date()
    return world.prices.cost(provider, model, usage.tokens_in, usage.tokens_out, on)
