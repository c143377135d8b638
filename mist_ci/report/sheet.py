"""A table of exact values, and the four ways to show it: for a terminal, Markdown, a spreadsheet and a program."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mist_ci.models.figures import NO_SCORE, UNKNOWN, count, money
from mist_ci.report.columns import cell, lined_up
from mist_ci.report.spreadsheet import Value
from mist_ci.report.text import code_span

_LONGEST = 48
_MONEY = "usd"
_SCORE = "score"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows under names of columns, which are those of the CSV and the JSON. Money is in columns that end in `usd`.

    Decimals are US dollars, floats milliseconds or a score; None is unknown for money, and nothing for anything else.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]
    optional: tuple[str, ...] = ()
    """Columns that people are not shown where all of them are 0."""

    @property
    def for_people(self) -> "Sheet":
        """Without the optional columns that say nothing."""
        kept = [
            index
            for index, name in enumerate(self.columns)
            if name not in self.optional or any(row[index] for row in self.rows)
        ]
        rows = [tuple(row[index] for index in kept) for row in self.rows]
        return Sheet(self.title, tuple(self.columns[index] for index in kept), rows)

    @property
    def records(self) -> list[dict[str, str | int | float | None]]:
        """The rows for JSON: money as text, because a float would not be exact."""
        return [
            {
                name: f"{value:f}" if isinstance(value, Decimal) else value
                for name, value in zip(self.columns, row, strict=True)
            }
            for row in self.rows
        ]


def text_table(sheet: Sheet) -> str:
    """Lines that line up on a terminal, below the title."""
    sheet = sheet.for_people
    shown = [
        [_shown(name, value) for name, value in zip(sheet.columns, row, strict=True)] for row in sheet.rows
    ]
    right = [_is_number(sheet, index) for index in range(len(sheet.columns))]
    head = [name.removesuffix("_usd").replace("_", " ") for name in sheet.columns]
    return "\n".join([*([sheet.title] if sheet.title else []), lined_up([head, *shown], right)])


def markdown_table(sheet: Sheet) -> str:
    """A table of Markdown; what others chose is code, and brings nothing to life."""
    sheet = sheet.for_people
    right = [_is_number(sheet, index) for index in range(len(sheet.columns))]
    head = [name.removesuffix("_usd").replace("_", " ") for name in sheet.columns]
    lines = [
        f"| {' | '.join(head)} |",
        f"|{'|'.join('---:' if each else '---' for each in right)}|",
        *(
            f"| {' | '.join(_marked(name, value) for name, value in zip(sheet.columns, row, strict=True))} |"
            for row in sheet.rows
        ),
    ]
    return "\n".join([*([f"**{sheet.title}**", ""] if sheet.title else []), *lines])


def _is_number(sheet: Sheet, index: int) -> bool:
    values = [row[index] for row in sheet.rows if row[index] is not None]
    return all(not isinstance(value, str) for value in values)


def _shown(name: str, value: Value) -> str:
    match value:
        case None:
            return UNKNOWN if name.endswith(_MONEY) else NO_SCORE
        case str():
            return cell(value, _LONGEST)
        case Decimal():
            return money(value)
        case int():
            return count(value)
        case float():
            return f"{value:.3f}" if name == _SCORE else f"{value:,.1f}"


def _marked(name: str, value: Value) -> str:
    return code_span(value, _LONGEST) if isinstance(value, str) and value else _shown(name, value)
