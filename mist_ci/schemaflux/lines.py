"""From pieces of a file to its lines, whatever their length, without holding more than one of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from mist_ci.ports.sources import Source

MAX_LINE_BYTES = 64 << 20
"""A longer line is no row: readers give up on it, and ours would need all the memory there is."""
_FIRST_SPAN = 1 << 18
_LARGEST_SPAN = 1 << 24
_STEP = 1 << 16


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file that begins and ends where a line does. `first_row` counts its lines from 0."""

    source: Source
    start: int
    end: int
    first_row: int


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line without its end. `content` is None when it is too long to be held."""

    row: int
    offset: int
    content: bytes | None
    length: int

    @property
    def is_blank(self) -> bool:
        """True when there is nothing on it."""
        return self.content is not None and (not self.content or self.content.isspace())


def cuts(source: Source, largest: int = _LARGEST_SPAN) -> Iterator[tuple[int, int]]:
    """Where to cut a file: beginnings and ends of its parts. Small ones first: there is something to show at once."""
    start, wanted = 0, min(_FIRST_SPAN, largest)
    while start < source.size:
        end = _after_line(source, min(start + wanted, source.size))
        yield start, end
        start, wanted = end, min(wanted * 2, largest)


def spans(source: Source, largest: int = _LARGEST_SPAN) -> Iterator[Span]:
    """A file in parts that know their first line: for workers that do not wait for each other. Reads it once."""
    row = 0
    for start, end in cuts(source, largest):
        yield Span(source, start, end, row)
        row += sum(block.count(b"\n") for block in source.blocks(start, end))


def _after_line(source: Source, position: int) -> int:
    """The first place at or behind a position where a line begins, or the end of the file."""
    if position == 0:
        return 0
    passed = position - 1
    while passed < source.size:
        for block in source.blocks(passed, min(passed + _STEP, source.size)):
            found = block.find(b"\n")
            if found >= 0:
                return passed + found + 1
            passed += len(block)
    return source.size


def lines(span: Span, longest: int = MAX_LINE_BYTES) -> Iterator[Line]:
    """All lines of a part, blank ones as well. Only a line feed ends a line: U+2028 may be in a text."""
    row, offset = span.first_row, span.start
    carried: list[bytes] = []
    size = 0
    for block in span.source.blocks(span.start, span.end):
        *complete, rest = block.split(b"\n")
        for piece in complete:
            if carried:
                yield _joined(row, offset, carried, size, piece, longest)
                length = size + len(piece)
                carried, size = [], 0
            else:
                length = len(piece)
                content = piece[:-1] if piece[-1:] == b"\r" else piece
                yield Line(row, offset, content if length <= longest else None, length)
            row, offset = row + 1, offset + length + 1
        size += len(rest)
        carried = [*carried, rest] if rest and size <= longest else carried if not rest else [b""]
    if size:
        yield _joined(row, offset, carried, size, b"", longest)


def _joined(row: int, offset: int, carried: list[bytes], size: int, last: bytes, longest: int) -> Line:
    """A line that came in several pieces. Of one that is too long the pieces are gone."""
    if size + len(last) > longest:
        return Line(row, offset, None, size + len(last))
    whole = b"".join((*carried, last))
    return Line(row, offset, whole.removesuffix(b"\r"), len(whole))
