"""Results that other runners wrote, read from files and directories."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from mist_ci.adapters import archives
from mist_ci.errors import Code, ConfigError, CouldNotRun, Where
from mist_ci.models.result_file import ResultFile

MAX_BYTES = 2 * 2**30
"""All files together; they are held in memory."""

OWN_RESULTS = "attempts.jsonl"
"""A directory with this file is a results directory of ours, and stands for this file alone."""


class ResultFilesOnDisk:
    """Implements ports.ResultFiles."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, paths: Sequence[str]) -> tuple[ResultFile, ...]:
        """Every file once, those of a directory in sorted order; names that begin with a dot are left out there."""
        found = dict.fromkeys(file for path in paths for file in _files(Path(path)))
        total = sum(_size(file) for file in found)
        if total > self._max_bytes:
            message = (
                f"{total:,} bytes in {len(found)} files, and at most {self._max_bytes:,} are read at once"
            )
            hint = "hand over the results of one suite at a time"
            raise ConfigError(Code.BAD_RESULTS, message, where=Where(paths[0]), hint=hint)
        return tuple(open_result_file(file) for file in found)

    def write(self, path: str, lines: Sequence[bytes]) -> None:
        """Written beside and renamed, so that nobody reads half a file."""
        target = Path(path)
        beside = target.with_name(f".{target.name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            beside.unlink(missing_ok=True)
            with beside.open("xb") as file:  # never through a link
                file.writelines(line + b"\n" for line in lines)
            beside.replace(target)
        except OSError as error:
            raise CouldNotRun(Code.CANNOT_WRITE, _reason(error), where=Where(path)) from None


def open_result_file(path: Path) -> ResultFile:
    """One file in memory, with its members where it is an archive. Raises MC101 when it cannot be read, MC113."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None
    name = _name(path)
    members = archives.unpack(data, name) if archives.is_archive(data) else None
    return ResultFile(name, data, members)


def _name(path: Path) -> str:
    """As text that can be written: a name on disk may be any bytes."""
    return os.fsencode(path).decode("utf-8", "replace")


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
    elif (path / OWN_RESULTS).is_file():
        yield path / OWN_RESULTS
    else:
        inside = [each for each in sorted(path.rglob("*")) if each.is_file() and not _is_hidden(each, path)]
        own = {each.parent for each in inside if each.name == OWN_RESULTS}
        inside = [each for each in inside if each.name == OWN_RESULTS or each.parent not in own]
        if not inside:
            raise ConfigError(Code.FILE_MISSING, "there is no file in it", where=Where(str(path)))
        yield from inside


def _is_hidden(file: Path, directory: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(directory).parts)


def _size(path: Path) -> int:
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from None
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISFIFO(found.st_mode)):  # /dev/zero has no end
        raise ConfigError(Code.FILE_MISSING, "is no regular file", where=Where(_name(path)))
    return found.st_size


def _unreadable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(Code.FILE_MISSING, _reason(error), where=Where(_name(path)))


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
