"""Another value at one place of a row. All other bytes of the row stay what they are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from mist_ci.errors import Code, CouldNotRun
from mist_ci.parsing.locating import Steps, locate_all, steps
from mist_ci.parsing.strict_json import JsonProblem, JsonValue, parse

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Edit:
    """What is there, and what shall be there. `path` is a JSON path such as `messages[1].role`."""

    path: str
    old: JsonValue
    new: JsonValue


def edited(raw: bytes, edits: Sequence[Edit]) -> bytes | None:
    """A row with all edits made; None where one of the places is not what the edit takes it for.

    Raises CouldNotRun MC900 if anything else had changed: that would be a bug, and nothing may be written then.
    """
    text = raw.decode()
    extents = locate_all(text, [one.path for one in edits])
    if any(_value(text, extents.get(one.path)) != [one.old] for one in edits):
        return None
    is_ascii, is_wide = raw.isascii(), '": ' in text
    for one in sorted(edits, key=lambda one: extents[one.path], reverse=True):
        start, end = extents[one.path]
        text = text[:start] + written(one.new, is_ascii=is_ascii, is_wide=is_wide) + text[end:]
    new = text.encode()
    if _encode(parse(new)) != _encode(_with(parse(raw), edits)):
        raise CouldNotRun(Code.INTERNAL, "a repair would have changed more than it meant to")
    return new


def written(value: JsonValue, *, is_ascii: bool, is_wide: bool) -> str:
    """JSON in the manner of what is around it: escapes, and blanks after colons and commas."""
    separators = (", ", ": ") if is_wide else (",", ":")
    return json.dumps(value, ensure_ascii=is_ascii, separators=separators)


def is_there(value: JsonValue, path: str, old: JsonValue) -> bool:
    """True when the path leads to it. False in formats that write calls into texts, which nobody changes."""
    try:
        for step in steps(path):
            value = value[step]  # type: ignore[index]  # a step that does not fit raises
    except (LookupError, TypeError):
        return False
    return type(value) is type(old) and value == old


def _value(text: str, extent: tuple[int, int] | None) -> list[JsonValue]:
    """The value between two characters, in a list; an empty one for none."""
    if extent is None:
        return []
    try:
        return [parse(text[extent[0] : extent[1]].encode())]
    except JsonProblem:
        return []


def _with(value: JsonValue, edits: Sequence[Edit]) -> JsonValue:
    """The same by another way: in the value instead of the text."""
    for one in edits:
        way: Steps = tuple(steps(one.path))
        inner = value
        for step in way[:-1]:
            inner = inner[step]  # type: ignore[index]  # the place was found in the text
        inner[way[-1]] = one.new  # type: ignore[index]
    return value
