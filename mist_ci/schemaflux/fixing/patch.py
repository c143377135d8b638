"""What a repair would change, as a unified diff: `git apply` and `patch` take it."""

import re
from collections.abc import Callable, Iterable, Iterator

from mist_ci.schemaflux.fixing.lines import Repaired

_CONTEXT = 3
_NO_END = b"\\ No newline at end of file\n"
_ODD = re.compile(rb'[\x00-\x1f"\\\x7f]')
Extent = tuple[int, int]
"""First line, from 1, and how many there are."""


def patch(path: str, lines: Callable[[], Iterable[Repaired]]) -> Iterator[bytes]:
    """The diff in pieces; nothing when nothing changes. Runs through the lines twice, and holds none of them."""
    hunks = list(_hunks(lines()))
    if not hunks:
        return
    yield _title(path)
    waiting = iter(hunks)
    first, last = next(waiting)
    for number, begins, line in _numbered(lines()):
        if number > last:
            first, last = next(waiting, (0, 0))
            if not last:
                return
        if number >= first:
            if number == first and begins:
                yield _head((first, last - first + 1), (first, last - first + 1))
            yield _shown(line, begins=begins)


def whole_patch(
    path: str, old: Callable[[], Iterable[bytes]], new: Callable[[], Iterable[bytes]]
) -> Iterator[bytes]:
    """The same for a file of which every line changes."""
    yield _title(path)
    yield _head(*((1, sum(1 for _ in side())) for side in (old, new)))
    yield from (_signed(b"-", line) for line in old())
    yield from (_signed(b"+", line) for line in new())


def _hunks(lines: Iterable[Repaired]) -> Iterator[tuple[int, int]]:
    """First and last line of each: what changes, and three lines around it."""
    first = last = number = 0
    for number, _, line in _numbered(lines):
        if line.old == line.new:
            continue
        if first and number - _CONTEXT > last + 1:
            yield first, last
            first = 0
        first, last = first or max(1, number - _CONTEXT), number + _CONTEXT
    if first:
        yield first, min(last, number)


def _numbered(lines: Iterable[Repaired]) -> Iterator[tuple[int, bool, Repaired]]:
    """With the number of the line, and whether it begins: one that is too long to be held comes in pieces."""
    number, is_open = 0, False
    for line in lines:
        number += not is_open
        yield number, not is_open, line
        is_open = not line.is_whole and not line.old.endswith(b"\n")


def _shown(line: Repaired, *, begins: bool) -> bytes:
    if not line.is_whole:
        return b" " * begins + line.old
    if line.old == line.new:
        return _signed(b" ", line.old)
    return _signed(b"-", line.old) + _signed(b"+", line.new)


def _title(path: str) -> bytes:
    old, new = (_quoted(side + path.encode("utf-8", "surrogateescape")) for side in (b"a/", b"b/"))
    return b"--- %s\n+++ %s\n" % (old, new)


def _quoted(name: bytes) -> bytes:
    """As git writes the names of files: in quotes where something in them is no plain character."""
    if not _ODD.search(name):
        return name
    return b'"' + _ODD.sub(lambda match: b"\\%03o" % match[0][0], name) + b'"'


def _head(old: Extent, new: Extent) -> bytes:
    return b"@@ -%d,%d +%d,%d @@\n" % (*old, *new)


def _signed(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else sign + line + b"\n" + _NO_END
