"""CSV with a header: every row becomes an object of strings."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from mist_ci.adapters.sources.broken import Broken, shown_name
from mist_ci.adapters.sources.spool import Spool

MAX_LINE_BYTES = 16 * 2**20
"""Of a line, and (in characters) of a cell that goes over several lines: a quote that is never closed ends here."""

_FLUSH_BYTES = 2**20
_MARK = b"\xef\xbb\xbf"
_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}


def rewrite(file: Path, spool: Spool, delimiter: str) -> None:
    """One line per row, and none for blank lines. Raises Broken."""
    before = csv.field_size_limit(MAX_LINE_BYTES)
    try:
        with file.open("rb") as stream:
            _Table(csv.reader(_lines(stream), delimiter=delimiter, strict=True), delimiter).rewrite(spool)
    finally:
        csv.field_size_limit(before)


class _Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __next__(self) -> list[str]: ...


class _Table:
    """A reader, its header, and the line that the next row begins on."""

    def __init__(self, reader: _Reader, delimiter: str) -> None:
        self._reader = reader
        self._begins = 1
        self._header = self._read_header(delimiter)

    def rewrite(self, spool: Spool) -> None:
        encode, header = msgspec.json.Encoder().encode, self._header
        rows: list[bytes] = []
        lines: list[int] = []
        waiting_bytes = 0
        for begins, cells in self._rows():
            if len(cells) != len(header):
                raise self._uneven(cells, begins)
            rows.append(encode(dict(zip(header, cells, strict=True))))
            lines.append(begins)
            waiting_bytes += len(rows[-1])
            if waiting_bytes > _FLUSH_BYTES:
                _flush(spool, rows, lines)
                waiting_bytes = 0
        _flush(spool, rows, lines)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not blank, each with the line it begins on."""
        while True:
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _explained(error, self._begins) from None
            begins, self._begins = self._begins, self._reader.line_num + 1
            if cells:
                yield begins, cells

    def _read_header(self, delimiter: str) -> list[str]:
        begins, header = next(self._rows(), (1, []))
        hint = "the first line of a CSV file names its columns, such as: text,label"
        if not header:
            raise Broken("it has no header", hint, 1)
        if len(header) == 1:
            others = (
                name for one, name in _OTHER_DELIMITERS.items() if one in header[0] and one != delimiter
            )
            if other := next(others, None):
                wanted = _OTHER_DELIMITERS[delimiter]
                raise Broken(f"its columns are separated by {other}", f"separate them by {wanted}", begins)
        if any(not name.strip() for name in header):
            raise Broken("a column of its header has no name", hint, begins)
        if twice := next((name for name, times in Counter(header).items() if times > 1), None):
            raise Broken(f"its header names {shown_name(twice)} twice", hint, begins)
        return header

    def _uneven(self, cells: Sequence[str], line: int) -> Broken:
        hint = "put a cell that holds a separator, a quote or a line break between quotes"
        have = f"{len(cells)} cell{'s' if len(cells) != 1 else ''}"
        return Broken(f"a row has {have}, and the header {len(self._header)}", hint, line)


def _flush(spool: Spool, rows: list[bytes], lines: list[int]) -> None:
    if rows:
        spool.write(b"\n".join(rows) + b"\n")
        spool.began(lines)
        rows.clear()
        lines.clear()


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Lines with their ends. Raises Broken for what is not UTF-8, and for a line without an end in sight."""
    number = 0
    while raw := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > MAX_LINE_BYTES:
            raise Broken(f"a line is longer than {MAX_LINE_BYTES // 2**20} MiB", "is it CSV?", number)
        try:
            yield (raw.removeprefix(_MARK) if number == 1 else raw).decode()
        except UnicodeDecodeError as error:
            reason = f"byte 0x{raw[error.start]:02x} at column {error.start + 1} is not UTF-8"
            raise Broken(reason, "save the file as UTF-8: CSV UTF-8 in a spreadsheet", number) from None


def _explained(error: csv.Error, line: int) -> Broken:
    """What the module says, in words that say what to do."""
    said = str(error)
    if "unexpected end of data" in said or "field larger" in said:
        return Broken("a quote is never closed", "close the quote; a quote inside of quotes is doubled", line)
    if "expected after" in said:
        reason = "a quoted cell goes on after its closing quote"
        return Broken(reason, "double the quotes that belong to the text", line)
    if "new-line character" in said:
        return Broken("its lines end with a bare carriage return", "save it with line feeds", line)
    return Broken(f"it is not CSV: {said}", "write it with a CSV library", line)
