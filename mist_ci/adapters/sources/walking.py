"""The files of training data below a directory."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from mist_ci.adapters.sources.opening import Opener
from mist_ci.adapters.sources.sniffing import HEAD_BYTES, SUFFIXES, is_one_object, plain_name
from mist_ci.errors import Code, UsageError, Where
from mist_ci.ports.sources import DATASET_INFO, MAX_INFO_BYTES, BrokenSource, Opened

_LONGEST_ROW_BYTES = 2**26
_MOST_NAMED = 10
_SETTING = "{file} holds one JSON object and was taken for settings, not for rows: name the file itself to have it read"
_HIDDEN = frozenset({".git", ".venv", "node_modules", "__pycache__"})


def open_paths(opener: Opener, paths: Sequence[Path]) -> tuple[Opened, ...]:
    """Files as they are named, and the data below directories; each once.

    Raises ConfigError MC101 for a file that cannot be read, UsageError MC101 for a directory without data.
    """
    found: dict[str, Opened] = {}
    for path in paths:
        inside = tuple(data_files(opener, path)) if path.is_dir() else (opener.open(str(path), path),)
        if not inside:
            hint = f"name a file, or a directory with files that end in {', '.join(SUFFIXES)}, packed or not"
            if opener.passed_over:
                hint = f"{_SETTING.format(file=opener.passed_over[0])}; {hint}"
            raise UsageError(Code.FILE_MISSING, "no training data in it", where=Where(str(path)), hint=hint)
        found |= {one.path: one for one in inside}
    return tuple(found.values())


def passed_over(opener: Opener) -> list[str]:
    """What to say of files below directories that were not read: each is named once.

    What was kept for a rule to judge is not among them.
    """
    files = [file for file in dict.fromkeys(opener.passed_over) if file not in opener.infos]
    more = (
        [f"{len(files) - _MOST_NAMED:,} more files like it were passed over"]
        if len(files) > _MOST_NAMED
        else []
    )
    return [*(_SETTING.format(file=file) for file in files[:_MOST_NAMED]), *more]


def data_files(opener: Opener, directory: Path) -> Iterator[Opened]:
    """Every file whose name ends like data, sorted; a .json file that is one object is none, and is said.

    A link that leads out of the directory is said, and not followed.
    """
    root = directory.resolve()
    for place in sorted(_places(directory)):
        problem = _problem(place, root)
        if problem:
            hint = "put the file itself here, or name it on the command line"
            yield BrokenSource(str(place), problem, hint)
        elif place.is_file():
            if _is_setting(place):
                opener.passed_over.append(str(place))
                if place.name == DATASET_INFO and place.stat().st_size <= MAX_INFO_BYTES:
                    opener.infos[str(place)] = place.read_bytes()
            else:
                yield opener.open(str(place), place)


def _problem(place: Path, root: Path) -> str | None:
    try:
        target = place.resolve(strict=True)
    except (OSError, RuntimeError):  # Python 3.11 raises the second for links in a circle
        return "it is a link that leads nowhere"
    if not target.is_relative_to(root):
        return "it is a link that leads out of the directory: it was not followed"
    return None if target.is_file() or target.is_dir() else "it is no regular file"


def _is_setting(place: Path) -> bool:
    """Beside data there are package.json, dataset_info.json and others. Named by itself, such a file is read."""
    if place.suffix.lower() != ".json":
        return False
    try:
        with place.open("rb") as file:
            head = file.read(HEAD_BYTES)
            while b"\n" not in head and len(head) < _LONGEST_ROW_BYTES and (more := file.read(len(head))):
                head += more  # the first of many rows may be long
            return is_one_object(head + file.read(HEAD_BYTES))
    except OSError:
        return False  # opening it says why


def _places(directory: Path) -> Iterator[Path]:
    """Data files, and links to directories that may hold some."""
    for inside, names, files in os.walk(directory):
        here = Path(inside)
        yield from (here / name for name in files if plain_name(name).endswith(SUFFIXES))
        yield from (here / name for name in names if (here / name).is_symlink())
        names[:] = [name for name in names if name not in _HIDDEN]
