"""What SQL brought out of a ledger: exact in every shape, and inert."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from mist_ci.models.figures import NO_SCORE
from mist_ci.report.columns import cell, lined_up
from mist_ci.report.sheet import Sheet, markdown_table
from mist_ci.report.spreadsheet import Value, separated

_LONGEST = 80
Plain = str | int | float | bool | None


class Answer:
    """Columns and rows; a name that comes again has its number behind it."""

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        names: list[str] = []
        for name in columns:
            names.append(name if name not in names else f"{name}:{len(names) + 1}")
        self.columns = tuple(names)
        self.rows = [tuple(_plain(value) for value in row) for row in rows]

    @property
    def records(self) -> list[dict[str, Plain]]:
        """For JSON: decimals as text."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    @property
    def text(self) -> str:
        """Lines that line up on a terminal."""
        right = [all(_is_number(row[index]) for row in self.rows) for index in range(len(self.columns))]
        shown = [[cell(_shown(value), _LONGEST) for value in row] for row in self.rows]
        return lined_up([[cell(name, _LONGEST) for name in self.columns], *shown], right)

    @property
    def markdown(self) -> str:
        """A table of Markdown."""
        return markdown_table(self._sheet())

    @property
    def csv(self) -> str:
        """RFC 4180."""
        sheet = self._sheet()
        return separated(sheet.columns, sheet.rows)

    def _sheet(self) -> Sheet:
        rows: list[tuple[Value, ...]] = [
            tuple(_shown(value) if isinstance(value, bool | float) else value for value in row)
            for row in self.rows
        ]
        return Sheet("", self.columns, rows)


class _Number(str):
    """A decimal as text."""

    __slots__ = ()


def _plain(value: object) -> Plain:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return _Number(f"{value.normalize():f}" if value else "0")
        case list() | dict() | tuple():
            return json.dumps(value, default=str)
        case _:  # dates, times, spans of time and bytes
            return str(value)


def _is_number(value: Plain) -> bool:
    return value is None or isinstance(value, int | float | _Number)


def _shown(value: Plain) -> str:
    match value:
        case None:
            return NO_SCORE
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
