"""Money and tokens that are set aside before each call, so that a ceiling holds however many calls are under way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from mist_ci.matchspec.calls import Call
from mist_ci.models.attempt import Attempt
from mist_ci.models.ceilings import NOTHING, UNLIMITED, Ceilings, Charge, Unit
from mist_ci.models.config import Provider
from mist_ci.models.usage import WHOLE, CostBasis, TokenBasis, TokenParts
from mist_ci.ports import World

DEFAULT_OUTPUT_TOKENS = 4096
"""Taken for the longest answer of a model whose reference sets no `max_tokens`."""
MESSAGE_TOKENS = 8
"""What a chat template puts around each message, at most."""


@dataclass(slots=True)
class Budget:
    """Ceilings, what was spent of them, and what calls under way have set aside.

    Spent and set aside together are never more than a ceiling when something is set aside. So the ceiling of money or
    tokens can only be passed by what calls take beyond what was set aside for them: by input that the provider counts
    higher than it was counted here, by output beyond `max_tokens`, or beyond DEFAULT_OUTPUT_TOKENS where nobody set
    it, and, for money, by what a gateway says that a call cost beyond the price list, and by a service tier that is
    dearer than the usual one. The ceiling of time is a deadline: after it no call is started, and those under way may
    still end, each within `2 * timeout_s + 120` seconds.

    `clock_s` gives seconds of a clock that nobody sets; it is read from `start` to `finish`.
    """

    ceilings: Ceilings = UNLIMITED
    clock_s: Callable[[], float] | None = None
    spent_usd: Decimal = Decimal(0)
    spent_tokens: int = 0
    reserved_usd: Decimal = Decimal(0)
    reserved_tokens: int = 0
    under_way: int = 0
    """Calls that have something set aside, be it nothing."""
    stopped_by: set[Unit] = field(default_factory=set)
    """What there was too little of when a call could not be made; empty as long as all could be."""
    took_s: float = 0.0
    _started_s: float | None = None

    def start(self) -> None:
        """Time runs from here."""
        self._started_s = self.clock_s() if self.clock_s else None

    def finish(self) -> None:
        """Time ran up to here."""
        self.took_s = self._seconds

    @property
    def spent(self) -> Charge:
        """Money and tokens that count against the ceilings."""
        return Charge(self.spent_usd, self.spent_tokens)

    @property
    def counts_money(self) -> bool:
        """True when prices have to be known."""
        return self.ceilings.usd is not None

    @property
    def counts_tokens(self) -> bool:
        """True when tokens have to be counted before a call, for themselves or for their price."""
        return self.ceilings.usd is not None or self.ceilings.tokens is not None

    def is_used_up(self) -> bool:
        """True when nothing is left, whatever a call takes; what it was is in `stopped_by` from then on."""
        gone = self._used_up
        self.stopped_by |= gone
        return bool(gone)

    def reserve(self, charge: Charge) -> "Reservation | None":
        """Sets aside what one call may take; None when it does not fit beside what is spent and set aside."""
        short = self._short_of(charge)
        if short:
            if not self.under_way:  # nobody is left who could give something back
                self.stopped_by |= short
            return None
        self.under_way += 1
        self.hold(charge)
        return Reservation(self, charge, charge)

    def hold(self, charge: Charge) -> None:
        """Sets it aside, fitting or not."""
        self.reserved_usd += charge.usd
        self.reserved_tokens += charge.tokens

    def fits(self, charge: Charge) -> bool:
        """True when a call that takes so much at most may start."""
        return not self._short_of(charge)

    @property
    def _seconds(self) -> float:
        return 0.0 if self._started_s is None or self.clock_s is None else self.clock_s() - self._started_s

    @property
    def _used_up(self) -> set[Unit]:
        most = self.ceilings
        gone = {
            Unit.USD: most.usd is not None and self.spent_usd >= most.usd,
            Unit.TOKENS: most.tokens is not None and self.spent_tokens >= most.tokens,
            Unit.MINUTES: most.seconds is not None and self._seconds >= most.seconds,
        }
        return {unit for unit, is_gone in gone.items() if is_gone}

    def _short_of(self, charge: Charge) -> set[Unit]:
        most, short = self.ceilings, self._used_up
        if most.usd is not None and self.spent_usd + self.reserved_usd + charge.usd > most.usd:
            short.add(Unit.USD)
        if most.tokens is not None and self.spent_tokens + self.reserved_tokens + charge.tokens > most.tokens:
            short.add(Unit.TOKENS)
        return short


@dataclass(slots=True)
class Reservation:
    """What is set aside for one call, which may take several tries."""

    budget: Budget
    per_try: Charge
    held: Charge
    is_over: bool = False

    def renew(self) -> bool:
        """After a try that the provider may want money for: its part counts as spent, and another one is set aside.

        False when there is nothing left for another try, or no time.
        """
        if self.budget.ceilings == UNLIMITED:
            return True
        self._spend(self.held)
        if not self.budget.fits(self.per_try):
            return False
        self.held = self.per_try
        self.budget.hold(self.held)
        return True

    def settle(self, charge: Charge) -> None:
        """The call is over and took so much; nothing is set aside for it any more. A second time does nothing."""
        if self.is_over:
            return
        self.is_over = True
        self.budget.under_way -= 1
        self._spend(charge)

    def _spend(self, charge: Charge) -> None:
        budget, held = self.budget, self.held
        budget.reserved_usd -= held.usd
        budget.reserved_tokens -= held.tokens
        self.held = NOTHING
        budget.spent_usd += charge.usd
        budget.spent_tokens += charge.tokens


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


def expected_charge(call: Call, tokens: tuple[int, int], budget: Budget, world: World) -> Charge:
    """What a call of so many tokens takes at most; no price is asked for where no money is counted."""
    return Charge(price_of(call, tokens, world) if budget.counts_money else Decimal(0), sum(tokens))


def price_of(call: Call, tokens: tuple[int, int], world: World) -> Decimal:
    """What a call of so many tokens costs at most, at today's prices."""
    return most_usd(call.contestant.provider, call.contestant.reference.model, tokens, world)


def most_usd(provider: Provider, model: str, tokens: tuple[int, int], world: World) -> Decimal:
    """What so many tokens cost at most today, whether the prompt is put into a cache or not; 0 when unknown."""
    today = world.clock.now().date()
    ways = (WHOLE, TokenParts(cache_written=tokens[0]))
    return max(world.prices.cost(provider, model, *tokens, today, way).usd or Decimal(0) for way in ways)


def billed(call: Call, attempt: Attempt, expected: tuple[int, int], world: World) -> Charge:
    """What an answered call counts against the ceilings: its tokens and its cost as reported.

    Where the provider reported neither tokens nor cost, the input counts as much as was set aside for it: a provider
    counts its chat template as well. A cost that is unknown, as in a tier without a price, counts as all that was set
    aside.
    """
    if attempt.reused:  # replayed
        return NOTHING
    tokens = attempt.tokens_in + attempt.tokens_out
    if attempt.token_basis is TokenBasis.COUNTED:
        tokens = max(attempt.tokens_in, expected[0]) + attempt.tokens_out
    return Charge(_billed_usd(call, attempt, expected, world), tokens)


def _billed_usd(call: Call, attempt: Attempt, expected: tuple[int, int], world: World) -> Decimal:
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
