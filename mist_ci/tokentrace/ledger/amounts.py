"""Amounts of money out of spans: exactly what was written, or nothing."""

from decimal import Decimal, InvalidOperation

from mist_ci.models.span_line import Unusable

_NOTHING = Decimal(0)
MAX_USD = Decimal(10) ** 12
_LONGEST_AMOUNT = 80
_SMALLEST = 40


def decimal_of(amount: str | float) -> Decimal:
    """An amount as it is written; a float has the shortest digits that stand for it. Raises Unusable."""
    if amount == "0":  # most amounts that were saved
        return _NOTHING
    text = amount if type(amount) is str else str(amount)
    try:
        found = Decimal(text)
        is_possible = len(text) <= _LONGEST_AMOUNT and _NOTHING <= found < MAX_USD
    except InvalidOperation:
        raise Unusable("with an amount that is no number") from None
    if not is_possible or (("E" in text or "e" in text) and found and found.adjusted() < -_SMALLEST):
        raise Unusable("with an amount that nobody can have paid")
    return found
