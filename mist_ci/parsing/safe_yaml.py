"""A YAML loader for files that strangers write.

Accepts the part of YAML that configuration needs: mappings, lists and plain values of the YAML 1.2 core
schema, so `on`, `no`, `1:30` and `2026-11-01` are the strings they look like. What readers of YAML disagree
about (`010`, `0x1f`, a number with more digits than a float keeps) is text too. Anchors, aliases and tags are
refused (that ends billion-laughs documents), duplicate keys are errors, depth and size are bounded.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from mist_ci.errors import Code, ConfigError, Where

MAX_BYTES = 2**20
MAX_DEPTH = 32

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
"""What a document is made of."""

Path = tuple[str | int, ...]

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_MAX_INT_CHARS = 19
_MAX_FLOAT_CHARS = 64
_WORDS: dict[str, Plain] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its value, and where each part of it stands."""

    file: str
    value: Plain
    positions: dict[Path, tuple[int, int]]
    """Path of a value → (line, column) of its key, or of itself inside a list; both count from 1."""

    def where(self, path: Path) -> Where:
        """The place of `path`, or of its nearest ancestor that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.positions:
                line, column = self.positions[path[:length]]
                return Where(self.file, line, column, field_name(path) or None)
        return Where(self.file, field=field_name(path) or None)


def field_name(path: Path) -> str:
    """`gates.release.branches[0]` for `("gates", "release", "branches", 0)`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def load(text: bytes, file: str) -> Document:
    """Parses one YAML document. Raises ConfigError MC102, MC108 or MC109 with line and column."""
    if len(text) > MAX_BYTES:
        raise ConfigError(
            Code.UNSAFE_DOCUMENT, f"{len(text)} bytes, the limit is {MAX_BYTES}", where=Where(file)
        )
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} (0x{text[error.start]:02x}) is not UTF-8"
        where = _where_in(text[: error.start].decode("utf-8", "replace"), file)
        raise ConfigError(Code.SYNTAX, message, where=where) from None
    return _Builder(_events(decoded, file), file).document()


def _where_in(before: str, file: str) -> Where:
    """The place after the text `before`."""
    return Where(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _events(text: str, file: str) -> Iterator[yaml.Event]:
    """The events of one document, each of them harmless: linear in the text even where its value would not be."""
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        message = f"the character U+{ord(text[error.position]):04X} is not allowed"
        where = _where_in(text[: error.position], file)
        raise ConfigError(Code.SYNTAX, message, where=where) from None
    depth = 0
    try:
        while loader.check_event():
            event: yaml.Event = loader.get_event()  # type: ignore[no-untyped-call]
            _refuse_unsafe(event, file)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise _error(Code.UNSAFE_DOCUMENT, f"nested deeper than {MAX_DEPTH}", event, file)
            yield event
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, file) from None
    except (ValueError, OverflowError):
        # The scanner computes with whatever number an escape or a directive names.
        mark = loader.get_mark()
        where = Where(file, mark.line + 1, mark.column + 1)
        raise ConfigError(Code.SYNTAX, "not valid YAML: a number is out of range", where=where) from None


def _syntax(error: yaml.MarkedYAMLError, file: str) -> ConfigError:
    mark = error.problem_mark or error.context_mark
    where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
    reason = " ".join(part for part in (error.context, error.problem) if part)
    return ConfigError(Code.SYNTAX, f"not valid YAML: {reason}", where=where, hint=_syntax_hint(reason))


def _syntax_hint(reason: str) -> str | None:
    """What people stumble over when they write questions and templates down."""
    if "but got '?'" in reason:
        return 'inside of {…} and […] a text with a question mark needs quotes: "…?"'
    if "mapping values are not allowed" in reason:
        return 'a text with a colon needs quotes: "…: …"'
    if "\\t" in reason:
        return "indent with spaces: YAML allows no tabs there"
    return None


def _refuse_unsafe(event: yaml.Event, file: str) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _error(Code.UNSAFE_DOCUMENT, "anchors and aliases are not allowed", event, file)
    if tag := getattr(event, "tag", None):
        raise _error(Code.UNSAFE_DOCUMENT, f"tags such as {tag!r} are not allowed", event, file)


def _error(code: Code, message: str, event: yaml.Event, file: str) -> ConfigError:
    line, column = _place(event)
    return ConfigError(code, message, where=Where(file, line, column))


def _place(event: yaml.Event) -> tuple[int, int]:
    """Line and column, both from 1."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


class _Builder:
    """Makes values from events, in one pass."""

    def __init__(self, events: Iterator[yaml.Event], file: str) -> None:
        self._events = events
        self._file = file
        self._positions: dict[Path, tuple[int, int]] = {}

    def document(self) -> Document:
        """The only document of the stream; an empty stream has the value None."""
        value: Plain = None
        documents = 0
        for event in self._events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            documents += 1
            if documents > 1:
                raise _error(Code.SYNTAX, "not valid YAML: a second document begins here", event, self._file)
            value = self._value(next(self._events), ())
        return Document(self._file, value, self._positions)

    def _value(self, event: yaml.Event, path: Path) -> Plain:
        self._positions.setdefault(path, _place(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        text = self._text(event)
        plain = getattr(event, "style", None) is None  # quoted or block text is always text
        return _scalar(text) if plain else text

    def _sequence(self, path: Path) -> list[Plain]:
        built: list[Plain] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            built.append(self._value(event, (*path, len(built))))
        return built

    def _mapping(self, path: Path) -> dict[str, Plain]:
        built: dict[str, Plain] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                place, hint = Where(self._file, *_place(event)), 'a template needs quotes: "{{ input }}"'
                raise ConfigError(Code.SYNTAX, "a key must be plain text", where=place, hint=hint)
            key = self._text(event)
            if key in built:
                raise _error(Code.DUPLICATE, f"the key {key!r} appears twice", event, self._file)
            self._positions[(*path, key)] = _place(event)
            built[key] = self._value(next(self._events), (*path, key))
        return built

    def _text(self, event: yaml.Event) -> str:
        """A scalar's characters; escapes may spell one as a surrogate pair, as JSON does."""
        text = str(getattr(event, "value", ""))
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            message = "has half of a surrogate pair, which is no character"
            raise _error(Code.SYNTAX, message, event, self._file) from None


def _scalar(text: str) -> Plain:
    """A plain scalar's value."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text) if len(text) <= _MAX_INT_CHARS else text
    if _FLOAT.match(text) and len(text) < _MAX_FLOAT_CHARS and math.isfinite(number := float(text)):
        return number
    return text
