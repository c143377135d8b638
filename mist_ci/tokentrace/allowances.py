"""Budgets of money, tokens and minutes: what earlier runs left of them, and what this run then took."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Literal

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.ceilings import Ceilings, Charge, Unit
from mist_ci.models.config import Budgets
from mist_ci.models.figures import count
from mist_ci.models.report import BudgetLine
from mist_ci.models.spent import NOTHING_SPENT, Allowance, EarlierSpend, Spent
from mist_ci.tokentrace.alerts import Gauge
from mist_ci.tokentrace.amounts import left_of
from mist_ci.tokentrace.amounts import told_amount as told
from mist_ci.tokentrace.earlier import names_of

NO_LEDGER = "no ledger, so earlier runs do not count"
NO_PULL_REQUEST = "this run belongs to no pull request, so no earlier ones count"
_SCOPES = ("eval", "pull_request", "month")


def allowances(budgets: Budgets, earlier: EarlierSpend | None) -> tuple[Allowance, ...]:
    """Every budget that is set for a run, a pull request or a month. `earlier` is None where no ledger is kept.

    Raises CouldNotRun MC306 where money is counted and the price of an earlier run is unknown.
    """
    return tuple(
        _allowance(f"{scope}_{unit.value}", scope, unit, Decimal(str(limit)), earlier)
        for scope in _SCOPES
        for unit in Unit
        if (limit := getattr(budgets, f"{scope}_{unit.value}")) is not None
    )


def _allowance(name: str, scope: str, unit: Unit, limit: Decimal, earlier: EarlierSpend | None) -> Allowance:
    if scope == "eval":
        return Allowance(name, unit, limit)
    if earlier is None:
        return Allowance(name, unit, limit, not_held=NO_LEDGER)
    before = earlier.month if scope == "month" else earlier.pull_request
    if before is None:
        return Allowance(name, unit, limit, not_held=NO_PULL_REQUEST)
    if unit is Unit.USD and before.unpriced:
        names = ", ".join(names_of(before.unpriced))
        hint = f"the ledger has to say what they cost, or a new one has to be begun; else take {name} out"
        raise CouldNotRun(Code.UNPRICED, f"{name} is set and a price is unknown: of {names}", hint=hint)
    return Allowance(name, unit, limit, before.of(unit), before.runs)


def ceilings(allowed: Iterable[Allowance], spent: Spent) -> Ceilings:
    """What is left for the next calls of this run, when it has spent so much."""
    left: dict[Unit, Decimal] = {}
    for one in allowed:
        rest = max(one.left - spent.of(one.unit), Decimal(0))
        left[one.unit] = min(rest, left.get(one.unit, rest))
    tokens, minutes = left.get(Unit.TOKENS), left.get(Unit.MINUTES)
    return Ceilings(
        left.get(Unit.USD),
        None if tokens is None else int(tokens),
        None if minutes is None else float(minutes * 60),
    )


def gauges(allowed: Sequence[Allowance], spent: Spent, stopped_by: Collection[Unit]) -> Iterator[Gauge]:
    """Each budget as numbers, for alerts, when this run has spent so much."""
    binding = set(_tightest(allowed, stopped_by))
    for one in allowed:
        used = one.before + spent.of(one.unit)
        if one.unit is Unit.MINUTES:
            yield Gauge(one.name, used * 60, one.limit * 60, "seconds", one in binding)
        else:
            unit: Literal["usd", "tokens"] = "usd" if one.unit is Unit.USD else "tokens"
            yield Gauge(one.name, used, one.limit, unit, one in binding)


def too_little(allowed: Iterable[Allowance], least: Charge) -> frozenset[Unit]:
    """Units of which what is left does not pay for the least that a run takes; nothing left is too little as well."""
    needs = {Unit.USD: least.usd, Unit.TOKENS: Decimal(least.tokens)}
    short = {one.unit for one in allowed if one.unit in needs and one.left < needs[one.unit]}
    return frozenset(short | {one.unit for one in allowed if not one.left and least.tokens})


def lines(
    allowed: Sequence[Allowance], spent: Spent, stopped_by: Collection[Unit], refused: Charge | None
) -> tuple[BudgetLine, ...]:
    """Each budget against what was spent. `refused`: the least that the run would have taken, when it asked nobody.

    A run that spends nothing is not over, whatever others spent. Raises CouldNotRun MC306 when its price is unknown.
    """
    if spent.unpriced and any(one.unit is Unit.USD for one in allowed):
        name = next(one.name for one in allowed if one.unit is Unit.USD)
        hint = "add `prices` to the provider in mist.yml; results of another runner have to say what answers cost"
        raise CouldNotRun(Code.UNPRICED, f"{name} is set and a price is unknown", hint=hint)
    binding = set(_tightest(allowed, stopped_by))
    needed = NOTHING_SPENT if refused is None else Spent(refused.usd, refused.tokens)
    return tuple(_line(one, spent, needed if refused else None, is_binding=one in binding) for one in allowed)


def budgets_before(allowed: Sequence[Allowance]) -> tuple[BudgetLine, ...]:
    """Each budget as earlier runs left it."""
    return tuple(_line(one, NOTHING_SPENT, None, is_binding=False) for one in allowed)


def _tightest(allowed: Sequence[Allowance], units: Collection[Unit]) -> Iterator[Allowance]:
    """Those that were the first to be used up."""
    for unit in units:
        mine = [one for one in allowed if one.unit is unit]
        yield from (one for one in mine if one.left == min(each.left for each in mine))


def _line(one: Allowance, spent: Spent, needed: Spent | None, *, is_binding: bool) -> BudgetLine:
    own = spent.of(one.unit)
    total = one.before + own
    text = told(total, one.unit)
    if is_binding and needed is not None:
        text = f"{told(one.before + needed.of(one.unit), one.unit)} at least (nothing was asked)"
    elif is_binding:
        text = f"{text} (stopped before the end)"
    return BudgetLine(
        name=one.name,
        limit=told(one.limit, one.unit, exact=True),
        spent=text,
        over=is_binding or bool(own and total > one.limit),
        left=left_of(one.limit - total, one.unit),
        held=one.not_held is None,
        note=one.not_held or (_shares(one, own) if one.earlier_runs else None),
    )


def _shares(one: Allowance, own: Decimal) -> str:
    return (
        f"{told(one.before, one.unit)} by {count(one.earlier_runs, 'earlier run')}, {told(own, one.unit)} now"
    )
