"""What graders took to ask models about one answer, as it adds up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mist_ci.matchspec.pricing import price, usage_of
from mist_ci.models.attempt import Judgement, exact_sum, told_basis
from mist_ci.models.config import Provider
from mist_ci.models.usage import TokenBasis
from mist_ci.ports import World
from mist_ci.ports.model_client import Completion, Request

MOST_TOLD = 1_000
"""Characters of a judge's reasons that are kept with an attempt."""


@dataclass(slots=True)
class Bill:
    """What was asked about one answer, as it adds up."""

    world: World
    start_ns: int
    models: dict[str, None] = field(default_factory=dict)
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_reasoning: int = 0
    tokens_cache_written: int = 0
    counted_calls: int = 0
    costs: list[Decimal | None] = field(default_factory=list)
    saved: list[Decimal | None] = field(default_factory=list)
    bases: set[str] = field(default_factory=set)
    failed: bool = False
    tried: list[str] = field(default_factory=list)
    tried_ns: list[tuple[int, int]] = field(default_factory=list)

    def lose(self, tries: Iterable[tuple[str, tuple[int, int]]]) -> None:
        """The tries of a question that brought nothing: why, and when each began and ended."""
        for reason, times_ns in tries:
            self.tried.append(reason)
            self.tried_ns.append(times_ns)

    def add(
        self, request: Request, reply: Completion, provider: Provider, *, asked: bool, is_text: bool = True
    ) -> tuple[Decimal | None, int]:
        """One reply: paid now, or there already; what it costs, and its tokens. A vector has none."""
        usage = usage_of(reply, request.messages, request.model, self.world, is_text=is_text)
        cost = price(reply, usage, provider, request.model, self.start_ns, self.world)
        self.bases.add(told_basis(cost.basis, cost.as_of, usage.tier))
        taken = cost.usd, usage.tokens_in + usage.tokens_out
        if not asked:
            self.saved.append(cost.usd)
            return taken
        self.calls += 1
        self.tokens_in += usage.tokens_in
        self.tokens_out += usage.tokens_out
        self.tokens_cached += usage.tokens_cached
        self.tokens_reasoning += usage.tokens_reasoning
        self.tokens_cache_written += usage.tokens_cache_written
        self.counted_calls += usage.basis is TokenBasis.COUNTED
        self.costs.append(cost.usd)
        return taken

    @property
    def cost_usd(self) -> Decimal | None:
        """Of what was asked now."""
        return _total(self.costs)

    def judgement(self, told: str = "", *, order_flipped: bool | None = None) -> Judgement:
        """The record of it."""
        shown = told if len(told) <= MOST_TOLD else told[: MOST_TOLD - 1] + "…"
        return Judgement(
            models=tuple(self.models),
            calls=self.calls,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            tokens_cached=self.tokens_cached,
            tokens_reasoning=self.tokens_reasoning,
            tokens_cache_written=self.tokens_cache_written,
            cost_usd=self.cost_usd,
            counted_calls=self.counted_calls,
            cost_bases=tuple(sorted(self.bases)),
            reused=len(self.saved),
            saved_usd=_total(self.saved),
            start_ns=min([self.start_ns, *(began for began, _ in self.tried_ns)]),
            end_ns=max([self.world.clock.now_ns(), *(ended for _, ended in self.tried_ns)]),
            failed=self.failed,
            tried=tuple(self.tried),
            tried_ns=tuple(self.tried_ns),
            told=shown,
            order_flipped=order_flipped,
        )


def _total(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return exact_sum(known) if len(known) == len(amounts) else None
