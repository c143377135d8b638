"""From files to rows: lines, strict JSON, and what the base branch already has."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from mist_ci.parsing.strict_json import JsonProblem, parse
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import BadLine

Line = tuple[int, bytes]
"""Number, counted from 1, and content without its end."""

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def split_lines(content: bytes) -> list[Line]:
    """The lines that are not blank. Only a line feed ends a line: U+2028 and the like may be in a text."""
    if content.startswith(_UTF16_MARKS):
        return [(1, content)]  # not text that has lines; one finding says so
    lines = enumerate(content.split(b"\n"), start=1)
    return [(number, raw.rstrip(b"\r")) for number, raw in lines if raw.strip()]


def read(files: Mapping[str, Sequence[Line]], base: Mapping[str, bytes]) -> Iterator[Row | BadLine]:
    """Every line of every file, in order of path and line."""
    known = known_lines(files, base)
    for path, lines in sorted(files.items()):
        for number, raw in lines:
            is_known = (path, number) in known
            try:
                yield Row(number, path, parse(raw), raw, is_known)
            except JsonProblem as problem:
                yield BadLine(number, path, raw, problem, is_known)


def known_lines(files: Mapping[str, Sequence[Line]], base: Mapping[str, bytes]) -> set[tuple[str, int]]:
    """Path and number of the lines that the base has too, byte for byte.

    Each line of the base makes one line known: in the same file first, then wherever it was moved to. A
    second copy of a known row is new.
    """
    left = {path: Counter(raw for _, raw in split_lines(content)) for path, content in base.items()}
    known: set[tuple[str, int]] = set()
    for path, lines in sorted(files.items()):
        known |= {(path, number) for number in _take(lines, left.get(path, Counter()))}
    moved: Counter[bytes] = Counter()
    for rest in left.values():
        moved.update(rest)
    for path, lines in sorted(files.items()):
        new = [line for line in lines if (path, line[0]) not in known]
        known |= {(path, number) for number in _take(new, moved)}
    return known


def _take(lines: Sequence[Line], left: Counter[bytes]) -> Iterator[int]:
    for number, raw in lines:
        if left[raw] > 0:
            left[raw] -= 1
            yield number
