"""What spans add up to: integers and decimals, exactly. One unknown price makes a sum unknown."""

from decimal import Decimal
from typing import TypedDict

import msgspec

from mist_ci.models.attempt import Attempt, Judgement
from mist_ci.models.ledger import EXACT
from mist_ci.models.span_attributes import Spent

_NOTHING = Decimal(0)
_exact = EXACT.add


class Figures(TypedDict):
    """The attributes of `Spent`."""

    calls: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    tokens_reasoning: int
    tokens_cache_written: int
    cost_usd: Decimal | None
    reused_calls: int
    saved_usd: Decimal | None


def of_answer(one: Attempt) -> Figures:
    """What an answer took. A stored one took nothing now, and saved what it costs; without any, it is all 0."""
    is_paid = one.token_basis is not None and not one.reused
    is_stored = one.token_basis is not None and one.reused
    return {
        "calls": 1 if is_paid else 0,
        "tokens_in": one.tokens_in if is_paid else 0,
        "tokens_out": one.tokens_out if is_paid else 0,
        "tokens_cached": one.tokens_cached if is_paid else 0,
        "tokens_reasoning": one.tokens_reasoning if is_paid else 0,
        "tokens_cache_written": one.tokens_cache_written if is_paid else 0,
        "cost_usd": one.cost_usd if is_paid else _NOTHING,
        "reused_calls": 1 if is_stored else 0,
        "saved_usd": one.cost_usd if is_stored else None,
    }


def of_judging(one: Judgement) -> Figures:
    """What graders asked models about an answer."""
    return {
        "calls": one.calls,
        "tokens_in": one.tokens_in,
        "tokens_out": one.tokens_out,
        "tokens_cached": one.tokens_cached,
        "tokens_reasoning": one.tokens_reasoning,
        "tokens_cache_written": one.tokens_cache_written,
        "cost_usd": one.cost_usd,
        "reused_calls": one.reused,
        "saved_usd": one.saved_usd if one.reused else None,
    }


def times_of(one: Attempt) -> tuple[int, int]:
    """When an attempt began and ended, with its judging."""
    judged = one.judgement
    if judged is None:
        return one.start_ns, one.end_ns
    return min(one.start_ns, judged.start_ns), max(one.end_ns, judged.end_ns)


class Sums(msgspec.Struct, gc=False, kw_only=True):
    """Sums so far, and when the first of it began and the last ended, in Unix nanoseconds."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_reasoning: int = 0
    tokens_cache_written: int = 0
    cost_usd: Decimal | None = _NOTHING
    reused_calls: int = 0
    saved_usd: Decimal | None = _NOTHING
    start_ns: int = 0
    """0 while there is nothing in it."""
    end_ns: int = 0
    is_ok: bool = True

    def add(self, one: "Spent | Sums") -> None:
        """Adds tokens and money of a span, or of other sums."""
        self.calls += one.calls
        self.tokens_in += one.tokens_in
        self.tokens_out += one.tokens_out
        self.tokens_cached += one.tokens_cached
        self.tokens_reasoning += one.tokens_reasoning
        self.tokens_cache_written += one.tokens_cache_written
        self.cost_usd = _plus(self.cost_usd, one.cost_usd)
        if one.reused_calls:
            self.reused_calls += one.reused_calls
            self.saved_usd = _plus(self.saved_usd, one.saved_usd)

    def take(self, one: Attempt) -> None:
        """Adds an attempt with its judging: `add(of_answer(one))` in fewer steps, as there is one for every answer."""
        if one.token_basis is None:
            pass
        elif one.reused:
            self.reused_calls += 1
            self.saved_usd = _plus(self.saved_usd, one.cost_usd)
        else:
            self.calls += 1
            self.tokens_in += one.tokens_in
            self.tokens_out += one.tokens_out
            self.cost_usd = _plus(self.cost_usd, one.cost_usd)
            if one.tokens_cached or one.tokens_reasoning or one.tokens_cache_written:
                self.tokens_cached += one.tokens_cached
                self.tokens_reasoning += one.tokens_reasoning
                self.tokens_cache_written += one.tokens_cache_written
        if one.judgement is not None:
            self.add(Spent(**of_judging(one.judgement)))
        self.last(*times_of(one), is_ok=one.score is not None)

    def last(self, start_ns: int, end_ns: int, *, is_ok: bool) -> None:
        """Something in it lasted from then to then."""
        if not self.start_ns or start_ns < self.start_ns:
            self.start_ns = start_ns
        self.end_ns = max(self.end_ns, end_ns)
        if not is_ok:
            self.is_ok = False

    @property
    def figures(self) -> Figures:
        """As attributes."""
        return {
            "calls": self.calls,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "tokens_cached": self.tokens_cached,
            "tokens_reasoning": self.tokens_reasoning,
            "tokens_cache_written": self.tokens_cache_written,
            "cost_usd": self.cost_usd,
            "reused_calls": self.reused_calls,
            "saved_usd": self.saved_usd if self.reused_calls else None,
        }

    @property
    def told(self) -> dict[str, int | str | None]:
        """As plain attributes, also where they are 0; money is text."""
        return {
            "calls": self.calls,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "tokens_cached": self.tokens_cached,
            "tokens_reasoning": self.tokens_reasoning,
            "tokens_cache_written": self.tokens_cache_written,
            "cost_usd": None if self.cost_usd is None else str(self.cost_usd),
            "reused_calls": self.reused_calls,
            "saved_usd": None if self.saved_usd is None else str(self.saved_usd),
        }


def both(one: Figures, other: Figures) -> Figures:
    """Two of them as one."""
    sums = Sums()
    sums.add(Spent(**one))
    sums.add(Spent(**other))
    return sums.figures


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else _exact(one, other)
