"""Results as files in one directory per run. Every record is flushed to disk before the call returns."""

import errno
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from mist_ci.adapters.hidden import make_hidden
from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.models.attempt import Attempt
from mist_ci.models.message import Payload, encode
from mist_ci.ports.clock import Clock

TRACE = "trace.jsonl"
FILES = {"eval.result": "eval-results.jsonl", "trace.span": TRACE, "trace.alert": TRACE}


class ResultDirectories:
    """Implements ports.ResultStores below one directory."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._clock = clock

    def create(self, run_id: str) -> "ResultDirectory":
        """`root/run_id`, which must not exist yet."""
        directory = self._root / run_id
        try:
            self._make_root()
            directory.mkdir()
        except OSError as error:
            hint = "choose another place with --results-dir DIR"
            reason = error.strerror or str(error)
            raise CouldNotRun(Code.CANNOT_WRITE, reason, where=Where(str(directory)), hint=hint) from None
        return ResultDirectory(directory, self._clock)

    def save(self, name: str, text: str) -> str:
        """`root/name`."""
        target = self._root / name
        try:
            self._make_root()
        except OSError as error:
            raise _cannot_write(target, error) from None
        _write(target, text)
        return str(target)

    def _make_root(self) -> None:
        if self._root.is_symlink():  # a checkout of head may hold one, and it would lead us anywhere
            raise OSError(errno.ELOOP, "a link; results go into a directory of their own")
        make_hidden(self._root)


class ResultDirectory:
    """Implements ports.ResultStore: attempts.jsonl, eval-results.jsonl, trace.jsonl and whole files."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._open: dict[str, BinaryIO] = {}

    @property
    def run_id(self) -> str:
        """The directory's own name."""
        return self._directory.name

    @property
    def location(self) -> str:
        """The directory as the user named it."""
        return str(self._directory)

    def record(self, attempt: Attempt) -> None:
        """One line in attempts.jsonl."""
        self._append("attempts.jsonl", msgspec.json.encode(attempt) + b"\n")

    def message(self, kind: str, payload: Payload) -> None:
        """One enveloped line in the file of its kind."""
        line = encode(self._clock.unique(), kind, self._clock.now_ns(), payload)
        self._append(FILES[kind], line + b"\n")

    def spans(self, lines: bytes) -> None:
        """Lines in trace.jsonl."""
        self._append(TRACE, lines)

    def save(self, name: str, text: str) -> None:
        """Written beside and renamed, so that a reader never sees half a file."""
        _write(self._directory / name, text)

    def close(self) -> None:
        """Closes the files; records are already on disk."""
        while self._open:
            self._open.popitem()[1].close()

    def _append(self, name: str, lines: bytes) -> None:
        try:
            if name not in self._open:
                self._open[name] = (self._directory / name).open("ab", buffering=0)
            # One write call per record, so that a killed process leaves whole lines; a disk may take less.
            descriptor = self._open[name].fileno()
            while lines:
                lines = lines[os.write(descriptor, lines) :]
        except OSError as error:
            raise _cannot_write(self._directory / name, error) from None


def _write(target: Path, text: str) -> None:
    beside = target.with_name(f".{target.name}.part")
    try:
        beside.unlink(missing_ok=True)
        with beside.open("x", encoding="utf-8", errors="replace") as file:  # never through a link
            file.write(text)
        beside.replace(target)
    except OSError as error:
        raise _cannot_write(target, error) from None


def _cannot_write(target: Path, error: OSError) -> CouldNotRun:
    reason = error.strerror or str(error)
    hint = "what was written before is kept; make room, or choose another place with --results-dir DIR"
    return CouldNotRun(Code.CANNOT_WRITE, reason, where=Where(str(target)), hint=hint)
