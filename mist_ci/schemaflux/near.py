"""Rows that are nearly the same: candidates from compact records, then a comparison of the rows themselves.

A pair rule gives each row some keys; two rows with a key in common are candidates. Their records are grouped bucket
by bucket as those of corpus rules are; each pair is written into a second set of buckets by the later and by the
earlier of its rows, so that all neighbours of a row come together without anything being held. Then each row is read
again with the earlier rows that it shares most keys with, at most so many in all.
"""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mist_ci.errors import Where
from mist_ci.ports.scratch import Scratch
from mist_ci.ports.sources import Source
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.corpus import Record, Reread
from mist_ci.schemaflux.kinds import PairRule
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Mention
from mist_ci.schemaflux.selection import Selection

SMALL_BYTES = 32_000_000
"""Data that is searched without being asked to: it takes some seconds."""
MOST_COMPARED = 20_000
"""Rows that are read again to be compared with others."""
_RECORD = struct.Struct(">16s8s?IIQI")
_PLACE = struct.Struct(">?IIQI")
_PAIR_BYTES = 2 * _PLACE.size
_BUCKETS = 64
_FIRST_BUCKET = 1 << 20
"""Far behind those of corpus rules."""
_ALL_PAIRS = 5
"""Rows with one key of which all pairs are candidates; of more only neighbours, and the first."""
_CANDIDATES, _WITNESSES = 3, 6
_AT_ONCE = 4096


TOO_MUCH = (
    f"near-duplicates (SF803) were not looked for: the data has more than {SMALL_BYTES // 1_000_000} MB; "
    "--extend-select SF803 does it all the same"
)


def is_searched(rule: PairRule, selection: Selection, sources: Sequence[Source]) -> bool:
    """True when candidates are looked for: in small data, or because somebody selected the rule."""
    size = sum(source.size for source in sources)
    return selection.takes(rule.META) and (size <= SMALL_BYTES or selection.names(rule.META))


@dataclass(slots=True)
class NearRecords:
    """Candidates' keys of one part, by bucket."""

    buckets: dict[int, bytearray] = field(default_factory=dict)

    def add(self, rule: PairRule, row: Row, file: int, number: int, offset: int) -> None:
        """All keys of a row."""
        for key, note in ask(rule, Where(row.file, row.line), rule.keys, row):
            record = _RECORD.pack(key, note, not row.is_known, file, number, offset, len(row.raw))
            self.buckets.setdefault(_FIRST_BUCKET + key[0] % _BUCKETS, bytearray()).extend(record)

    def spill(self, scratch: Scratch) -> None:
        """Moves all records to where there is room."""
        for bucket, data in self.buckets.items():
            scratch.append(bucket, bytes(data))
        self.buckets.clear()


@dataclass(frozen=True, slots=True)
class _Pair:
    place: bytes
    first: bytes
    similarity: float


def near_problems(rule: PairRule, scratch: Scratch, reread: Reread, ledger: Ledger) -> list[str]:
    """Writes down all pairs; returns what the reader has to know of what was not looked at."""
    _write_pairs(scratch)
    search = _Search(rule, reread)
    found = [pair for bucket in range(_BUCKETS) for pair in search.pairs(_read_pairs(scratch, bucket))]
    kept: Counter[bool] = Counter()
    for pair in sorted(found, key=lambda one: one.place):
        is_new = bool(pair.place[0])
        kept[is_new] += 1
        if kept[is_new] > ledger.keep and not ledger.looks_at_each:
            ledger.count(rule.META, rule.META.severity, 1, is_known=not is_new)
            continue
        row = reread(_record(pair.place))
        problem = rule.describe(Mention(reread(_record(pair.first))), Mention(row))
        ledger.note(rule.META, problem, Where(row.file, row.line), is_known=not is_new, row=row.raw)
    if not search.skipped:
        return []
    told = f"{MOST_COMPARED:,} were compared and {search.skipped:,} were not"
    return [f"near-duplicates (SF803): of the rows that have phrases in common with others, {told}"]


