"""Amounts of budgets in words."""

from decimal import ROUND_CEILING, Decimal

from mist_ci.models.ceilings import Unit


def told_amount(amount: Decimal, unit: Unit, *, exact: bool = False) -> str:
    """`$0.0670`, `12,345 tokens`, `3.5 min`; `exact` as somebody wrote it, else never less than it is.

    >>> told_amount(Decimal("5"), Unit.USD, exact=True), told_amount(Decimal("0.067"), Unit.USD)
    ('$5', '$0.0670')
    >>> told_amount(Decimal(12345), Unit.TOKENS), told_amount(Decimal("30.01"), Unit.MINUTES)
    ('12,345 tokens', '30.1 min')
    """
    match unit:
        case Unit.USD:
            return f"${amount:f}" if exact else f"${amount:.4f}"
        case Unit.TOKENS:
            return f"{int(amount):,} tokens"
        case Unit.MINUTES:
            tenths = amount.quantize(Decimal("0.1"), ROUND_CEILING)
            return f"{amount.normalize() + 0:f} min" if exact else f"{tenths.normalize() + 0:f} min"


def left_of(rest: Decimal, unit: Unit) -> str:
    """What is left; nothing where more was spent than there was."""
    if unit is Unit.MINUTES:
        return f"{max(rest, Decimal(0)):.1f} min"
    return told_amount(max(rest, Decimal(0)), unit)
