"""What is not worth saying again: rules that some files need not hold, and findings that the team knows of.

A known finding is found again by what it is about, never by its line: rule, target, field, and the row as JSON with
sorted keys. Rows above may come and go; a row that is changed is looked at anew. What is about a file as a whole is
known by the file's path. A baseline excuses as many findings of one identity as it recorded: one more copy is new.
"""

import contextlib
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.parsing.glob import matches
from mist_ci.parsing.strict_json import JsonProblem, parse

PerFile = tuple[tuple[str, tuple[str, ...]], ...]
"""Patterns of paths, and the beginnings of codes that are ignored there."""
Noted = dict[str, tuple[str, str, int]]
"""Identity → code of the rule, a file where it was seen, and how often."""
ANY_NUMBER = sys.maxsize
_TITLE = "# findings that are known: mist-ci baseline, version 2"
_OLD_TITLE = "# findings that are known: mist-ci baseline, version 1"
"""It had no counts: what it names is known however often it is there."""
_ID_CHARS = 16
_LONGEST_COUNT = 18
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Suppressions:
    """Picklable, and the same for every part of the data."""

    per_file: PerFile = ()
    baseline: Mapping[str, int] = field(default_factory=dict)
    """Identities of known findings, and how many of each: they are shown, and never gate."""

    root: str = ""
    """The directory that patterns start from, where paths may be absolute."""

    def ignores(self, path: str, code: str) -> bool:
        """True when a file need not hold a rule."""
        return bool(self.per_file) and code.startswith(_ignored_in(self.per_file, self._inside(path)))

    def unmatched(self, paths: Iterable[str]) -> list[str]:
        """What to say of patterns that no file matches: nobody means them."""
        inside = [self._inside(path) for path in paths]
        lost = dict.fromkeys(
            pattern for pattern, _ in self.per_file if not any(_fits(pattern, path) for path in inside)
        )
        return [f"per-file ignores: no file matches {pattern!r}" for pattern in lost]

    def _inside(self, path: str) -> str:
        return path.removeprefix(f"{self.root}/") if self.root else path


NOTHING = Suppressions()


@lru_cache(maxsize=1024)
def _ignored_in(per_file: PerFile, path: str) -> tuple[str, ...]:
    return tuple(code for pattern, codes in per_file if _fits(pattern, path) for code in codes)


def _fits(pattern: str, path: str) -> bool:
    """As in .gitignore: with a slash inside it starts at the root, without one it names files and directories anywhere.

    What matches a directory is about everything below it.
    """
    wanted = pattern.removeprefix("./").rstrip("/")
    is_anchored = "/" in wanted
    if not path.startswith("/"):
        wanted = wanted.removeprefix("/")
    wanted = wanted if is_anchored else f"**/{wanted}"
    return (not pattern.endswith("/") and matches(wanted, path)) or matches(f"{wanted}/**", path)


def identity(code: str, target: str, field: str | None, path: str, content: bytes) -> str:
    """16 hexadecimal digits. `content` is the row, or nothing for a finding about the whole file `path`."""
    about = f"row\0{_canonical(content)}" if content else f"file\0{path}"
    text = "\0".join((code, target, field or "", about))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_CHARS]


def _canonical(content: bytes) -> str:
    """JSON with sorted keys; what is no JSON, or says one key twice, is what it is: nothing of it may be lost."""
    with contextlib.suppress(JsonProblem, msgspec.MsgspecError, ValueError, RecursionError):
        parse(content)
        content = _encode(_decode(content))
    return content.decode("utf-8", "surrogateescape")


def note_identity(noted: Noted, one: str, code: str, path: str, times: int = 1) -> None:
    """Remembers a finding for a baseline."""
    first = noted.get(one, (code, path, 0))
    noted[one] = *first[:2], first[2] + times


def write_baseline(found: Noted) -> str:
    """The text of a baseline file: one line per identity with how often it is there, its code, and a file with it."""
    lines = sorted((code, path, one, times) for one, (code, path, times) in found.items())
    return "".join(
        (_TITLE, "\n", *(f"{one} {times} {code} {_printable(path)}\n" for code, path, one, times in lines))
    )


def read_baseline(content: bytes, file: str) -> dict[str, int]:
    """The identities in a baseline file, and how often each is known. Raises ConfigError MC104 for what is none."""
    lines = content.decode("utf-8", "replace").splitlines()
    if not lines or lines[0] not in (_TITLE, _OLD_TITLE):
        hint = "`mist-ci validate DATA --write-baseline FILE` writes one"
        raise ConfigError(Code.WRONG_VALUE, "this is no baseline file", where=Where(file, 1), hint=hint)
    known: dict[str, int] = {}
    for one, times in _identities(lines[1:], file, is_counted=lines[0] == _TITLE):
        known[one] = known.get(one, 0) + times
    return known


def _identities(lines: Iterable[str], file: str, *, is_counted: bool) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(lines, 2):
        one, _, rest = line.partition(" ")
        if one.startswith("#") or not line.strip():
            continue
        times = rest.partition(" ")[0] if is_counted else "1"
        is_count = times.isascii() and times.isdigit() and len(times) <= _LONGEST_COUNT
        if len(one) != _ID_CHARS or not set(one) <= set("0123456789abcdef") or not is_count:
            digits = "the 16 digits of a finding" + (" and how often it is there" if is_counted else "")
            hint = f"a line begins with {digits}; write the file again with --write-baseline"
            raise ConfigError(Code.WRONG_VALUE, "this is no finding", where=Where(file, number), hint=hint)
        yield one, int(times) if is_counted else ANY_NUMBER


def _printable(path: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in path)
