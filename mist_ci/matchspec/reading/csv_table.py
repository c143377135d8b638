"""CSV with a header: every row becomes a mapping of column to text; what a column means is the format's."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.complaints import Complain
from mist_ci.matchspec.reading.content import Content
from mist_ci.matchspec.reading.json_lines import decoded
from mist_ci.models.suite import SourceRow

_OTHERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_LARGEST_CELL_CHARS = 2**24


def read(text: bytes, file: str, complain: Complain, delimiter: str = ",") -> Content:
    """Rows with the line that each begins on. Raises ConfigError MC102, MC108 about the header or a quote."""
    before = csv.field_size_limit(_LARGEST_CELL_CHARS)
    try:
        table = list(_rows(decoded(text, file), file, delimiter))
    finally:
        csv.field_size_limit(before)
    if not table:
        hint = "the first line of a CSV file names its columns, such as: id,input,expected"
        raise ConfigError(Code.SYNTAX, "the file is empty", where=Where(file), hint=hint)
    (begins, header), *rows = table
    _check_header(header, Where(file, begins), delimiter)
    good = []
    for line, cells in rows:
        if len(cells) == len(header):
            text_of_row = json.dumps(dict(zip(header, cells, strict=True)), ensure_ascii=False)
            good.append(SourceRow(file, line, text_of_row))
        else:
            complain(_uneven(cells, header, Where(file, line)))
    return Content(file, tuple(good), columns=tuple(header))


def _rows(text: str, file: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _explained(error, Where(file, begins)) from None
        if any(cells):
            yield begins, cells
        begins = reader.line_num + 1


def _check_header(header: Sequence[str], where: Where, delimiter: str) -> None:
    others = [name for mark, name in _OTHERS.items() if mark in header[0] and mark != delimiter]
    if len(header) == 1 and others:
        message = f"the columns are separated by {others[0]}"
        raise ConfigError(Code.SYNTAX, message, where=where, hint="separate them by commas")
    for column, name in enumerate(header, start=1):
        if not name.strip():
            raise ConfigError(Code.SYNTAX, f"column {column} of the header has no name", where=where)
    if twice := next((name for name, times in Counter(header).items() if times > 1), None):
        raise ConfigError(Code.DUPLICATE, f"the header names {twice!r} twice", where=where)


def _uneven(cells: Sequence[str], header: Sequence[str], where: Where) -> ConfigError:
    hint = "put a cell that holds a comma, a quote or a line break between quotes"
    have = f"{len(cells)} cell{'s' if len(cells) != 1 else ''}"
    return ConfigError(
        Code.SYNTAX, f"the row has {have}, and the header {len(header)}", where=where, hint=hint
    )


def _explained(error: csv.Error, where: Where) -> ConfigError:
    said = str(error)
    if "unexpected end of data" in said or "field larger" in said:
        hint = "close the quote; a quote inside of quotes is doubled"
        return ConfigError(Code.SYNTAX, "a quote is never closed", where=where, hint=hint)
    if "expected after" in said:
        hint = "double the quotes that belong to the text"
        return ConfigError(
            Code.SYNTAX, "a quoted cell goes on after its closing quote", where=where, hint=hint
        )
    return ConfigError(Code.SYNTAX, f"not valid CSV: {said}", where=where, hint="write it with a CSV library")
