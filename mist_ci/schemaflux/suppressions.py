"""What is not worth saying again: rules that some files need not hold, and findings that the team knows of.

A known finding is found again by what it is about, never by its line: rule, target, field, and the row as JSON with
sorted keys. Rows above may come and go; a row that is changed is looked at anew. What is about a file as a whole is
known by the file's path.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.parsing.glob import matches

PerFile = tuple[tuple[str, tuple[str, ...]], ...]
"""Patterns of paths, and the beginnings of codes that are ignored there."""
_TITLE = "# findings that are known: mist-ci baseline, version 1"
_ID_CHARS = 16
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Suppressions:
    """Picklable, and the same for every part of the data."""

    per_file: PerFile = ()
    baseline: frozenset[str] = frozenset()
    """Identities of known findings: they are shown, and never gate."""

    def ignores(self, path: str, code: str) -> bool:
        """True when a file need not hold a rule."""
        return bool(self.per_file) and code.startswith(_ignored_in(self.per_file, path))


NOTHING = Suppressions()


@lru_cache(maxsize=1024)
def _ignored_in(per_file: PerFile, path: str) -> tuple[str, ...]:
    return tuple(
        code
        for pattern, codes in per_file
        if matches(pattern.removeprefix("./"), path) or matches(f"**/{pattern.removeprefix('./')}", path)
        for code in codes
    )


def identity(code: str, target: str, field: str | None, path: str, content: bytes) -> str:
    """16 hexadecimal digits. `content` is the row, or nothing for a finding about the whole file `path`."""
    about = f"row\0{_canonical(content)}" if content else f"file\0{path}"
    text = "\0".join((code, target, field or "", about))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_CHARS]


def _canonical(content: bytes) -> str:
    with contextlib.suppress(msgspec.MsgspecError, ValueError, RecursionError):  # no JSON: it is what it is
        content = _encode(_decode(content))
    return content.decode("utf-8", "surrogateescape")


def write_baseline(found: Mapping[str, tuple[str, str]]) -> str:
    """The text of a baseline file: one line per finding with its identity, code and the file where it was seen."""
    lines = sorted((code, path, one) for one, (code, path) in found.items())
    return "".join((_TITLE, "\n", *(f"{one} {code} {_printable(path)}\n" for code, path, one in lines)))


def read_baseline(content: bytes, file: str) -> frozenset[str]:
    """The identities in a baseline file. Raises ConfigError MC104 for what is none."""
    lines = content.decode("utf-8", "replace").splitlines()
    if not lines or lines[0] != _TITLE:
        hint = "`mist-ci validate DATA --write-baseline FILE` writes one"
        raise ConfigError(Code.WRONG_VALUE, "this is no baseline file", where=Where(file, 1), hint=hint)
    return frozenset(_identities(lines[1:], file))


def _identities(lines: Iterable[str], file: str) -> Iterator[str]:
    for number, line in enumerate(lines, 2):
        one = line.partition(" ")[0]
        if one.startswith("#") or not line.strip():
            continue
        if len(one) != _ID_CHARS or not set(one) <= set("0123456789abcdef"):
            hint = "a line begins with the 16 digits of a finding; write the file again with --write-baseline"
            raise ConfigError(Code.WRONG_VALUE, "this is no finding", where=Where(file, number), hint=hint)
        yield one


def _printable(path: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in path)
