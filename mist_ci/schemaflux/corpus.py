"""Rows next to each other: compact facts about every row, grouped without holding them all.

Each corpus rule writes one record of 37 bytes per sketch of a row, into one of 64 buckets by it. A bucket is
then grouped by itself. Only rows that share a sketch with another one are read again.
"""

import heapq
import struct
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mist_ci.errors import Where
from mist_ci.models.finding import Severity
from mist_ci.ports.scratch import Scratch
from mist_ci.schemaflux.asking import ask, crash
from mist_ci.schemaflux.kinds import CorpusRule
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Mention
from mist_ci.schemaflux.rules import CORPUS_RULES
from mist_ci.schemaflux.selection import Selection

_RECORD = struct.Struct(">16s?IIQI")
_PLACE = struct.Struct(">?IIQI")
_BUCKETS = 64
_AT_ONCE = 4096


class Record(NamedTuple):
    """A sketch of a row, and where the row is."""

    sketch: bytes
    is_new: bool
    file: int
    row: int
    offset: int
    length: int

    @property
    def place(self) -> tuple[bool, int, int]:
        """What comes first is the original."""
        return self.is_new, self.file, self.row


_FIRST_BUCKETS = tuple((index * _BUCKETS, rule) for index, rule in enumerate(CORPUS_RULES))
_OF_PROMPTS = tuple(first for first, rule in _FIRST_BUCKETS if rule.OF_PROMPTS)


def _no_buckets() -> defaultdict[int, bytearray]:
    return defaultdict(bytearray)


@dataclass(slots=True)
class Records:
    """The records of one part, by rule and bucket."""

    buckets: defaultdict[int, bytearray] = field(default_factory=_no_buckets)

    def add(self, row: Row, file: int, number: int, offset: int) -> None:
        """Everything that corpus rules want to know about a row."""
        place = _PLACE.pack(not row.is_known, file, number, offset, len(row.raw))
        sketch = None if row.plain is None and row.orderly is None else row.prompt_sketch
        if sketch is not None:  # most rows; their rules all say the same
            for first in _OF_PROMPTS:
                self.buckets[first + sketch[0] % _BUCKETS] += sketch + place
            return
        for first, rule in _FIRST_BUCKETS:
            try:
                for sketch in rule.sketches(row):
                    self.buckets[first + sketch[0] % _BUCKETS] += sketch + place
            except Exception as error:
                raise crash(rule, Where(row.file, row.line), error) from error

    def spill(self, scratch: Scratch) -> None:
        """Moves all records to where there is room."""
        for bucket, data in self.buckets.items():
            scratch.append(bucket, bytes(data))
        self.buckets.clear()


Reread = Callable[[Record], Row]
"""Reads the row of a record again."""


def corpus_problems(scratch: Scratch, reread: Reread, ledger: Ledger, selection: Selection) -> None:
    """Groups all records, counts what is wrong, and words the first of it."""
    for index, rule in enumerate(CORPUS_RULES):
        if not selection.takes(rule.META):
            continue
        first: dict[tuple[Severity, bool], list[tuple[tuple[int, int], Record, Record]]] = {}
        counts: dict[tuple[Severity, bool], int] = {}
        for bucket in range(index * _BUCKETS, (index + 1) * _BUCKETS):
            for severity, original, other in _offenders(rule, scratch, bucket, reread):
                standing = _standing(rule, reread, ledger, severity, original, other)
                if standing is None:
                    continue
                kind = severity, standing
                counts[kind] = counts.get(kind, 0) + 1
                _keep(first.setdefault(kind, []), ledger.keep, original, other)
            scratch.clear(bucket)
        for kind, count in counts.items():
            _say(rule, reread, ledger, kind, sorted(first[kind], key=lambda one: one[2].place), count)


def _standing(
    rule: CorpusRule, reread: Reread, ledger: Ledger, severity: Severity, original: Record, other: Record
) -> bool | None:
    """True for what is known, None for what is not worth saying. Rows are read again only where they decide it."""
    if not ledger.looks_at_each:
        return not other.is_new
    row = reread(other)
    if ledger.suppressions.ignores(row.file, rule.META.code):
        return None
    if not ledger.knows_rows:
        return not other.is_new
    problem = rule.describe(Mention(reread(original)), Mention(row))
    return ledger.knows(rule.META, problem, row.file, row.raw, (severity, ""), is_known=not other.is_new)


def _offenders(
    rule: CorpusRule, scratch: Scratch, bucket: int, reread: Reread
) -> Iterator[tuple[Severity, Record, Record]]:
    """Pairs of an original and another row. Rows that share a sketch are read again for their keys."""
    seen: set[bytes] = set()
    several: set[bytes] = set()
    for record in _records(scratch, bucket):
        (several if record.sketch in seen else seen).add(record.sketch)
    if not several:
        return
    groups: defaultdict[bytes, list[tuple[Record, bytes]]] = defaultdict(list)
    for record in _records(scratch, bucket):
        if record.sketch in several:
            row = reread(record)
            for key, note in ask(rule, Where(row.file, row.line), rule.keys, row):
                groups[key].append((record, note))
    for group in groups.values():
        original, first = min(group, key=lambda one: one[0].place)
        for record, note in group:
            severity = rule.verdict(first, note) if record != original else None
            if severity is not None:
                yield severity, original, record


def _records(scratch: Scratch, bucket: int) -> Iterator[Record]:
    for piece in scratch.pieces(bucket, _AT_ONCE * _RECORD.size):
        yield from map(Record._make, _RECORD.iter_unpack(piece))


def _keep(
    first: list[tuple[tuple[int, int], Record, Record]], keep: int, original: Record, other: Record
) -> None:
    """A heap of the earliest ones; its head is the latest of them."""
    entry = (-other.file, -other.row), original, other
    if len(first) < keep:
        heapq.heappush(first, entry)
    elif entry > first[0]:
        heapq.heapreplace(first, entry)


def _say(
    rule: CorpusRule,
    reread: Reread,
    ledger: Ledger,
    kind: tuple[Severity, bool],
    shown: Sequence[tuple[tuple[int, int], Record, Record]],
    count: int,
) -> None:
    severity, is_known = kind
    for _, original, other in shown:
        row = reread(other)
        problem = rule.describe(Mention(reread(original)), Mention(row))
        ledger.note(
            rule.META,
            replace(problem, severity=severity),
            Where(row.file, row.line),
            is_known=is_known,
            row=row.raw,
            is_asked=True,
        )
    if shown:
        ledger.count(rule.META, severity, count - len(shown), is_known=is_known)
