"""What a run has come to: so far, for whoever waits for it, and at its end."""

from dataclasses import dataclass
from decimal import Decimal

from mist_ci.models.attempt import Attempt, Judgement
from mist_ci.models.ceilings import NOTHING, Charge, Unit
from mist_ci.models.figures import count, money


@dataclass(slots=True)
class Tally:
    """Sums over attempts."""

    tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)
    """None once the price of a call was unknown."""
    reused: int = 0
    retries: int = 0
    without_answer: int = 0
    ungraded: int = 0

    def add(self, attempt: Attempt) -> None:
        """One more. What is reused costs nothing now."""
        self.retries += attempt.retries
        self.without_answer += attempt.token_basis is None
        self.ungraded += attempt.token_basis is not None and not attempt.status.counts
        self.reused += attempt.reused
        if attempt.token_basis is not None and not attempt.reused:
            self.tokens += attempt.tokens_in + attempt.tokens_out
            known = self.cost_usd is not None and attempt.cost_usd is not None
            self.cost_usd = (self.cost_usd or 0) + (attempt.cost_usd or Decimal(0)) if known else None

        self._add_judgement(attempt.judgement)

    def _add_judgement(self, judgement: Judgement | None) -> None:
        """What graders asked models costs as well."""
        if judgement is None:
            return
        self.tokens += judgement.tokens_in + judgement.tokens_out
        known = self.cost_usd is not None and judgement.cost_usd is not None
        self.cost_usd = (self.cost_usd or 0) + (judgement.cost_usd or Decimal(0)) if known else None

    def told(self) -> str:
        """`12,345 tokens, $0.12, 3 reused, 2 retries, 1 without answer`; what is none is left out."""
        parts = [count(self.tokens, "token")] if self.tokens else []
        if self.tokens and self.cost_usd is not None:
            parts.append(money(self.cost_usd))
        parts += [f"{count(self.reused)} reused"] if self.reused else []
        parts += (
            [f"{count(self.retries)} {'retry' if self.retries == 1 else 'retries'}"] if self.retries else []
        )
        parts += [f"{count(self.without_answer)} without answer"] if self.without_answer else []
        parts += [f"{count(self.ungraded)} not graded"] if self.ungraded else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All attempts, in the order in which they ended.

    `complete` is False when a budget ran out first, or when `failure` ended the run: the attempts up to then
    are still there, so that what was spent can be told.
    """

    attempts: tuple[Attempt, ...]
    planned: int
    complete: bool
    failure: Exception | None = None
    spent: Charge = NOTHING
    """What counts against ceilings: also tries that may have been billed and brought nothing."""
    took_s: float = 0.0
    """Seconds on a clock that nobody sets, from before the first call to after the last."""
    stopped_by: frozenset[Unit] = frozenset()
    """What ran out, where that ended it."""