def _write_pairs(scratch: Scratch) -> None:
    """From records with the same key to pairs of places."""
    for bucket in range(_FIRST_BUCKET, _FIRST_BUCKET + _BUCKETS):
        size = _RECORD.size
        records = sorted(
            piece[start : start + size]
            for piece in scratch.pieces(bucket, _AT_ONCE * size)
            for start in range(0, len(piece), size)
        )
        scratch.clear(bucket)
        for places in _groups(records):
            for one, other in _neighbours(places):
                for place, neighbour in ((one, other), (other, one)):
                    number = int.from_bytes(place[5:9], "big") % _BUCKETS
                    scratch.append(_FIRST_BUCKET + _BUCKETS + number, place + neighbour)


def _groups(records: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Places of the rows with the same key, in order, when they are several; of equal rows, only the first."""
    key, note, places = b"", b"", list[bytes]()
    for record in records:
        if record[:16] != key:
            if len(places) > 1:
                yield sorted(places)
            key, note, places = record[:16], b"", []
        if record[16:24] != note:
            note = record[16:24]
            places.append(record[24:])
    if len(places) > 1:
        yield sorted(places)


def _neighbours(places: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    if len(places) <= _ALL_PAIRS:
        yield from ((one, other) for index, other in enumerate(places) for one in places[:index])
        return
    for index, other in enumerate(places[1:], 1):
        yield places[index - 1], other
        if index > 1:
            yield places[0], other


def _read_pairs(scratch: Scratch, bucket: int) -> Iterator[tuple[bytes, list[tuple[bytes, int]]]]:
    """Each row, and its neighbours with the number of keys that they share; those with most of them first."""
    number = _FIRST_BUCKET + _BUCKETS + bucket
    counts: dict[bytes, Counter[bytes]] = {}
    for piece in scratch.pieces(number, _AT_ONCE * _PAIR_BYTES):
        for start in range(0, len(piece), _PAIR_BYTES):
            place, other = (
                piece[start : start + _PLACE.size],
                piece[start + _PLACE.size : start + _PAIR_BYTES],
            )
            counts.setdefault(place, Counter())[other] += 1
    scratch.clear(number)
    for place in sorted(counts):
        yield place, sorted(counts[place].items(), key=lambda one: (-one[1], one[0]))


class _Search:
    """Compares rows with their neighbours."""

    def __init__(self, rule: PairRule, reread: Reread) -> None:
        self._rule = rule
        self._compared = 0
        self.skipped = 0
        self._wording = lru_cache(maxsize=256)(lambda place: rule.view(reread(_record(place))))

    def pairs(self, rows: Iterator[tuple[bytes, list[tuple[bytes, int]]]]) -> Iterator[_Pair]:
        """Each row that is nearly the same as an earlier one, once."""
        for place, neighbours in rows:
            earlier = [other for other, _ in neighbours if other < place][:_CANDIDATES]
            if not earlier:
                continue
            if self._compared >= MOST_COMPARED:
                self.skipped += 1
                continue
            self._compared += 1
            found = self._pair(place, earlier, [other for other, _ in neighbours])
            if found is not None:
                yield found

    def _pair(self, place: bytes, earlier: Sequence[bytes], neighbours: Sequence[bytes]) -> _Pair | None:
        mine = self._wording(place)
        for first in earlier:
            other = self._wording(first)
            if mine is None or other is None or self._rule.likeness(other, mine, ()) is None:
                continue
            witnesses = [one for one in neighbours if one != first][:_WITNESSES]
            around = [wording for one in witnesses if (wording := self._wording(one)) is not None]
            similarity = self._rule.likeness(other, mine, around)
            if similarity is not None:
                return _Pair(place, first, similarity)
        return None


def _record(place: bytes) -> Record:
    return Record(b"", *_PLACE.unpack(place))
