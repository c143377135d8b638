"""JSON rows of result files: typed access to their fields, and errors that say which field of which line."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.result_file import ResultFile
from mist_ci.parsing import strict_json
from mist_ci.parsing.strict_json import JsonProblem, JsonProblemKind, JsonValue

_BOM = b"\xef\xbb\xbf"
_HEAD_BYTES = 4096
_A_KEY = re.compile(rb'"([A-Za-z_]\w*)"\s*:')
_SHOWN_CHARS = 80
_top_level = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def refused(
    message: str, file: str, line: int | None = None, field: str | None = None, hint: str | None = None
) -> ConfigError:
    """MC113 at a place in a file of results."""
    return ConfigError(Code.BAD_RESULTS, message, where=Where(file, line, field=field or None), hint=hint)


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object and where it stands. A field that is absent and one that is null read alike."""

    values: dict[str, JsonValue]
    file: str
    line: int | None = None
    path: str = ""
    """The object's own place in its line or document: `results.results[3]`."""

    def error(self, message: str, name: str = "", hint: str | None = None) -> ConfigError:
        """MC113 about a field of this object, or about the object."""
        return refused(message, self.file, self.line, self._place(name), hint)

    def __contains__(self, name: str) -> bool:
        """True when the field is there and not null."""
        return self.values.get(name) is not None

    def get(self, name: str) -> JsonValue:
        """The field as it is; None when absent."""
        return self.values.get(name)

    def text(self, name: str) -> str:
        """A string, empty when absent. Raises MC113 for anything else."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise self.error(f"must be a string, not {shown(value)}", name)
        return value or ""

    def number(self, name: str) -> float | None:
        """A number; true and false are none. Raises MC113 for anything else."""
        value = self.values.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise self.error(f"must be a number, not {shown(value)}", name)
        try:
            return None if value is None else float(value)
        except OverflowError:
            raise self.error(f"{shown(value)} is too big", name) from None

    def whole(self, name: str) -> int | None:
        """A count, 0 or more. Raises MC113 for anything else."""
        value = self.values.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise self.error(f"must be a whole number from 0 on, not {shown(value)}", name)
        return value

    def flag(self, name: str) -> bool | None:
        """True or false. Raises MC113 for anything else."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.error(f"must be true or false, not {shown(value)}", name)
        return value

    def child(self, name: str) -> "Row":
        """The object in a field; one without fields when absent. Raises MC113 for anything else."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, dict):
            raise self.error(f"must be an object, not {shown(value)}", name)
        return Row(value or {}, self.file, self.line, self._place(name))

    def children(self, name: str) -> list["Row"]:
        """The objects in a list; none when absent. Raises MC113 for anything else."""
        values = self.values.get(name)
        if values is None:
            return []
        if not isinstance(values, list):
            raise self.error(f"must be a list, not {shown(values)}", name)
        return list(self._objects(name, values))

    def _objects(self, name: str, values: list[JsonValue]) -> Iterator["Row"]:
        for index, value in enumerate(values):
            place = f"{self._place(name)}[{index}]"
            if not isinstance(value, dict):
                raise refused(f"must be an object, not {shown(value)}", self.file, self.line, place)
            yield Row(value, self.file, self.line, place)

    def _place(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path and name else self.path or name


def shown(value: JsonValue) -> str:
    """A value in a message, cut when long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"


def as_text(value: JsonValue) -> str:
    """A string as it is, nothing for null, and canonical JSON for everything else."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def document(file: ResultFile) -> Row:
    """A file that is one JSON object. Raises MC113."""
    return _object(file.data.removeprefix(_BOM), file.path, None)


def lines(file: ResultFile) -> list[Row]:
    """A file with one JSON object a line; blank lines are none. Raises MC113 with the line."""
    texts = file.data.removeprefix(_BOM).split(b"\n")
    return [
        _object(text, file.path, number) for number, text in enumerate(texts, start=1) if text.strip(b" \t\r")
    ]


def _object(text: bytes, file: str, line: int | None) -> Row:
    try:
        value = _parse(text)
    except JsonProblem as problem:
        raise _unreadable(problem, text, file, line) from None
    if not isinstance(value, dict):
        raise refused(f"must be a JSON object, not {shown(value)}", file, line)
    return Row(value, file, line)


def _unreadable(problem: JsonProblem, text: bytes, file: str, line: int | None) -> ConfigError:
    if line is None and problem.column is not None:
        before = text.decode("utf-8", "replace")[: problem.column - 1]
        line = before.count("\n") + 1
    cut = "the file may be cut off: hand over what a finished run wrote"
    hint = cut if problem.kind is JsonProblemKind.SYNTAX else None
    return refused(f"is not JSON that can be read: {problem.message}", file, line, problem.path, hint)


def _parse(text: bytes) -> JsonValue:
    try:
        return strict_json.parse(text)
    except JsonProblem as problem:
        if problem.kind is not JsonProblemKind.BIG_INT:
            raise
    # Other tools write seeds and nanoseconds beyond 2^53. Python reads them exactly; nothing else may be wrong.
    return strict_json.parse(_BIG_INTS.sub(_smaller, text))


_BIG_INTS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])')


def _smaller(match: re.Match[bytes]) -> bytes:
    text = match.group()
    return text if text.startswith(b'"') else b'"' + text + b'"'


def _keys(text: bytes) -> frozenset[str] | None:
    """Keys of one JSON object, NaN and Infinity in it or not, as Python programs write them; None for anything else."""
    for decode in (_top_level, json.loads):
        try:
            return frozenset(decode(text))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
    return None


def top_keys(file: ResultFile) -> frozenset[str]:
    """Keys of the object in the first line, or else of the whole file; never raises.

    Of JSON that is cut off, the keys seen at its beginning, at whatever depth.
    """
    text = file.data.removeprefix(_BOM)
    start = len(text) - len(text.lstrip())
    end = text.find(b"\n", start)
    first = text[start:] if end < 0 else text[start:end]
    for candidate in (first, text):
        if candidate.lstrip().startswith(b"{") and (keys := _keys(candidate)) is not None:
            return keys
    if not text.lstrip().startswith(b"{"):
        return frozenset()
    return frozenset(key.decode() for key in _A_KEY.findall(text[:_HEAD_BYTES]))
