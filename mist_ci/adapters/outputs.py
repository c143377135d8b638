"""Stored answers as files: one directory, and in it segments of JSON lines that are only ever appended to.

A run writes segments of its own, one write a line, so writers never meet and a killed one leaves whole lines
and at most one that is cut off. A reader finds where the entries are in one pass and reads an entry when it is asked
for. Whatever is not exactly what was written is left out and counted.
"""

import hashlib
import os
import re
import weakref
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from mist_ci.adapters.packing import MAX_ENTRY_BYTES, MAX_PACKED_BYTES, packed, unpacked
from mist_ci.adapters.segments import Segments, reason
from mist_ci.models.output import RequestIdentity, StoredAnswer
from mist_ci.models.suite import ToolCall
from mist_ci.ports.clock import Clock

LIMIT_BYTES = 256 * 2**20
"""So much a directory holds; then the oldest segments go."""
MOST_OPEN = 32
"""Files open for reading at a time."""
CLOCKS_DIFFER = timedelta(hours=1)
"""An entry from further in the future is none: an alias would never expire."""

_HEAD = re.compile(rb'\{"key":"([0-9a-f]{64})","sha256":"([0-9a-f]{64})","(entry|packed)":')


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a line holds beside its key and its checksum."""

    version: Literal[1]
    identity: msgspec.Raw
    answer: StoredAnswer


@dataclass(frozen=True, slots=True)
class StoredLine:
    """What a line holds that is as it was written."""

    key: str
    identity: RequestIdentity
    answer: StoredAnswer


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line stands, without its line feed."""

    segment: Path
    offset: int
    length: int


class OutputDirectory:
    """Implements ports.OutputStore. Reading is always allowed; `may_write` is a permission of its own."""

    def __init__(self, root: Path, clock: Clock, *, may_write: bool, limit_bytes: int = LIMIT_BYTES) -> None:
        self._root = root
        self._clock = clock
        self._may_write = may_write
        self._segments = Segments(root, "answers", clock, limit_bytes)
        self._longest_line = limit_bytes // 2
        self._not_stored = 0
        self._places: dict[str, list[_Place]] | None = None
        self._open: dict[Path, FileIO] = {}
        weakref.finalize(self, _close, self._open)
        self._unused: Counter[str] = Counter()
        self._notices: list[str] = []

    @property
    def keeps(self) -> bool:
        """False once something could not be written."""
        return self._may_write

    def get(self, identity: RequestIdentity, not_before: datetime | None = None) -> StoredAnswer | None:
        """The first entry of this key, or the newest renewed one, that is whole, of this request, and young enough.

        The first: whoever could choose a later one would ask again until it pleases.
        """
        if self._places is None:
            self._places = self._load()
        places = self._places.get(identity.key, [])
        answers: list[StoredAnswer] = []
        for place in tuple(places):
            found = self._judge(self._line(place), identity, not_before)
            if isinstance(found, StoredAnswer):
                answers.append(found)
            else:
                self._unused[found] += 1
                places.remove(place)  # counted once
        renewed = [answer for answer in answers if answer.renewed]
        return max(renewed, key=_written) if renewed else min(answers, key=_written, default=None)

    def put(self, identity: RequestIdentity, answer: StoredAnswer) -> None:
        """One line, on its way to the disk when the call returns; after a failure, nothing more."""
        if self._places is None:  # what this run writes must not be found later
            self._places = self._load()
        if not self._may_write:
            return
        line = _encode(identity, answer)
        if line is None or len(line) > self._longest_line:
            self._not_stored += 1
            return
        try:
            self._segments.append(line)
        except OSError as error:
            self._may_write = False
            self._notices.append(f"answers could not be stored in {self._root}: {reason(error)}")

    def take_notices(self) -> tuple[str, ...]:
        """One sentence for all that was not used, and one for each kind of trouble with the directory."""
        notices, self._notices = self._notices, []
        if self._not_stored:
            notices.append(
                f"too long to be stored in {self._root}, and asked again next time: {self._not_stored}"
            )
            self._not_stored = 0
        if self._unused:
            counted = ", ".join(f"{number} {why}" for why, number in sorted(self._unused.items()))
            notices.append(f"stored answers in {self._root} that were not used: {counted}")
            self._unused.clear()
        return tuple(notices)

    def _load(self) -> dict[str, list[_Place]]:
        """Key → places, in the order of segments and lines."""
        places: defaultdict[str, list[_Place]] = defaultdict(list)
        try:
            segments = self._segments.paths()
        except FileNotFoundError:
            return places
        except OSError as error:
            self._may_write = False
            self._notices.append(f"stored answers in {self._root} cannot be read: {reason(error)}")
            return places
        for segment in segments:
            try:
                data = self._segments.whole(segment)
            except OSError:
                self._unused["in unreadable files"] += 1
                continue
            for key, place in self._entries(segment, data):
                places[key].append(place)
        return places

    def _entries(self, segment: Path, data: bytes) -> Iterator[tuple[str, _Place]]:
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            head = _HEAD.match(data, start, end)
            if head is None:
                self._unused["not understood"] += 1
            else:
                yield head[1].decode(), _Place(segment, start, end - start)
            start = end + 1
        if start < len(data):
            self._unused["cut off"] += 1

    def _judge(
        self, line: bytes | None, identity: RequestIdentity, not_before: datetime | None
    ) -> StoredAnswer | str:
        """The answer, or why it is not used."""
        entry = _decode(line)
        if isinstance(entry, str):
            return entry
        if bytes(entry.identity) != identity.written and _identity(entry) != identity:
            return "of another request"
        if entry.answer.written > self._clock.now() + CLOCKS_DIFFER:
            return "from the future"
        if not_before is not None and entry.answer.written < not_before:
            return "expired"
        return entry.answer

    def _line(self, place: _Place) -> bytes | None:
        """The bytes at a place; None when the file is gone or shorter than it was.

        A segment stays open: most of a store lies in few of them, and its answers are asked for in any order.
        """
        try:
            if place.segment not in self._open:
                while len(self._open) >= MOST_OPEN:
                    self._open.pop(next(iter(self._open))).close()
                self._open[place.segment] = place.segment.open("rb", buffering=0)
            line = os.pread(self._open[place.segment].fileno(), place.length, place.offset)
        except OSError:
            return None
        return line if len(line) == place.length else None


