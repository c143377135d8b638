"""What each type of promptfoo's assertions looks for in an answer."""

import json
from collections.abc import Callable
from functools import lru_cache

from pydantic import JsonValue

from mist_ci.matchspec.graders import schemas
from mist_ci.matchspec.graders.comma_separated import comma_separated
from mist_ci.matchspec.graders.grader import CannotGrade
from mist_ci.matchspec.graders.regex import compiled

Check = Callable[[str, JsonValue], bool]
"""From the answer and the assertion's value to whether it holds. Raises CannotGrade where nobody can tell."""
_MOST_READ_CHARS = 10**9
"""A second, about."""
_DEEP_CHARS = 100_000
"""What giving up on a value that is nested too deep takes, in characters."""


@lru_cache(maxsize=1024)
def compiled_schema(schema: str) -> schemas.Schema:
    """A JSON Schema, given as JSON; nothing that it refers to is fetched. Raises ValueError."""
    return schemas.compiled(json.loads(schema))


def texts(value: JsonValue) -> list[str] | None:
    """A list of texts, or the texts between commas; None for anything else."""
    if isinstance(value, str):
        return comma_separated(value)
    if not isinstance(value, list) or any(isinstance(one, list | dict) or one is None for one in value):
        return None
    return [_written(one) for one in value]


def _written(value: JsonValue) -> str:
    """As JavaScript writes it: 4.0 is 4."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value)


def _equals(text: str, value: JsonValue) -> bool:
    if not isinstance(value, dict | list):
        return text == _written(value)
    found, given = _json(text)
    return found and _canonical(given) == _canonical(value)


def _canonical(value: JsonValue) -> str:
    """Equal for equal values: true is not 1, and 1.0 is."""
    if isinstance(value, dict):
        return json.dumps({key: _canonical(inner) for key, inner in value.items()}, sort_keys=True)
    if isinstance(value, list):
        return json.dumps([_canonical(inner) for inner in value])
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)


def _is_json(text: str, schema: JsonValue) -> bool:
    found, given = _json(text)
    return found and _fits(given, schema, len(text))


def _contains_json(text: str, schema: JsonValue) -> bool:
    """An object anywhere in the text, fitting where there is a schema.

    Raises CannotGrade for a text that would take minutes: one of nothing but braces.
    """
    decode, position = json.JSONDecoder(parse_constant=_no_constant).raw_decode, text.find("{")
    read_chars = 0
    while position >= 0:
        try:
            given, end = decode(text, position)
        except json.JSONDecodeError as error:
            end, read_chars = position + 1, read_chars + error.pos  # it has counted all lines up to there
        except (ValueError, RecursionError):
            end, read_chars = position + 1, read_chars + _DEEP_CHARS
        else:
            read_chars += end
            if _fits(given, schema, end - position):
                return True
        if read_chars > _MOST_READ_CHARS:
            raise CannotGrade(f"the answer has too many braces to look for JSON in it: {text.count('{'):,}")
        position = text.find("{", end)
    return False


def _json(text: str) -> tuple[bool, JsonValue]:
    try:
        return True, json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False, None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _fits(given: JsonValue, schema: JsonValue, chars: int) -> bool:
    if not schema:
        return True
    known = compiled_schema(json.dumps(schema, sort_keys=True))
    if known.parts * chars > schemas.MOST_WORK:
        raise CannotGrade(f"the answer is too long for its schema: {chars:,} characters")
    return known.validator.is_valid(given)


def _any(text: str, value: JsonValue) -> bool:
    return any(one in text for one in texts(value) or [])


def _all(text: str, value: JsonValue) -> bool:
    return all(one in text for one in texts(value) or [])


def _ignoring_case(check: Check) -> Check:
    def lowered(text: str, value: JsonValue) -> bool:
        low = (
            [one.lower() for one in texts(value) or []]
            if isinstance(value, list)
            else _written(value).lower()
        )
        return check(text.lower(), low)  # type: ignore[arg-type]  # a list of texts is a list of JSON values

    return lowered


def _contains(text: str, value: JsonValue) -> bool:
    return _written(value) in text


CHECKS: dict[str, Check] = {
    "equals": _equals,
    "contains": _contains,
    "icontains": _ignoring_case(_contains),
    "contains-any": _any,
    "contains-all": _all,
    "icontains-any": _ignoring_case(_any),
    "icontains-all": _ignoring_case(_all),
    "starts-with": lambda text, value: text.startswith(str(value)),
    "regex": lambda text, value: compiled(str(value)).search(text) is not None,
    "is-json": _is_json,
    "contains-json": _contains_json,
}
"""Type → what it asks, without `not-`."""
