"""Figures as people read them: points with one decimal, money that never rounds to nothing, big counts grouped.

A score that is not there is a dash, everywhere; a price that is not known says so, because it is not $0.
"""

from decimal import Decimal

MINUS = "\N{MINUS SIGN}"
NO_SCORE = "\N{EN DASH}"
UNKNOWN = "unknown"


def points(fraction: float | None) -> str:
    """A score in points: 0.973 is `97.3`.

    >>> points(0.9734), points(None)
    ('97.3', '–')
    """
    return NO_SCORE if fraction is None else f"{100 * fraction:.1f}"


def percent(fraction: float | None) -> str:
    """A share of something else than all samples.

    >>> percent(0.5), percent(None)
    ('50.0%', '–')
    """
    return NO_SCORE if fraction is None else f"{100 * fraction:.1f}%"


def delta(fraction: float | None) -> str:
    """A difference in points with its sign; a difference that is not zero never reads `0.0`.

    >>> delta(0.05), delta(-0.0001), delta(0.0), delta(None)
    ('+5.0', '−0.01', '0.0', '–')
    """
    if fraction is None:
        return NO_SCORE
    text = f"{100 * fraction:+.1f}"
    if float(text) == 0:
        text = f"{100 * fraction:+.2g}" if abs(fraction) > 1e-9 else "0.0"  # noqa: PLR2004 - float noise
    return text.replace("-", MINUS)


def count(number: int, noun: str = "") -> str:
    """An integer with grouped digits, and the noun that it counts, in its number.

    >>> count(1234567), count(1, "suite"), count(2, "suite"), count(0, "finding")
    ('1,234,567', '1 suite', '2 suites', '0 findings')
    """
    if not noun:
        return f"{number:,}"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def are(number: int) -> str:
    """The verb after that many of something.

    >>> are(1), are(0)
    ('is', 'are')
    """
    return "is" if number == 1 else "are"


def money(usd: Decimal | str | None) -> str:
    """US dollars: at least two decimals, and enough of them to show two digits of a small sum.

    >>> money("12.5"), money("0.000123"), money("-0.5"), money("0"), money(None)
    ('$12.50', '$0.00012', '-$0.50', '$0.00', 'unknown')
    """
    if usd is None:
        return UNKNOWN
    amount = Decimal(usd)
    sign = "-" if amount < 0 else ""
    if amount == 0 or abs(amount) >= 1:
        return f"{sign}${abs(amount):,.2f}"
    decimals = max(2, 1 - amount.adjusted())
    return f"{sign}${abs(amount):.{decimals}f}"


def seconds(duration_s: float) -> str:
    """`4.2 s` or `3 min 5 s`."""
    if duration_s < 60:  # noqa: PLR2004
        return f"{duration_s:.1f} s"
    return f"{int(duration_s // 60)} min {int(duration_s % 60)} s"
