"""Budgets held against what was spent. An unknown price under a money budget is an error, never $0."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.attempt import Attempt, Side, exact_sum, paid_for
from mist_ci.models.config import Budgets
from mist_ci.models.report import BudgetLine, TrainingEstimate


def training_budget(budgets: Budgets, estimates: Sequence[TrainingEstimate]) -> tuple[BudgetLine, ...]:
    """What training on the head data would cost, against its budget. Raises CouldNotRun MC306 when unpriced."""
    if budgets.training_usd is None or not estimates:
        return ()
    costs = [estimate.cost_usd for estimate in estimates]
    known = [cost for cost in costs if cost is not None]
    if len(known) != len(costs):
        hint = "add `prices.training_per_mtok` to the provider of the data set's model in mist.yml"
        raise CouldNotRun(
            Code.UNPRICED, "training_usd is set and the price of training is unknown", hint=hint
        )
    return (_line("training_usd", budgets.training_usd, exact_sum(known)),)


def evaluation_budget(
    budgets: Budgets,
    attempts: Sequence[Attempt],
    cohort: Collection[str],
    elsewhere: Collection[str] = (),
    *,
    complete: bool,
) -> tuple[BudgetLine, ...]:
    """What was spent now, and the cost of an answer at head against base. Raises CouldNotRun MC306.

    `cohort` holds digests of the suites that decide: samples that head brings could be as dear as it likes on both
    sides, and hide what its model costs. `elsewhere` holds those that another runner asked, and paid for.
    """
    if not attempts and complete:
        return ()
    lines: list[BudgetLine] = []
    asked = [one for one in attempts if one.suite_digest not in elsewhere]
    if budgets.eval_usd is not None and (asked or not complete):
        spent = _priced(paid_for(asked), "eval_usd")
        line = _line("eval_usd", budgets.eval_usd, spent)
        stopped = {"over": True, "spent": f"{line.spent} (stopped before the end)"}
        lines.append(line if complete else line.model_copy(update=stopped))
    if budgets.cost_per_request_increase is not None:
        lines += _increase(
            budgets.cost_per_request_increase, [one for one in attempts if one.suite_digest in cohort]
        )
    return tuple(lines)


def _increase(limit: float, attempts: Sequence[Attempt]) -> list[BudgetLine]:
    """Base and head on the same samples: what only one side was asked says nothing about the other's price."""
    answered: defaultdict[tuple[str, str, str], dict[Side, list[Attempt]]] = defaultdict(dict)
    for one in attempts:
        if _was_answered(one):
            sample = one.suite, one.suite_digest, one.key
            answered[sample].setdefault(one.side, []).append(one)
    shared = [sides for sides in answered.values() if Side.BASE in sides and Side.HEAD in sides]
    if not shared:
        return []
    base, head = (sum(_mean_cost(sides[side]) for sides in shared) for side in (Side.BASE, Side.HEAD))
    over = head > base * (1 + Fraction(str(limit)))
    grown = f"{float(head / base) - 1:+.1%}" if base else "from $0"
    return [BudgetLine(name="cost_per_request_increase", limit=f"{limit:+.1%}", spent=grown, over=over)]


def _was_answered(one: Attempt) -> bool:
    """Results of others may not say how many tokens an answer took; its price counts, or is unknown."""
    return one.token_basis is not None or one.status.counts


def _mean_cost(attempts: Sequence[Attempt]) -> Fraction:
    """A fraction, because thirds of a cent are no decimals and exactly at the limit is not over it.

    A stored answer counts with what it costs: a budget for what users will pay has nothing to do with who paid now.
    """
    costs = [_priced(one.cost_usd, "cost_per_request_increase") for one in attempts]
    return Fraction(exact_sum(costs)) / len(attempts)


def _priced(cost_usd: Decimal | None, budget: str) -> Decimal:
    if cost_usd is None:
        hint = "add `prices` to the provider in mist.yml; results of another runner have to say what answers cost"
        raise CouldNotRun(Code.UNPRICED, f"{budget} is set and a price is unknown", hint=hint)
    return cost_usd


def _line(name: str, limit: Decimal, spent: Decimal) -> BudgetLine:
    return BudgetLine(name=name, limit=f"${limit}", spent=f"${spent:.4f}", over=spent > limit)
