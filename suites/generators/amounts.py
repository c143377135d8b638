"""Numbers as answers."""

from decimal import Decimal

NUMBER = "Reply with the number only."


def number(value: Decimal | int) -> tuple[str, ...]:
    """Ways to write a number: with and without commas between thousands."""
    text = plain(Decimal(value))
    whole, dot, tail = text.partition(".")
    with_commas = text if whole == "-0" else f"{int(whole):,}{dot}{tail}"
    return tuple(dict.fromkeys((text, with_commas)))


def plain(value: Decimal) -> str:
    """Without exponent and final zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
