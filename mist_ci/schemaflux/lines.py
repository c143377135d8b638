"""From pieces of a file to its lines, whatever their length, without holding more than one of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from mist_ci.ports.sources import Source

MAX_LINE_BYTES = 64 << 20
"""A longer line is no row: readers give up on it, and ours would need all the memory there is."""
_FIRST_SPAN = 1 << 18
_LARGEST_SPAN = 1 << 24


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file that begins and ends where a line does. `first_row` counts its lines from 0."""

    source: Source
    start: int
    end: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. `content` is None when it is too long to be held."""

    row: int
    offset: int
    content: bytes | None
    length: int


def spans(source: Source, largest: int = _LARGEST_SPAN) -> Iterator[Span]:
    """A file in parts: small ones first, so that there is something to show at once."""
    start = end = rows = first_row = 0
    wanted = min(_FIRST_SPAN, largest)
    for block in source.blocks(0, source.size):
        if end + len(block) - start >= wanted and (cut := block.rfind(b"\n") + 1):
            rows += block.count(b"\n", 0, cut)
            yield Span(source, start, end + cut, first_row)
            start, first_row, wanted = end + cut, rows, min(wanted * 2, largest)
            rows += block.count(b"\n", cut)
        else:
            rows += block.count(b"\n")
        end += len(block)
    if start < end:
        yield Span(source, start, end, first_row)


def lines(span: Span, longest: int = MAX_LINE_BYTES) -> Iterator[Line]:
    """All lines of a part, blank ones as well. Only a line feed ends a line: U+2028 may be in a text."""
    row, offset = span.first_row, span.start
    carried: list[bytes] = []
    size = 0
    for block in span.source.blocks(span.start, span.end):
        *complete, rest = block.split(b"\n")
        for piece in complete:
            length = size + len(piece)
            whole = b"".join((*carried, piece)) if carried else piece
            yield _line(row, offset, whole, length, longest)
            row, offset = row + 1, offset + length + 1
            carried.clear()
            size = 0
        size += len(rest)
        if size <= longest:
            carried.append(rest)
        else:
            carried.clear()
    if size:
        yield _line(row, offset, b"".join(carried), size, longest)


def _line(row: int, offset: int, whole: bytes, length: int, longest: int) -> Line:
    if length > longest:
        return Line(row, offset, None, length)
    return Line(row, offset, whole[:-1] if whole.endswith(b"\r") else whole, length)
