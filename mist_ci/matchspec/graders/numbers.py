"""Numbers as people and models write them, read exactly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, DecimalException, localcontext

LARGEST_EXPONENT = 1_000
"""Of ten, in an expectation: nobody means more, and arithmetic with far larger ones fails."""
_MONEY = "$€£¥₹₽₩₺₫₴₪฿"
_SPACES = "\u00a0\u202f\u2009"
"""Spaces that are made to stand between thousands."""
_VULGAR = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
           "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8)}  # fmt: skip
_NOT_A_NUMBER = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"  # 2026-11-26
    r"|\d{1,2}/\d{1,2}/\d{2,4}(?!\d)|\d{1,2}[-.]\d{1,2}[-.]\d{4}(?!\d)"  # 26/11/2026
    r"|\d{1,2}:\d{2}(?::\d{2})?(?![\d:])"  # 12:30
    r"|\d++(?:\.\d++){2,}"  # version 1.2.3
)
_SIGN = r"(?:(?<![\w)\]}.])[-+−])?"


def _pattern(point: str, thousands: str) -> "re.Pattern[str]":
    whole = rf"(?:\d{{1,3}}(?:[{thousands}]\d{{3}})+(?!\d)|\d++)"
    decimal = rf"(?:{whole}(?:[{point}]\d++)?|(?<![\w.])[{point}]\d++)(?:[eE][-+]?\d{{1,3}}(?!\d))?"
    mixed = rf"(?:\d{{1,9}}[ {_SPACES}]{{1,2}}|\d{{1,9}})?"
    return re.compile(
        rf"(?<!\w)(?:(?P<skip>{_NOT_A_NUMBER})|(?P<sign>{_SIGN})[{_MONEY}]?(?:"
        rf"(?P<latex>\\[dt]?frac\{{(\d{{1,15}})\}}\{{(\d{{1,15}})\}})"
        rf"|(?P<mixed>{mixed})(?P<vulgar>[{''.join(_VULGAR)}])"
        rf"|(?:(?P<units>\d{{1,9}})[ {_SPACES}]{{1,2}})?(?P<over>\d{{1,15}})/(?P<under>\d{{1,15}})(?![\d/]|\.\d)"
        rf"|(?P<decimal>{decimal})))"
    )


_POINT = _pattern(".", "," + _SPACES)
_COMMA = _pattern(",", "." + _SPACES)
_BOX = re.compile(r"\\boxed\{([^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+)\}")


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a text; `end` is where its unit would stand."""

    value: Decimal
    end: int
    start: int


def find(text: str, *, decimal_comma: bool) -> Iterator[Found]:
    r"""The numbers of a text in order. Dates, times, versions and digits that are part of a word are none.

    `decimal_comma`: 1.299,5 is what others write as 1,299.5. Fractions such as 3/4, 1 1/2, ½ and \frac{3}{4} are
    numbers.
    """
    for match in (_COMMA if decimal_comma else _POINT).finditer(text):
        if match["skip"] is None and (value := _value(match, decimal_comma=decimal_comma)) is not None:
            yield Found(-value if match["sign"] in ("-", "−") else value, match.end(), match.start())


def boxed(text: str) -> str:
    r"""What stands in the last `\boxed{…}`, where there is one: what the answer itself says is the answer."""
    found = _BOX.findall(text)
    return found[-1] if found else text


def _value(match: "re.Match[str]", *, decimal_comma: bool) -> Decimal | None:
    if match["latex"]:
        return _ratio("0", match[4], match[5])
    if match["vulgar"]:
        over, under = _VULGAR[match["vulgar"]]
        return _ratio(match["mixed"].strip() or "0", str(over), str(under))
    if match["over"]:
        return _ratio(match["units"] or "0", match["over"], match["under"])
    return _decimal(match["decimal"], decimal_comma=decimal_comma)


def _decimal(text: str, *, decimal_comma: bool) -> Decimal | None:
    for mark in ("." if decimal_comma else ",", *_SPACES):
        text = text.replace(mark, "")
    try:
        return Decimal(text.replace(",", "."))
    except DecimalException:
        return None


def _ratio(whole: str, over: str, under: str) -> Decimal | None:
    with localcontext() as context:
        context.prec = 40
        return Decimal(whole) + Decimal(over) / Decimal(under) if int(under) else None


def is_sane(value: Decimal) -> bool:
    """Whether anybody would expect this number."""
    return value.is_finite() and abs(value.adjusted()) <= LARGEST_EXPONENT
