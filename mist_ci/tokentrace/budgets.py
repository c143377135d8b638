"""Budgets held against what was spent. An unknown price under a money budget is an error, never $0."""

from collections.abc import Collection, Iterable, Sequence

from mist_ci.models.attempt import Attempt, judging_of, paid_for, spend_of
from mist_ci.models.ceilings import Charge, Unit
from mist_ci.models.config import Budgets
from mist_ci.models.report import BudgetLine
from mist_ci.models.spent import Allowance, Spent
from mist_ci.tokentrace.allowances import lines
from mist_ci.tokentrace.increase import increases


def spent_now(attempts: Iterable[Attempt], seconds: float) -> Spent:
    """Money and tokens of the calls that this run made, judges included; without a price it is unpriced."""
    listed = list(attempts)
    paid, judging = paid_for(listed), judging_of(listed)
    spends = [spend_of(listed), *([judging] if judging else [])]
    tokens = sum(one.tokens_in + one.tokens_out for one in spends)
    if paid is None:
        return Spent(tokens=tokens, seconds=seconds, runs=1, unpriced=("this run",))
    return Spent(paid, tokens, seconds, 1)


def evaluation_budget(
    budgets: Budgets,
    allowed: Sequence[Allowance],
    attempts: Sequence[Attempt],
    cohort: Collection[str],
    elsewhere: Collection[str] = (),
    *,
    seconds: float = 0.0,
    stopped_by: Collection[Unit] = (),
    refused: Charge | None = None,
) -> tuple[BudgetLine, ...]:
    """What was spent now, and what an answer takes at head against base. Raises CouldNotRun MC306.

    `cohort` holds digests of the suites that decide: samples that head brings could be as dear as it likes on both
    sides, and hide what its model costs. `elsewhere` holds those that another runner asked, and paid for. `stopped_by`
    says what ran out, and `refused` what the run would have taken at least when it asked nobody.
    """
    if not attempts and not stopped_by:
        return ()
    asked = [one for one in attempts if one.suite_digest not in elsewhere]
    mine = lines(allowed, spent_now(asked, seconds), stopped_by, refused) if asked or stopped_by else ()
    return (*mine, *increases(budgets, [one for one in attempts if one.suite_digest in cohort]))
