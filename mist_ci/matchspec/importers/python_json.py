"""JSON as Python programs write it by default: NaN and Infinity are among its numbers, and it may be nested deeply."""

import json

from mist_ci.errors import ConfigError
from mist_ci.matchspec.importers.rows import Row, refused, shown
from mist_ci.parsing.strict_json import JsonValue

_BOM = b"\xef\xbb\xbf"
CUT_OFF = "the file may be cut off: hand over what a finished run wrote"


def value(data: bytes, file: str, line: int | None = None) -> JsonValue:
    """One JSON value of any kind. Raises MC113."""
    try:
        found: JsonValue = json.loads(data.removeprefix(_BOM).decode("utf-8"))
    except json.JSONDecodeError as error:
        raise _unreadable(
            f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1}", file, line
        ) from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(str(error), file, line) from None
    return found


def document(data: bytes, file: str, line: int | None = None) -> Row:
    """One JSON object. Raises MC113."""
    found = value(data, file, line)
    if not isinstance(found, dict):
        raise refused(f"must be a JSON object, not {shown(found)}", file, line)
    return Row(found, file, line)


def lines(data: bytes, file: str) -> list[Row]:
    """One JSON object a line; blank lines are none. Raises MC113 with the line."""
    texts = data.split(b"\n")
    return [document(text, file, number) for number, text in enumerate(texts, start=1) if text.strip()]


def _unreadable(reason: str, file: str, line: int | None) -> ConfigError:
    return refused(f"is not JSON that can be read: {reason}", file, line, hint=CUT_OFF)
