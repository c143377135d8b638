"""Files and bytes become Sources. What had to be rewritten lies in a private directory, and goes with it."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from mist_ci.adapters.sources import csv_rows, documents, json_array, parquet_rows
from mist_ci.adapters.sources.broken import Broken, NotAnArray
from mist_ci.adapters.sources.sniffing import (
    HEAD_BYTES,
    compression_of,
    container_of,
    is_pointer,
    plain_name,
    refuse_unpacked,
)
from mist_ci.adapters.sources.spool import Growing, Limits, Spool
from mist_ci.adapters.sources.stored import FileSource
from mist_ci.adapters.sources.unpacking import unpack
from mist_ci.errors import Code, ConfigError, CouldNotRun, Where
from mist_ci.models.data_format import Compression, Container
from mist_ci.ports.sources import BrokenSource, BytesSource, Opened


@dataclass(frozen=True, slots=True)
class _File:
    """A file on its way to being a source."""

    label: str
    place: Path
    stored_bytes: int
    compression: Compression = Compression.NONE


class Opener:
    """Opens files of training data. Use it in a `with`: its sources are gone when it ends."""

    _finish: Callable[[], object] | None = None

    def __init__(self, limits: Limits | None = None, scratch: Path | None = None) -> None:
        self._limits = limits or Limits()
        self._scratch = scratch
        self._numbers = count()
        self.passed_over: list[str] = []
        """Files below directories that were taken for something else than data."""
        self.infos: dict[str, bytes] = {}
        """Those of them that say how a trainer reads the data: path → content."""
        self.infos_before: dict[str, bytes] = {}
        """The same at an earlier commit."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Removes what was rewritten."""
        if self._finish is not None:
            self._finish()

    def new_place(self) -> Path:
        """A path for a file that lives as long as this opener."""
        return self._room / str(next(self._numbers))

    @cached_property
    def _room(self) -> Path:
        """Made when it is first needed: plain JSON Lines need none."""
        try:
            room = Path(tempfile.mkdtemp(prefix="mist-data-", dir=self._scratch))
        except OSError as error:
            raise _cannot_write(error) from None
        self._finish = weakref.finalize(self, _remove, room, os.getpid())
        return room

    def open(self, label: str, place: Path) -> Opened:
        """A file, named `label` in findings. A JSONL file is read where it lies.

        Raises ConfigError MC101 for a file that is not there or cannot be read, CouldNotRun MC205 for a missing
        extra and MC309 when there is no room to rewrite it.
        """
        size = _size(label, place)
        try:
            return self._open(_File(label, place, size))
        except Broken as broken:
            return BrokenSource(label, broken.reason, broken.hint, broken.line)
        except OSError as error:
            raise _cannot_write(error) from None

    def open_bytes(self, label: str, content: bytes) -> Opened:
        """The same for a file that is in memory; JSONL stays there."""
        head = content[:HEAD_BYTES]
        try:
            if is_pointer(head):
                return BytesSource(label, content)
            if compression_of(head) is Compression.NONE:
                refuse_unpacked(head, label)
                if container_of(head, label) is not Container.JSONL:
                    return self._stored(label, content)
                return BytesSource(label, content)
        except Broken as broken:
            return BrokenSource(label, broken.reason, broken.hint, broken.line)
        return self._stored(label, content)

    def _stored(self, label: str, content: bytes) -> Opened:
        place = self.new_place()
        try:
            place.write_bytes(content)
        except OSError as error:
            raise _cannot_write(error) from None
        return self.open(label, place)

    def open_spread(self, label: str, place: Path) -> Opened:
        """JSON objects that are not one per line, as JSON Lines. Raises like `open`."""
        size = _size(label, place)
        try:
            with Growing(self.new_place(), size, self._limits) as rows:
                documents.rewrite(place, Spool(rows, self.new_place()))
        except Broken as broken:
            return BrokenSource(label, broken.reason, broken.hint, broken.line)
        except OSError as error:
            raise _cannot_write(error) from None
        return FileSource(label, rows.path, rows.size, size, Container.JSONL, Compression.NONE)

    def _open(self, file: _File) -> Opened:
        head = _head(file.place)
        if compression_of(head) is not Compression.NONE:
            return self._open(self._unpacked(file, compression_of(head)))
        if file.compression is Compression.NONE:
            refuse_unpacked(head, file.label)
        container = container_of(head, file.label)
        if container is Container.JSONL:
            return self._as_it_is(file)
        try:
            return self._rewritten(file, container)
        except NotAnArray:
            return self._as_it_is(file)

    def _unpacked(self, file: _File, compression: Compression) -> _File:
        if file.compression is not Compression.NONE:
            raise Broken("it is packed twice", "unpack it once")
        with Growing(self.new_place(), file.stored_bytes, self._limits) as target:
            unpack(file.place, compression, target.write)
        return _File(file.label, target.path, file.stored_bytes, compression)

    def _as_it_is(self, file: _File) -> FileSource:
        size = file.place.stat().st_size
        return FileSource(file.label, file.place, size, file.stored_bytes, Container.JSONL, file.compression)

    def _rewritten(self, file: _File, container: Container) -> FileSource:
        with Growing(self.new_place(), file.stored_bytes, self._limits) as rows:
            spool = Spool(rows, self.new_place())
            match container:
                case Container.CSV:
                    is_tsv = plain_name(file.label).endswith(".tsv")
                    csv_rows.rewrite(file.place, spool, "\t" if is_tsv else ",")
                case Container.JSON_ARRAY:
                    json_array.rewrite(file.place, spool)
                case _:
                    parquet_rows.rewrite(file.place, spool)
        if file.place.is_relative_to(self._room):
            file.place.unlink(missing_ok=True)
        return FileSource(
            *(file.label, rows.path, rows.size, file.stored_bytes, container, file.compression),
            first_line=spool.first_line,
            lines=spool.lines,
        )


def _size(label: str, place: Path) -> int:
    try:
        if place.is_dir():
            raise ConfigError(Code.FILE_MISSING, "is a directory, not a file", where=Where(label))
        if not place.is_file() and place.exists():
            raise ConfigError(Code.FILE_MISSING, "is no regular file", where=Where(label))
        with place.open("rb"):
            return place.stat().st_size
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "correct the path, or see to it that this user may read it"
        raise ConfigError(Code.FILE_MISSING, reason, where=Where(label), hint=hint) from None


def _remove(room: Path, owner: int) -> None:
    """A forked process inherits the duty, and must leave it to its parent."""
    if os.getpid() == owner:
        shutil.rmtree(room, ignore_errors=True)


def _head(place: Path) -> bytes:
    with place.open("rb") as file:
        return file.read(HEAD_BYTES)


def _cannot_write(error: OSError) -> CouldNotRun:
    reason = (error.strerror or str(error)).lower()
    hint = "data that is packed, or no JSON Lines, is rewritten into the temporary directory: TMPDIR names another"
    return CouldNotRun(Code.CANNOT_WRITE, f"no room to rewrite data: {reason}", hint=hint)
