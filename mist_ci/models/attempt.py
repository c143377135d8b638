"""One call for one sample on one side, and how its answer was graded."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from enum import StrEnum

import msgspec

from mist_ci.models.usage import CostBasis, Spend, TokenBasis

EXACT_DIGITS = 100
"""More than any sum of money has; Python's own 28 would round, and then the order of a sum would matter."""


class Side(StrEnum):
    """Which model reference answered."""

    BASE = "base"
    HEAD = "head"
    ANCHOR = "anchor"
    """A fixed model, such as the last release: head is held against it as well as against base."""


class AttemptStatus(StrEnum):
    """Outcomes that must never blur (page 3 §4.2)."""

    SCORED = "scored"
    MODEL_FAILURE = "model_failure"
    """The model answered, but empty, cut off or refused: it counts, with the grader's score."""
    INFRA_FAILURE = "infra_failure"
    """No answer after all retries: missing, never a zero."""
    GRADER_FAILURE = "grader_failure"
    """The grader crashed on this answer: missing, never a zero."""

    @property
    def counts(self) -> bool:
        """True when the attempt has a score."""
        return self in _COUNTED


_COUNTED = (AttemptStatus.SCORED, AttemptStatus.MODEL_FAILURE)


class Judgement(msgspec.Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What graders asked models about one answer: calls made now, stored replies that stood in for some, and money."""

    models: tuple[str, ...]
    """Who was asked, or would have been."""
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_reasoning: int = 0
    tokens_cache_written: int = 0
    cost_usd: Decimal | None = Decimal(0)
    """Of the calls made now; None when a price is unknown."""
    counted_calls: int = 0
    """How many of them were counted here, because nothing was reported."""
    cost_bases: tuple[str, ...] = ()
    reused: int = 0
    """Replies that were there already: stored by an earlier run, or given to the same question in this one."""
    saved_usd: Decimal | None = Decimal(0)
    start_ns: int
    end_ns: int
    failed: bool = False
    """A model gave no reply, or none that could be read."""
    tried: tuple[str, ...] = ()
    """Why each try that brought no reply did not, in order; empty in results of older versions."""
    tried_ns: tuple[tuple[int, int], ...] = ()
    """When each of those tries began and ended, in Unix nanoseconds."""
    told: str = ""
    """Why the score is what it is, in the judge's words, shortened."""
    order_flipped: bool | None = None
    """Of a pair: True when the judge preferred another answer in the other order. None where no pair was judged."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The attempt record of page 0: written the moment a call ends.

    Not a pydantic model like the other nouns: a comparison holds hundreds of thousands of them.
    """

    side: Side
    suite: str
    suite_digest: str
    sample: str
    key: str
    attempt: int
    status: AttemptStatus
    score: float | None
    """The primary grader's score in [0, 1]; None when missing."""
    scores: dict[str, float]
    output: str
    """The text, and below it the tools that were called, one a line: `weather({"city": "Lima"})`."""
    reason: str = ""
    """Why the status is not `scored`."""
    provider: str
    model: str
    fingerprint: str | None = None
    finish_reason: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    """Of `tokens_in`; 0 also where the provider does not tell, and in results of older versions."""
    tokens_reasoning: int = 0
    """Of `tokens_out`; 0 also where the provider does not tell, and in results of older versions."""
    tokens_cache_written: int = 0
    """Of `tokens_in`, and not in `tokens_cached`; 0 also where the provider does not tell."""
    tier: str | None = None
    """The service tier that the provider says it answered in; None for the usual one, and where it does not tell."""
    token_basis: TokenBasis | None = None
    cost_usd: Decimal | None = None
    cost_basis: CostBasis = CostBasis.UNKNOWN
    price_as_of: str | None = None
    start_ns: int
    end_ns: int
    retries: int = 0
    tried: tuple[str, ...] = ()
    """Why each try that brought nothing did not, in order."""
    tried_ns: tuple[tuple[int, int], ...] = ()
    """When each of those tries began and ended, and after them the one that brought the answer, in Unix nanoseconds.
    Empty where the first one brought it, where nobody told, and in results of older versions."""
    reused: bool = False
    """Answered to an earlier run, from the store or a recording: tokens and cost are what the answer costs, and nothing
    was spent now."""
    stored_at: datetime | None = None
    """When a reused answer was given; None for one out of a recording."""
    stored_for: str | None = None
    """The head whose gate a reused answer was given to."""
    judgement: Judgement | None = None
    """None where no grader asked a model."""
    prompt_hash: str = ""
    """SHA-256 of what was asked, messages and tools; empty in results of older versions."""
    grader: str = ""
    """The grader that decides, at its version with its options; empty in results of older versions."""
    portion: str | None = None
    """Of `mist-ci eval`: `whole`, or which part of its suites was asked. None where a gate asked."""

    def __post_init__(self) -> None:
        """Refuses a score that is no number from 0 to 1."""
        if self.score is not None and not 0.0 <= self.score <= 1.0:
            raise ValueError(f"a score lies in [0, 1], and this one is {self.score}")

    @property
    def is_only_judged(self) -> bool:
        """True for an answer that people labelled: nobody knows who gave it, and it is no call."""
        return not self.model and self.judgement is not None and self.token_basis is None

    @property
    def latency_ms(self) -> float:
        """Wall time of the call, retries included, in milliseconds."""
        return (self.end_ns - self.start_ns) / 1e6


def spend_of(attempts: Iterable[Attempt]) -> Spend:
    """Tokens and money of attempts that were answered: what was spent now, and what stored answers saved."""
    answered = [attempt for attempt in attempts if attempt.token_basis is not None]
    asked = [attempt for attempt in answered if not attempt.reused]
    reused = [attempt for attempt in answered if attempt.reused]
    return Spend(
        calls=len(asked),
        tokens_in=sum(attempt.tokens_in for attempt in asked),
        tokens_out=sum(attempt.tokens_out for attempt in asked),
        cost_usd=cost_of(asked),
        counted_calls=sum(attempt.token_basis is TokenBasis.COUNTED for attempt in asked),
        cost_bases=tuple(sorted({_basis(attempt) for attempt in answered})),
        reused_calls=len(reused),
        saved_usd=cost_of(reused),
        tokens_cached=sum(attempt.tokens_cached for attempt in asked),
        tokens_reasoning=sum(attempt.tokens_reasoning for attempt in asked),
        tokens_cache_written=sum(attempt.tokens_cache_written for attempt in asked),
    )


def judging_of(attempts: Iterable[Attempt]) -> Spend | None:
    """Tokens and money that graders took to ask models about these attempts; None where none of them asked any."""
    judged = [attempt.judgement for attempt in attempts if attempt.judgement is not None]
    return spend_on_judging(judged) if judged else None


def spend_on_judging(judged: Sequence[Judgement]) -> Spend:
    """The sums of what graders asked models."""
    return Spend(
        calls=sum(one.calls for one in judged),
        tokens_in=sum(one.tokens_in for one in judged),
        tokens_out=sum(one.tokens_out for one in judged),
        cost_usd=_sum_known(one.cost_usd for one in judged),
        counted_calls=sum(one.counted_calls for one in judged),
        cost_bases=tuple(sorted({basis for one in judged for basis in one.cost_bases})),
        reused_calls=sum(one.reused for one in judged),
        saved_usd=_sum_known(one.saved_usd for one in judged),
        tokens_cached=sum(one.tokens_cached for one in judged),
        tokens_reasoning=sum(one.tokens_reasoning for one in judged),
        tokens_cache_written=sum(one.tokens_cache_written for one in judged),
    )


def both(one: Spend, other: Spend) -> Spend:
    """Two sums as one."""
    return Spend(
        calls=one.calls + other.calls,
        tokens_in=one.tokens_in + other.tokens_in,
        tokens_out=one.tokens_out + other.tokens_out,
        cost_usd=_sum_known([one.cost_usd, other.cost_usd]),
        counted_calls=one.counted_calls + other.counted_calls,
        cost_bases=tuple(sorted({*one.cost_bases, *other.cost_bases})),
        reused_calls=one.reused_calls + other.reused_calls,
        saved_usd=_sum_known([one.saved_usd, other.saved_usd]),
        tokens_cached=one.tokens_cached + other.tokens_cached,
        tokens_reasoning=one.tokens_reasoning + other.tokens_reasoning,
        tokens_cache_written=one.tokens_cache_written + other.tokens_cache_written,
    )


def paid_for(attempts: Iterable[Attempt]) -> Decimal | None:
    """All money that was spent now, on answers and on judging them; None when any price is unknown."""
    listed = list(attempts)
    judging = judging_of(listed)
    return _sum_known([spend_of(listed).cost_usd, judging.cost_usd if judging else Decimal(0)])


def cost_of(attempts: Iterable[Attempt]) -> Decimal | None:
    """What these answers cost, whoever paid, added up exactly; one unknown price makes the sum unknown."""
    costs = [attempt.cost_usd for attempt in attempts if attempt.token_basis is not None]
    known = [cost for cost in costs if cost is not None]
    return exact_sum(known) if len(known) == len(costs) else None


def _sum_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = []
    for amount in amounts:
        if amount is None:
            return None
        known.append(amount)
    return exact_sum(known)


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of amounts of money without rounding, whatever their order; 0 for none."""
    with localcontext(prec=EXACT_DIGITS):
        return sum(amounts, Decimal(0))


def _basis(attempt: Attempt) -> str:
    return told_basis(attempt.cost_basis, attempt.price_as_of, attempt.tier)


def told_basis(basis: CostBasis, as_of: object, tier: str | None) -> str:
    """`policy (2026-11-01)`, or `unknown, tier flex`."""
    dated = f"{basis} ({as_of})" if as_of else str(basis)
    return f"{dated}, tier {tier}" if tier else dated
