"""Which rows the base has already, byte for byte; and what became of the others.

A row of a file that is read as another format now is another row: what is wrong with it was not so before. Each line
of the base makes one line known: in the same file first, then wherever it was moved to. A second copy of a known row
is new. All that decides this are lines that are equal, so lines are matched hash by hash, in buckets that never hold
more than a part of them.
"""

import struct
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import xxhash

from mist_ci.models.data_format import DataFormat
from mist_ci.ports.scratch import Scratch
from mist_ci.ports.sources import Source
from mist_ci.schemaflux.lines import lines, spans

_RECORD = struct.Struct(">16s?II")
_BUCKETS = range(1_000_000, 1_000_064)
"""Numbers that nobody else uses: those of `corpus.py` are small."""
_AT_ONCE = 4096
_SEEDS = {one: number for number, one in enumerate(DataFormat)}

Formats = Mapping[str, DataFormat]
"""Path → what the rows of the file are."""


@dataclass(slots=True)
class Marks:
    """One bit per line of each file."""

    bits: dict[str, bytearray] = field(default_factory=dict)

    def has(self, path: str, row: int) -> bool:
        """True when the line was marked."""
        bits = self.bits.get(path)
        return bits is not None and row >> 3 < len(bits) and bool(bits[row >> 3] & (1 << (row & 7)))

    def mark(self, path: str, row: int) -> None:
        """Marks a line."""
        bits = self.bits.setdefault(path, bytearray())
        if len(bits) <= row >> 3:
            bits.extend(bytes((row >> 3) + 1 - len(bits)))
        bits[row >> 3] |= 1 << (row & 7)


@dataclass(slots=True)
class Known:
    """Lines of head that base has, lines of base that head still has, and how many there are of which kind."""

    head: Marks = field(default_factory=Marks)
    base: Marks = field(default_factory=Marks)
    unchanged: int = 0
    moved: int = 0
    """Lines that are in another file now."""
    added: int = 0
    removed: int = 0

    @property
    def is_any(self) -> bool:
        """True when the base has lines of head at all."""
        return bool(self.head.bits)

    def has(self, path: str, row: int) -> bool:
        """True when the base has the line of head."""
        return self.head.has(path, row)


@dataclass(slots=True)
class _Group:
    """All lines with one content."""

    base: list[tuple[int, int]] = field(default_factory=list)
    head: list[tuple[int, int]] = field(default_factory=list)


def known_lines(
    head: Sequence[Source], base: Sequence[Source], scratch: Scratch, formats: tuple[Formats, Formats]
) -> Known:
    """The lines of head that the base has too. Costs a reading of both sides; nothing when there is no base.

    `formats` are those of head, and of base.
    """
    known = Known()
    if not base:
        return known
    for is_head, sources, of in ((False, base, formats[1]), (True, head, formats[0])):
        for number, source in enumerate(sources):
            _write(source, number, scratch, is_head=is_head, seed=_SEEDS[of[source.path]])
    files = _same_files(head, base)
    for bucket in _BUCKETS:
        groups: defaultdict[bytes, _Group] = defaultdict(_Group)
        for digest, is_head, file, row in _records(scratch, bucket):
            group = groups[digest]
            (group.head if is_head else group.base).append((file, row))
        for group in groups.values():
            _match(group, files, known, head, base)
        scratch.clear(bucket)
    return known


def _same_files(head: Sequence[Source], base: Sequence[Source]) -> Mapping[int, int]:
    """Position at head → position at base of the files that both have."""
    before = {source.path: number for number, source in enumerate(base)}
    return {number: before[source.path] for number, source in enumerate(head) if source.path in before}


def _match(
    group: _Group, files: Mapping[int, int], known: Known, head: Sequence[Source], base: Sequence[Source]
) -> None:
    left = Counter(file for file, _ in group.base)
    waiting: list[tuple[int, int]] = []
    gone: Counter[int] = Counter()
    for file, row in sorted(group.head):
        before = files.get(file, -1)
        if left[before] > 0:
            left[before] -= 1
            gone[before] += 1
            known.head.mark(head[file].path, row)
            known.unchanged += 1
        else:
            waiting.append((file, row))
    for file, row in waiting:
        source = next((one for one, count in sorted(left.items()) if count > 0), None)
        if source is None:
            known.added += 1
            continue
        left[source] -= 1
        gone[source] += 1
        known.head.mark(head[file].path, row)
        known.moved += 1
    for file, row in sorted(group.base):
        if gone[file] > 0:
            gone[file] -= 1
            known.base.mark(base[file].path, row)
        else:
            known.removed += 1


def _write(source: Source, number: int, scratch: Scratch, *, is_head: bool, seed: int) -> None:
    buckets: defaultdict[int, bytearray] = defaultdict(bytearray)
    for span in spans(source):
        for line in lines(span):
            if line.content is not None and not line.is_blank:
                digest = xxhash.xxh3_128_digest(line.content, seed)
                buckets[digest[0] % len(_BUCKETS)] += _RECORD.pack(digest, is_head, number, line.row)
        for bucket, data in buckets.items():
            scratch.append(_BUCKETS[bucket], bytes(data))
        buckets.clear()


def _records(scratch: Scratch, bucket: int) -> Iterator[tuple[bytes, bool, int, int]]:
    for piece in scratch.pieces(bucket, _AT_ONCE * _RECORD.size):
        yield from _RECORD.iter_unpack(piece)
