"""What an answer takes more at head than at base, on the same samples: money, tokens, time."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import median

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.attempt import Attempt, Side, exact_sum
from mist_ci.models.config import Budgets
from mist_ci.models.figures import count
from mist_ci.models.report import BudgetLine

Sample = tuple[str, str, str]
Sides = dict[Side, list[Attempt]]
NOT_TIMED = "no sample was answered now by both sides: stored answers have no latency"


def increases(budgets: Budgets, attempts: Sequence[Attempt]) -> Iterator[BudgetLine]:
    """A line for each budget that is set, where both sides have answered any sample. Raises CouldNotRun MC306."""
    shared = _shared(attempts)
    if not shared:
        return
    if budgets.cost_per_request_increase is not None:
        base, head = _means(shared, _cost)
        yield _line("cost_per_request_increase", budgets.cost_per_request_increase, base, head, "$0")
    if budgets.tokens_per_request_increase is not None:
        base, head = _means(shared, _tokens)
        yield _line(
            "tokens_per_request_increase", budgets.tokens_per_request_increase, base, head, "no token"
        )
    if budgets.latency_increase is not None:
        yield _latency(budgets.latency_increase, shared)


def _shared(attempts: Sequence[Attempt]) -> list[Sides]:
    """Base and head on the same samples: what only one side was asked says nothing about the other's price."""
    answered: defaultdict[Sample, Sides] = defaultdict(dict)
    for one in attempts:
        if _was_answered(one):
            sample = one.suite, one.suite_digest, one.key
            answered[sample].setdefault(one.side, []).append(one)
    return [sides for sides in answered.values() if Side.BASE in sides and Side.HEAD in sides]


def _was_answered(one: Attempt) -> bool:
    """Results of others may not say how many tokens an answer took; its price counts, or is unknown."""
    return one.token_basis is not None or one.status.counts


def _means(shared: Sequence[Sides], amount: Callable[[Attempt], Decimal]) -> tuple[Fraction, Fraction]:
    """The sums over samples of the mean of their attempts.

    Fractions, because thirds of a cent are no decimals and exactly at the limit is not over it. A stored answer counts
    with what it costs: a budget for what users will pay has nothing to do with who paid now.
    """
    base, head = (sum((_mean(sides[side], amount) for sides in shared), Fraction(0)) for side in _BOTH)
    return base, head


_BOTH = (Side.BASE, Side.HEAD)


def _mean(attempts: Sequence[Attempt], amount: Callable[[Attempt], Decimal]) -> Fraction:
    return Fraction(exact_sum(map(amount, attempts))) / len(attempts)


def _cost(one: Attempt) -> Decimal:
    if one.cost_usd is None:
        hint = "add `prices` to the provider in mist.yml; results of another runner have to say what answers cost"
        message = "cost_per_request_increase is set and a price is unknown"
        raise CouldNotRun(Code.UNPRICED, message, hint=hint)
    return one.cost_usd


def _tokens(one: Attempt) -> Decimal:
    if one.token_basis is None:
        hint = "results of another runner have to say how many tokens answers took"
        message = "tokens_per_request_increase is set and the tokens of an answer are unknown"
        raise CouldNotRun(Code.UNPRICED, message, hint=hint)
    return Decimal(one.tokens_in + one.tokens_out)


def _line(name: str, limit: float, base: Fraction, head: Fraction, nothing: str) -> BudgetLine:
    over = head > base * (1 + Fraction(str(limit)))
    grown = f"{float(head / base) - 1:+.1%}" if base else f"from {nothing}"
    return BudgetLine(name=name, limit=f"{limit:+.1%}", spent=grown, over=over)


def _latency(limit: float, shared: Sequence[Sides]) -> BudgetLine:
    """Medians of attempts of the same number that both sides made now: one retry moves a mean, and no median."""
    pairs = [pair for sides in shared for pair in _timed(sides)]
    if not pairs:
        return BudgetLine(
            name="latency_increase",
            limit=f"{limit:+.1%}",
            spent=None,
            over=False,
            held=False,
            note=NOT_TIMED,
        )
    base, head = (median(times) for times in zip(*pairs, strict=True))
    line = _line("latency_increase", limit, Fraction(base), Fraction(head), "nothing")
    told = f"half of {count(len(pairs), 'answer')} within {base / 1e6:,.0f} ms at base, {head / 1e6:,.0f} ms at head"
    return line.model_copy(update={"note": told})


def _timed(sides: Sides) -> Iterator[tuple[int, int]]:
    """Nanoseconds of base and head. Other runners may not tell any."""
    base = {one.attempt: one for one in sides[Side.BASE] if _took_time(one)}
    for one in sides[Side.HEAD]:
        if one.attempt in base and _took_time(one):
            other = base[one.attempt]
            yield other.end_ns - other.start_ns, one.end_ns - one.start_ns


def _took_time(one: Attempt) -> bool:
    return not one.reused and one.end_ns > one.start_ns
