"""What the budgets of a gate will say, as far as that can be known before anybody is asked."""

from collections.abc import Iterator
from decimal import Decimal

from mist_ci import tokentrace
from mist_ci.models.ceilings import Charge, Unit
from mist_ci.models.figures import money
from mist_ci.models.outlook import Outlay
from mist_ci.models.report import BudgetLine
from mist_ci.models.spent import Allowance
from mist_ci.stages.account import Account


def budgets_ahead(account: Account) -> tuple[BudgetLine, ...]:
    """Every budget of money, tokens and minutes, with what was spent of it before and what is left."""
    return tokentrace.budgets_before(account.allowances)


def budget_warnings(account: Account, total: Outlay, least: Charge) -> Iterator[str]:
    """Budgets that are too small, or may be, and those that cannot be held. `least` is what nothing goes below."""
    lacks = account.lacks(least)
    for one in account.allowances:
        told = _warning(one, total, least, is_short=one.unit in lacks)
        if told is not None:
            yield told
        if one.not_held is not None:
            yield f"{one.name} is not held: {one.not_held}"


def _warning(one: Allowance, total: Outlay, least: Charge, *, is_short: bool) -> str | None:
    verb = "leaves" if one.before else "allows"
    allows = f"{one.name} {verb} {_told(one.left, one.unit)}"
    if one.unit is Unit.MINUTES:
        return f"{allows}: the gate will ask nobody, and fail" if is_short and not one.left else None
    surely, likely, most = _needs(one.unit, total, least)
    if is_short and one.left < max(surely, Decimal("1e-12")):
        return (
            f"{allows} and the least that this takes is {_told(surely, one.unit)}: the gate will ask nobody, and fail, "
            f"unless answers are stored"
        )
    if likely is not None and one.left < likely:
        return (
            f"{allows} and the least that this takes is {_told(likely, one.unit)}: the gate will stop half way, and "
            f"fail"
        )
    if most is not None and one.left < most:
        return f"{allows}, and this may take up to {_told(most, one.unit)}"
    return None


def _needs(unit: Unit, total: Outlay, least: Charge) -> tuple[Decimal, Decimal | None, Decimal | None]:
    """What nothing goes below, what is likely at least, and the most; None where a price is unknown."""
    if unit is Unit.USD:
        return least.usd, total.usd_least, total.usd_most
    tokens_in, tokens_out = total.tokens_in, total.tokens_out
    likely, most = tokens_in.least + tokens_out.least, tokens_in.most + tokens_out.most
    return Decimal(least.tokens), Decimal(likely), Decimal(most)


def _told(amount: Decimal, unit: Unit) -> str:
    return money(amount) if unit is Unit.USD else tokentrace.told_amount(amount, unit)
