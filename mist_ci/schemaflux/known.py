"""Which rows the base has already, byte for byte."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import xxhash

from mist_ci.ports.sources import Source
from mist_ci.schemaflux.lines import lines, spans


@dataclass(frozen=True, slots=True)
class Known:
    """One bit per line of each file at head."""

    bits: Mapping[str, bytes] = field(default_factory=dict)

    def has(self, path: str, row: int) -> bool:
        """True when the base has the line."""
        bits = self.bits.get(path)
        return bits is not None and row >> 3 < len(bits) and bool(bits[row >> 3] & (1 << (row & 7)))


def known_lines(head: Sequence[Source], base: Sequence[Source]) -> Known:
    """The lines of head that the base has too.

    Each line of the base makes one line known: in the same file first, then wherever it was moved to. A
    second copy of a known row is new.
    """
    if not base:
        return Known()
    left = {source.path: Counter(digest for _, digest in _digests(source)) for source in base}
    bits: dict[str, bytearray] = {source.path: bytearray() for source in head}
    for source in head:
        _mark(source, left.get(source.path, Counter()), bits[source.path])
    moved: Counter[int] = Counter()
    for rest in left.values():
        moved.update(rest)
    for source in head:
        _mark(source, moved, bits[source.path])
    return Known({path: bytes(marks) for path, marks in bits.items()})


def _mark(source: Source, left: Counter[int], marks: bytearray) -> None:
    for row, digest in _digests(source):
        place, bit = row >> 3, 1 << (row & 7)
        if len(marks) <= place:
            marks.extend(bytes(place + 1 - len(marks)))
        if not marks[place] & bit and left[digest] > 0:
            left[digest] -= 1
            marks[place] |= bit


def _digests(source: Source) -> Iterator[tuple[int, int]]:
    for span in spans(source):
        for line in lines(span):
            if line.content and not line.content.isspace():
                yield line.row, xxhash.xxh3_128_intdigest(line.content)