def _written(answer: StoredAnswer) -> datetime:
    return answer.written


def read_line(line: bytes) -> StoredLine | str:
    """A line of a segment without its line feed: what it holds, or in a few words why that cannot be used."""
    head = _HEAD.match(line)
    if head is None:
        return "not understood"
    entry = _decode(line)
    if isinstance(entry, str):
        return entry
    key, identity = head[1].decode(), _identity(entry)
    if identity is None:
        return "not understood"
    return StoredLine(key, identity, entry.answer) if key == identity.key else "of another request"


def _close(files: dict[Path, FileIO]) -> None:
    for file in files.values():
        file.close()


def _encode(identity: RequestIdentity, answer: StoredAnswer) -> bytes | None:
    """A line; None for an answer that is too long for one."""
    body, kind = _write(_Entry(1, msgspec.Raw(identity.written), answer)), "entry"
    if len(body) > MAX_PACKED_BYTES:
        return None
    if len(body) > MAX_ENTRY_BYTES:
        body, kind = packed(body), "packed"
    checksum = hashlib.sha256(body).hexdigest()
    return f'{{"key":"{identity.key}","sha256":"{checksum}","{kind}":'.encode() + body + b"}\n"


def _decode(line: bytes | None) -> _Entry | str:
    """What a line holds, or why it holds nothing."""
    head = None if line is None else _HEAD.match(line)
    if line is None or head is None:
        return "gone"
    body = line[head.end() : -1]
    if line[-1:] != b"}" or hashlib.sha256(body).hexdigest().encode() != head[2]:
        return "damaged"
    if head[3] == b"packed":
        body = unpacked(body) or b""
    try:
        return _read(body)
    except (msgspec.MsgspecError, ValueError):
        return "not understood"


def _identity(entry: _Entry) -> RequestIdentity | None:
    """What a line is the answer to; None where that is not understood. Older versions named unset parameters too."""
    try:
        found = msgspec.json.decode(entry.identity, type=RequestIdentity)
    except (msgspec.MsgspecError, ValueError):
        return None
    given = {name: value for name, value in found.parameters.items() if value is not None}
    return replace(found, parameters=given)


def _call(kind: type, value: object) -> ToolCall:
    if kind is not ToolCall:
        raise TypeError(kind)
    return ToolCall.model_validate(value)


def _plain(value: object) -> object:
    if not isinstance(value, ToolCall):
        raise TypeError(type(value))
    return value.model_dump()


_read = msgspec.json.Decoder(_Entry, dec_hook=_call).decode
_write = msgspec.json.Encoder(enc_hook=_plain).encode
