"""Rows of text in columns that line up on a terminal."""

import unicodedata
from collections.abc import Sequence

from mist_ci.report.text import plain

GAP = "  "
Row = Sequence[str]


def cell(text: str, limit: int) -> str:
    """Text that others chose, inert and short; nothing for nothing."""
    return plain(text, limit) if text else ""


def lined_up(rows: Sequence[Row], to_the_right: Sequence[bool]) -> str:
    """One line for each row, all of one length of cells; columns to the right hold numbers."""
    widths = [max(_width(text) for text in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        GAP.join(
            _padded(text, width, right=right)
            for text, width, right in zip(row, widths, to_the_right, strict=True)
        ).rstrip()
        for row in rows
    )


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _width(text: str) -> int:
    """Cells of a terminal: East Asian letters take two, combining marks none.

    >>> _width("ab"), _width("日本")
    (2, 4)
    """
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in text)
    return len(text) + wide - sum(unicodedata.combining(one) > 0 for one in text)
