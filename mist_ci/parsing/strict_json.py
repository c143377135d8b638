"""Strict JSON from untrusted bytes: what every parser reads the same way, and nothing else.

Fast accept, slow explain: `parse` proves that a document is good as cheaply as possible; only a document
that fails pays for the scan that says what is wrong, where, and at which path.
"""

import json
import math
import re
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]

MAX_DEPTH = 64
MAX_INT = 2**53
"""Beyond it, a parser that reads numbers as doubles (JavaScript, many servers) changes the value."""

_MAX_INT_CHARS = 24  # longer digits are too big for sure, and too long for a message
_BOM = b"\xef\xbb\xbf"
_STRING_BYTES = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]]', re.DOTALL)
_OPENING, _CLOSING = frozenset("{["), frozenset("}]")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_decode = msgspec.json.Decoder().decode


class JsonProblemKind(StrEnum):
    """Why a document is refused."""

    SYNTAX = "syntax"
    ENCODING = "encoding"
    BOM = "bom"
    DUPLICATE_KEY = "duplicate_key"
    NOT_FINITE = "not_finite"
    SURROGATE = "surrogate"
    DEPTH = "depth"
    BIG_INT = "big_int"
    LENGTH = "length"
    """Said by readers that do not hold a line: `parse` takes any length."""


class JsonProblem(ValueError):
    """A document that is not strict JSON. `column` counts characters (bytes when not UTF-8) from 1."""

    def __init__(
        self, kind: JsonProblemKind, message: str, column: int | None = None, path: str = ""
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.column = column
        self.path = path


def parse(text: bytes) -> JsonValue:
    """The value of one JSON document.

    Refuses what parsers disagree about: a byte order mark, NaN and infinities, duplicate keys, lone
    surrogates, integers beyond 2^53, more than 64 levels. Raises JsonProblem.
    """
    try:
        value: JsonValue = _decode(text)
        strict = _is_strict(text, value)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _diagnose(text, str(error)) from None
    if not strict:
        raise _diagnose(text, "is not strict JSON")
    return value


def _is_strict(text: bytes, value: JsonValue) -> bool:
    keys = _count_keys([value], MAX_DEPTH + 1)
    # Outside strings there is one colon per member: fewer distinct keys than colons means duplicates.
    return text.count(b":") == keys or count_colons(text) == keys


def count_members(value: JsonValue) -> int:
    """Keys of all objects in a value. Raises RecursionError below 64 levels."""
    return _count_keys([value], MAX_DEPTH + 1)


def count_colons(text: bytes) -> int:
    """Colons outside of strings: members of objects, each as often as it is written."""
    return _STRING_BYTES.sub(b"", text).count(b":")


def _count_keys(value: dict[str, JsonValue] | list[JsonValue], depth: int) -> int:
    if depth == 0:
        raise RecursionError
    keys = len(value) if isinstance(value, dict) else 0
    for child in value.values() if isinstance(value, dict) else value:
        kind = type(child)
        if kind is dict or kind is list:
            keys += _count_keys(child, depth - 1)  # type: ignore[arg-type]  # `kind` says what it is, cheaply
        elif kind is int and not -MAX_INT <= child <= MAX_INT:  # type: ignore[operator]
            raise ValueError("an integer is too big")
    return keys


def _diagnose(text: bytes, reason: str) -> JsonProblem:
    if text.startswith(_BOM):
        return JsonProblem(JsonProblemKind.BOM, "starts with a UTF-8 byte order mark (BOM)", 1)
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"byte 0x{text[error.start]:02x} is not UTF-8"
        return JsonProblem(JsonProblemKind.ENCODING, message, error.start + 1)
    return (
        _depth_problem(decoded)
        or _syntax_problem(decoded)
        or _Scan(decoded).run()
        or JsonProblem(JsonProblemKind.SYNTAX, reason)
    )


def _depth_problem(text: str) -> JsonProblem | None:
    """Comes first: other parsers need a stack for it."""
    depth = 0
    for match in _BRACKET.finditer(text):
        part = match.group()
        if part in _OPENING:
            depth += 1
            if depth > MAX_DEPTH:
                message = f"is nested more than {MAX_DEPTH} levels deep"
                return JsonProblem(JsonProblemKind.DEPTH, message, match.start() + 1)
        elif part in _CLOSING:
            depth = max(0, depth - 1)
    return None


def _syntax_problem(text: str) -> JsonProblem | None:
    try:
        json.loads(text, parse_int=len, parse_float=len)
    except json.JSONDecodeError as error:
        message = error.msg.removesuffix(" at").removesuffix(" starting")
        return JsonProblem(JsonProblemKind.SYNTAX, message[0].lower() + message[1:], error.pos + 1)
    return None


@dataclass(slots=True)
class _Level:
    """An object or array that is open, and where in it the scan is."""

    is_object: bool
    keys: set[str] = field(default_factory=set)
    key: str | None = None
    index: int = 0

    def step(self) -> str:
        if not self.is_object:
            return f"[{self.index}]"
        if self.key is None:
            return ""
        return f".{self.key}" if _PLAIN_KEY.fullmatch(self.key) else f"[{json.dumps(self.key)}]"


class _Scan:
    """Walks over tokens and finds the first thing that is well-formed and still refused."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.finditer(text)
        self._open: list[_Level] = []

    def run(self) -> JsonProblem | None:
        for match in self._tokens:
            found = self._token(match.group())
            if found:
                kind, message = found
                return JsonProblem(kind, message, match.start() + 1, self._path())
        return None

    def _path(self) -> str:
        return _short("".join(level.step() for level in self._open).lstrip("."))

    def _token(self, token: str) -> tuple[JsonProblemKind, str] | None:
        match token[0]:
            case "{" | "[":
                self._open.append(_Level(is_object=token.startswith("{")))
            case "}" | "]":
                del self._open[-1:]
            case ",":
                self._next_item()
            case ":":
                pass
            case '"':
                return self._string(token)
            case _:
                return _number_problem(token)
        return None

    def _next_item(self) -> None:
        if self._open:
            self._open[-1].key = None
            self._open[-1].index += 1

    def _string(self, token: str) -> tuple[JsonProblemKind, str] | None:
        try:
            text = json.loads(token)
        except ValueError:
            return None  # bad syntax, which is reported by the parser
        if _SURROGATE.search(text):
            return JsonProblemKind.SURROGATE, "has half of a surrogate pair, which is no character"
        level = self._open[-1] if self._open else None
        if level is None or not level.is_object or level.key is not None:
            return None
        if text in level.keys:
            place = self._path()
            inside = f" in {place}" if place else ""
            return JsonProblemKind.DUPLICATE_KEY, f"key {_short(token)} appears twice{inside}"
        level.keys.add(text)
        level.key = text
        return None


def _short(text: str, chars: int = 80) -> str:
    return text if len(text) <= chars else text[:chars] + "…"


def _number_problem(token: str) -> tuple[JsonProblemKind, str] | None:
    shown = _short(token, _MAX_INT_CHARS)
    if token.removeprefix("-").isdecimal():
        big = len(token) > _MAX_INT_CHARS or abs(int(token)) > MAX_INT
        message = f"{shown} is beyond 2^53, where many parsers change the value"
        return (JsonProblemKind.BIG_INT, message) if big else None
    try:
        finite = math.isfinite(float(token))
    except ValueError:
        return None  # bad syntax, which is reported by the parser
    return None if finite else (JsonProblemKind.NOT_FINITE, f"{shown} is not a finite number")
