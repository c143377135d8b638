"""Money that is set aside before each call, so that a ceiling holds however many calls are under way."""

from dataclasses import dataclass
from decimal import Decimal

from mist_ci.matchspec.calls import Call
from mist_ci.models.attempt import Attempt
from mist_ci.models.config import Provider
from mist_ci.models.usage import WHOLE, CostBasis, TokenBasis, TokenParts
from mist_ci.ports import World

DEFAULT_OUTPUT_TOKENS = 4096
"""Taken for the longest answer of a model whose reference sets no `max_tokens`."""
MESSAGE_TOKENS = 8
"""What a chat template puts around each message, at most."""


@dataclass(slots=True)
class Budget:
    """A ceiling in US dollars, what was spent of it, and what calls under way have set aside.

    Spent and set aside together are never more than the ceiling when money is set aside. So the ceiling can only be
    passed by what calls cost beyond what was set aside for them: by input that the provider counts higher than it
    was counted here, by output beyond `max_tokens`, or beyond DEFAULT_OUTPUT_TOKENS where nobody set it, by what a
    gateway says that a call cost beyond the price list, and by a service tier that is dearer than the usual one.
    """

    ceiling_usd: Decimal | None = None
    spent_usd: Decimal = Decimal(0)
    reserved_usd: Decimal = Decimal(0)

    @property
    def is_used_up(self) -> bool:
        """True when not a cent is left, whatever a call costs."""
        return self.ceiling_usd is not None and self.spent_usd >= self.ceiling_usd

    def reserve(self, usd: Decimal) -> "Reservation | None":
        """Sets money aside for one call; None when it does not fit beside what is spent and set aside."""
        if not self.fits(usd):
            return None
        self.reserved_usd += usd
        return Reservation(self, usd, usd)

    def fits(self, usd: Decimal) -> bool:
        """True when a call that costs so much at most may start."""
        if self.ceiling_usd is None:
            return True
        return not self.is_used_up and self.spent_usd + self.reserved_usd + usd <= self.ceiling_usd


@dataclass(slots=True)
class Reservation:
    """Money for one call, which may take several tries."""

    budget: Budget
    per_try_usd: Decimal
    held_usd: Decimal

    def renew(self) -> bool:
        """After a try that the provider may want money for: its part counts as spent, and another one is set aside.

        False when there is no money for another try.
        """
        if self.budget.ceiling_usd is None:
            return True
        self.settle(self.held_usd)
        if not self.budget.fits(self.per_try_usd):
            return False
        self.held_usd = self.per_try_usd
        self.budget.reserved_usd += self.held_usd
        return True

    def settle(self, cost_usd: Decimal | None) -> None:
        """The call is over and cost so much; nothing is set aside for it any more."""
        self.budget.reserved_usd -= self.held_usd
        self.held_usd = Decimal(0)
        self.budget.spent_usd += cost_usd or Decimal(0)


def expected_tokens(call: Call, world: World) -> tuple[int, int]:
    """Tokens of input as counted here, and the most of output."""
    model = call.contestant.reference.model
    messages, tools = call.sample.messages, call.sample.tools
    texts = [message.content for message in messages]
    texts += [named.arguments + named.name for message in messages for named in message.tool_calls]
    texts += [tool.model_dump_json() for tool in tools]
    counted = sum(world.tokens.count(text, model) for text in texts)
    longest = call.contestant.reference.parameters.max_tokens or DEFAULT_OUTPUT_TOKENS
    return counted + MESSAGE_TOKENS * len(messages), longest


def price_of(call: Call, tokens: tuple[int, int], world: World) -> Decimal:
    """What a call of so many tokens costs at most, at today's prices."""
    return most_usd(call.contestant.provider, call.contestant.reference.model, tokens, world)


def most_usd(provider: Provider, model: str, tokens: tuple[int, int], world: World) -> Decimal:
    """What so many tokens cost at most today, whether the prompt is put into a cache or not; 0 when unknown."""
    today = world.clock.now().date()
    ways = (WHOLE, TokenParts(cache_written=tokens[0]))
    return max(world.prices.cost(provider, model, *tokens, today, way).usd or Decimal(0) for way in ways)


def billed(call: Call, attempt: Attempt, expected: tuple[int, int], world: World) -> Decimal | None:
    """What an answered call counts against the ceiling: its cost as reported.

    Where the provider reported neither tokens nor cost, the input counts as much as was set aside for it: a provider
    counts its chat template as well. A cost that is unknown, as in a tier without a price, counts as all that was set
    aside.
    """
    if attempt.cost_usd is None:
        return price_of(call, expected, world)
    if attempt.cost_basis is CostBasis.REPORTED:
        return attempt.cost_usd
    if attempt.token_basis is TokenBasis.COUNTED:
        today, one = world.clock.now().date(), call.contestant
        tokens = (expected[0], attempt.tokens_out)
        usd = world.prices.cost(one.provider, one.reference.model, *tokens, today).usd
        return max(attempt.cost_usd, usd or Decimal(0))
    return attempt.cost_usd
