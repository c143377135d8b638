"""One call for one sample on one side, and how its answer was graded."""

from collections.abc import Iterable
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
        return self in (AttemptStatus.SCORED, AttemptStatus.MODEL_FAILURE)


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
    reason: str = ""
    """Why the status is not `scored`."""
    provider: str
    model: str
    fingerprint: str | None = None
    finish_reason: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    token_basis: TokenBasis | None = None
    cost_usd: Decimal | None = None
    cost_basis: CostBasis = CostBasis.UNKNOWN
    price_as_of: str | None = None
    start_ns: int
    end_ns: int
    retries: int = 0
    tried: tuple[str, ...] = ()
    """Why each try that brought nothing did not, in order."""
    reused: bool = False
    """Answered to an earlier run: tokens and cost are what the answer costs, and nothing was spent now."""
    stored_at: datetime | None = None
    """When a reused answer was given."""
    stored_for: str | None = None
    """The head whose gate a reused answer was given to."""
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
    )


def cost_of(attempts: Iterable[Attempt]) -> Decimal | None:
    """What these answers cost, whoever paid, added up exactly; one unknown price makes the sum unknown."""
    costs = [attempt.cost_usd for attempt in attempts if attempt.token_basis is not None]
    known = [cost for cost in costs if cost is not None]
    return exact_sum(known) if len(known) == len(costs) else None


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of amounts of money without rounding, whatever their order; 0 for none."""
    with localcontext(prec=EXACT_DIGITS):
        return sum(amounts, Decimal(0))


def _basis(attempt: Attempt) -> str:
    return f"{attempt.cost_basis} ({attempt.price_as_of})" if attempt.price_as_of else str(attempt.cost_basis)
