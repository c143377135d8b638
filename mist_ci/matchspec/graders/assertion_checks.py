"""What each type of promptfoo's assertions looks for in an answer."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import re2
from pydantic import JsonValue

from mist_ci.matchspec.graders import schemas
from mist_ci.matchspec.graders.comma_separated import comma_separated

if TYPE_CHECKING:
    import jsonschema_rs

Check = Callable[[str, JsonValue], bool]
"""From the answer and the assertion's value to whether it holds."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> "re2._Regexp[str]":
    """A pattern of RE2. Raises re2.error."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


@lru_cache(maxsize=1024)
def validator(schema: str) -> "jsonschema_rs.Validator":
    """A JSON Schema, given as JSON; nothing that it refers to is fetched. Raises ValueError."""
    return schemas.compiled(json.loads(schema)).validator


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
    return found and _fits(given, schema)


def _contains_json(text: str, schema: JsonValue) -> bool:
    """An object anywhere in the text, fitting where there is a schema."""
    decode, position = json.JSONDecoder(parse_constant=_no_constant).raw_decode, text.find("{")
    while position >= 0:
        try:
            given, end = decode(text, position)
        except (ValueError, RecursionError):
            end = position + 1
        else:
            if _fits(given, schema):
                return True
        position = text.find("{", end)
    return False


def _json(text: str) -> tuple[bool, JsonValue]:
    try:
        return True, json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False, None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _fits(given: JsonValue, schema: JsonValue) -> bool:
    return not schema or validator(json.dumps(schema, sort_keys=True)).is_valid(given)


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
