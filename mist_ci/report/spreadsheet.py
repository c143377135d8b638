"""Comma-separated values (RFC 4180) that are safe to open, and lose nothing.

Spreadsheets take a cell that begins with `=`, `+`, `-` or `@` for a formula, and names come from pull requests. Such a
text gets an apostrophe in front, as OWASP advises; a number is never a text and stays as it is.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mist_ci.report.text import clean, workflow_safe

Value = str | int | float | Decimal | None
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""And their full-width forms, which some spreadsheets read alike."""
_COMMAND = re.compile(r"^\s*::|##")


@dataclass
class _Page:
    """What csv writes to."""

    lines: list[str] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.lines.append(text)


def separated(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """The header and a line for each row, each ended by CR LF; every number as it is.

    Without names of columns there is no header: rows that go on.
    """
    page = _Page()
    writer = csv.writer(page)
    if columns:
        writer.writerow(columns)
    writer.writerows([_safe(value) for value in row] for row in rows)
    return "".join(page.lines)


def _safe(value: Value) -> Value:
    """A number as it is, without an exponent; text on one line that is no formula and no command."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if not isinstance(value, str):
        return value
    is_plain = value.isascii() and value.isprintable() and not _COMMAND.search(value)
    text = value if is_plain else workflow_safe(clean(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
