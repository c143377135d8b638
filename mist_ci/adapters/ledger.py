"""A ledger on disk: files of messages, one a line, that are only ever appended to."""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mist_ci.adapters.hidden import make_hidden
from mist_ci.errors import Code, ConfigError, CouldNotRun, Where
from mist_ci.models.span_line import MAX_MESSAGE_BYTES

NAME = "ledger.jsonl"
"""What is recorded by hand, beside the runs of a directory of results."""
RUN_FILE = "trace.jsonl"
PORTION_BYTES = 32 * 2**20
_READ_BYTES = 2**17
_SIZE_MAX = 2**63
_LINE_FEED, _BRACE = b"\n}"


@dataclass(frozen=True, slots=True)
class Portion:
    """The lines of a file that begin in this range of bytes."""

    path: Path
    start: int
    end: int


class LedgerFiles:
    """Implements ports.Ledger: files and directories of results, one after the other, a line in memory at a time."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = sorted({file for path in paths for file in _files(path)})
        self.notices: list[str] = []
        """Of the files that were read so far: what was cut off."""

    def lines(self) -> Iterator[bytes]:
        """Every line. One that was cut off, because somebody stopped the writer, is left out, and told."""
        for path in self._files:
            yield from lines_of(Portion(path, 0, _SIZE_MAX), self.notices.append)

    @property
    def is_large(self) -> bool:
        """More than one portion, were it one file. Raises ConfigError MC101."""
        return sum(map(_size, self._files)) > PORTION_BYTES

    def portions(self) -> list[Portion]:
        """All of it, in pieces that several processes may read; nothing of a file that grows meanwhile is lost."""
        found = []
        for path in self._files:
            starts = range(0, max(1, _size(path)), PORTION_BYTES)
            found += [Portion(path, start, start + PORTION_BYTES) for start in starts[:-1]]
            found.append(Portion(path, starts[-1], _SIZE_MAX))
        return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from None


def lines_of(portion: Portion, tell: Callable[[str], object]) -> Iterator[bytes]:
    """Its whole lines; one that was cut off is told. Raises ConfigError MC101."""
    longest = MAX_MESSAGE_BYTES + 1
    try:
        with portion.path.open("rb", buffering=_READ_BYTES) as file:
            position = _first_line(file, portion.start)
            while position < portion.end and (line := file.readline(longest)):
                position += len(line)
                if line[-1] == _LINE_FEED or line[-1] == _BRACE or len(line) == longest:
                    yield line
                else:
                    tell(f"{portion.path}: the last line was cut off and counts nowhere")
    except OSError as error:
        raise _unreadable(portion.path, error) from None


def _first_line(file: BinaryIO, start: int) -> int:
    """Goes to the first line that begins there or later."""
    position = max(0, start - 1)
    file.seek(position)
    while start and (line := file.readline(PORTION_BYTES)):
        position += len(line)
        if line[-1] == _LINE_FEED:
            break
    return position


def append(ledger: Path, lines: Sequence[bytes]) -> bool:
    """Adds lines (without line feeds) in one write, on disk when the call returns; True when a tail was mended.

    A last line without its line feed gets one first, so that what was cut off stays a line of its own and nothing is
    lost. Raises CouldNotRun MC309.
    """
    try:
        if not ledger.parent.exists():
            make_hidden(ledger.parent)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        with _locked(os.open(ledger, flags, 0o644)) as descriptor:
            is_torn = _is_torn(descriptor)
            content = (b"\n" if is_torn else b"") + b"".join(line + b"\n" for line in lines)
            while content:
                content = content[os.write(descriptor, content) :]
            os.fsync(descriptor)
            return is_torn
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "choose another place with --ledger"
        raise CouldNotRun(Code.CANNOT_WRITE, reason, where=Where(str(ledger)), hint=hint) from None


@contextmanager
def _locked(descriptor: int) -> Iterator[int]:
    """Nobody else appends meanwhile: two who mend the same tail would write two line feeds."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _is_torn(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _files(path: Path) -> Iterator[Path]:
    """The ledgers of a directory of results, of several of them, of one run, or a file."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _unreadable(path, error) from None
    if stat.S_ISREG(mode):
        yield path
    elif not stat.S_ISDIR(mode):
        raise ConfigError(Code.FILE_MISSING, "is no regular file", where=Where(str(path)))
    else:
        places = [path, *path.glob("*/"), *path.glob("*/*/")]
        yield from (one for place in places for name in (NAME, RUN_FILE) if (one := place / name).is_file())


def _unreadable(path: Path, error: OSError) -> ConfigError:
    reason = (error.strerror or str(error)).lower()
    hint = "name a directory of results or a file of spans"
    return ConfigError(Code.FILE_MISSING, reason, where=Where(str(path)), hint=hint)
