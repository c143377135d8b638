"""Budgets of one iteration: what training on its data takes, as recorded, and before that as estimated."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.attempt import exact_sum
from mist_ci.models.config import Budgets
from mist_ci.models.report import BudgetLine, TrainingEstimate
from mist_ci.models.spent import RecordedTraining
from mist_ci.tokentrace.allowances import NO_LEDGER

NOT_RECORDED = "no training on this data is recorded yet, and an estimate has no hours"
NO_HOURS = "nobody recorded how many GPU-hours {name} took"


@dataclass(frozen=True, slots=True)
class Iteration:
    """Data of one hash that is trained on; without an estimate where this run has not looked at it."""

    estimate: TrainingEstimate | None
    recorded: tuple[RecordedTraining, ...]


def iterations(
    estimates: Mapping[str, TrainingEstimate],
    trained_on: Collection[str],
    recorded: Sequence[RecordedTraining],
) -> tuple[Iteration, ...]:
    """By data hash: what this run has estimated, and what changed models say that they were trained on."""
    hashes = dict.fromkeys((*estimates, *trained_on))
    found = (
        Iteration(estimates.get(one), tuple(each for each in recorded if each.data_hash == one))
        for one in hashes
    )
    return tuple(one for one in found if one.estimate is not None or one.recorded)


def training_budget(
    budgets: Budgets, looked_at: Sequence[Iteration], *, has_ledger: bool = False
) -> tuple[BudgetLine, ...]:
    """Every budget of training that is set. What is recorded counts in place of its estimate.

    Raises CouldNotRun MC306 where a price is unknown.
    """
    if not looked_at:
        return ()
    lines = []
    if budgets.training_usd is not None:
        spent = _sum(looked_at, _recorded_usd, _estimated_usd)
        lines.append(_line("training_usd", f"${budgets.training_usd}", budgets.training_usd, spent, _usd))
    if budgets.training_tokens is not None:
        limit = Decimal(budgets.training_tokens)
        spent = _sum(looked_at, _recorded_tokens, lambda one: Decimal(one.tokens))
        lines.append(_line("training_tokens", _tokens(limit), limit, spent, _tokens))
    if budgets.training_hours is not None:
        lines.append(_hours(budgets.training_hours, looked_at, has_ledger=has_ledger))
    known = [one.recorded for one in looked_at]
    basis = "estimated" if not any(known) else "recorded" if all(known) else "recorded and estimated"
    return tuple(one.model_copy(update={"note": one.note or basis}) for one in lines)


def _sum(
    looked_at: Sequence[Iteration],
    recorded: Callable[[Iteration], Decimal],
    estimated: Callable[[TrainingEstimate], Decimal],
) -> Decimal:
    return exact_sum(
        recorded(one) if one.recorded or one.estimate is None else estimated(one.estimate)
        for one in looked_at
    )


def _recorded_usd(one: Iteration) -> Decimal:
    costs = [(each.name, each.usd) for each in one.recorded]
    for name, usd in costs:
        if usd is None:
            hint = "take its line out of the ledger, and record it again with --cost or a price"
            message = f"training_usd is set and the price of {name} is unknown"
            raise CouldNotRun(Code.UNPRICED, message, hint=hint)
    return exact_sum(usd for _, usd in costs if usd is not None)


def _estimated_usd(one: TrainingEstimate) -> Decimal:
    if one.cost_usd is None:
        hint = "add `prices.training_per_mtok` to the provider of the data set's model in mist.yml"
        raise CouldNotRun(
            Code.UNPRICED, "training_usd is set and the price of training is unknown", hint=hint
        )
    return one.cost_usd


def _recorded_tokens(one: Iteration) -> Decimal:
    """Many trainers do not count: then it is the estimate, for each time that it was trained on."""
    tokens = Decimal(0)
    for each in one.recorded:
        if each.tokens is None and one.estimate is None:
            hint = (
                "take its line out of the ledger, and record it again with its tokens, in a CSV for example"
            )
            message = f"training_tokens is set and nobody counted the tokens of {each.name}"
            raise CouldNotRun(Code.UNPRICED, message, hint=hint)
        estimated = one.estimate.tokens if one.estimate else 0
        tokens += estimated if each.tokens is None else each.tokens
    return tokens


def _hours(limit: float, looked_at: Sequence[Iteration], *, has_ledger: bool) -> BudgetLine:
    """Known hours count, and where some are not known the line says so."""
    recorded = [each for one in looked_at for each in one.recorded]
    hours = exact_sum(each.gpu_hours for each in recorded if each.gpu_hours is not None)
    unknown = next((each.name for each in recorded if each.gpu_hours is None), None)
    why = NO_HOURS.format(name=unknown) if unknown else None
    if not all(one.recorded for one in looked_at):
        why = NOT_RECORDED if has_ledger else f"{NO_LEDGER}, and an estimate has no hours"
    line = _line("training_hours", f"{limit:g} GPU-hours", Decimal(str(limit)), hours, _gpu_hours)
    if why is None:
        return line
    known = line.spent if recorded else None
    return line.model_copy(update={"spent": known, "held": False, "note": why, "left": None})


def _line(
    name: str, limit_told: str, limit: Decimal, spent: Decimal, told: Callable[[Decimal], str]
) -> BudgetLine:
    left = told(max(limit - spent, Decimal(0)))
    return BudgetLine(name=name, limit=limit_told, spent=told(spent), over=spent > limit, left=left)


def _usd(amount: Decimal) -> str:
    return f"${amount:.4f}"


def _tokens(amount: Decimal) -> str:
    return f"{int(amount):,} tokens"


def _gpu_hours(amount: Decimal) -> str:
    return f"{amount:,.1f} GPU-hours"
