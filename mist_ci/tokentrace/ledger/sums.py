"""What spans of one kind come to."""

from dataclasses import dataclass
from decimal import Decimal

from mist_ci.models.ledger import EXACT, Totals
from mist_ci.models.span_line import SpanLine

RUN, ATTEMPT = "mist.run", "mist.attempt"
CALL, JUDGE = "gen_ai.chat", "gen_ai.judge"
TRAINING, ESTIMATE = "mist.training", "mist.training_estimate"
SPEND = "gen_ai.spend"
"""Calls of a run added up, where its calls themselves are elsewhere: it counts only where there are none of them."""
_ABOVE = "mist."
_exact = EXACT.add

Name = str | None
Kind = tuple[str, Name, Name, Name, Name, Name, Name]
"""Operation, suite, side, provider, model, the commit and the data hash of the model reference."""


@dataclass(slots=True)
class Sums(Totals):
    """Of spans of one kind: all calls, or all above calls."""

    is_level: bool = False
    """They say what the calls below them come to, and are only held against that."""
    is_timed: bool = False
    """One span is one call, so it has a latency."""
    first_ns: int = 2**63
    last_ns: int = 0

    @staticmethod
    def of(operation: str) -> "Sums":
        """What is called `mist.…` is above calls, whatever else there will be; every other word is one for a call."""
        is_level = operation.startswith(_ABOVE)
        return Sums(is_level=is_level, is_timed=not is_level and operation not in (JUDGE, SPEND))

    def take(self, span: SpanLine, cost: Decimal | None, saved: Decimal | None) -> None:
        """Adds a span."""
        attrs, calls = span.attrs, span.attrs.calls
        if calls is None:  # another writer's: one span is one call
            calls = 0 if attrs.reused_calls or self.is_level else 1
        self.calls += calls
        self.tokens_in += attrs.tokens_in or 0
        self.tokens_out += attrs.tokens_out or 0
        if attrs.tokens_cached or attrs.tokens_reasoning:
            self.tokens_cached += attrs.tokens_cached or 0
            self.tokens_reasoning += attrs.tokens_reasoning or 0
        if cost is not None:
            self.cost.usd = _exact(self.cost.usd, cost)
        elif calls:
            self.cost.unknown += 1
        if attrs.reused_calls is not None:
            self._save(attrs.reused_calls, saved)
        if type(attrs.score) is float:
            self._mark(attrs.score, attrs.answers)
        if not self.is_level:
            self._note(span, is_made=bool(calls))

    def _save(self, calls: int, usd: Decimal | None) -> None:
        """Stored answers."""
        self.reused_calls += calls
        if usd is None:
            self.saved.unknown += 1
        else:
            self.saved.usd = _exact(self.saved.usd, usd)

    def _mark(self, score: float, answers: int | None) -> None:
        """A mean score, of so many answers."""
        graded = 1 if answers is None else answers
        self.scores.append(score * graded)
        self.graded += graded

    def _note(self, span: SpanLine, *, is_made: bool) -> None:
        """What is asked of calls alone: when, how long, how they ended, and where prices came from."""
        basis, start_ns, end_ns = span.attrs.cost_basis, span.start_ns, span.end_ns
        if span.status == "error":
            self.failed += 1
        if basis and basis not in self.bases and (is_made or span.attrs.reused_calls):
            self.bases.add(basis)
        if is_made and self.is_timed and end_ns >= start_ns:
            self.latencies_ns.append(end_ns - start_ns)
        self.first_ns = min(self.first_ns, start_ns)
        self.last_ns = max(self.last_ns, end_ns)

    def join(self, other: "Sums") -> None:
        """Adds other spans of the same kind."""
        self.add(other)
        self.first_ns = min(self.first_ns, other.first_ns)
        self.last_ns = max(self.last_ns, other.last_ns)
