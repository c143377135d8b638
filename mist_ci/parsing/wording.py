"""What is wrong with a value, said for the person who wrote the file and not for the library that found it."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from mist_ci.models.figures import count

MAX_SHOWN = 60

PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": "must be a name of at most 64 letters, digits, dots, dashes and "
    "underscores that begins with a letter or a digit",
    r"^[A-Za-z0-9_.-]{1,64}$": "must be a name of at most 64 letters, digits, dots, dashes and underscores",
    r"^sha256:[0-9a-f]{64}$": "must be 'sha256:' and 64 hexadecimal digits in lower case",
    r"^[0-9a-f]{64}$": "must be 64 hexadecimal digits in lower case",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "must be the name of an environment variable: letters, digits and underscores, "
    "and no digit first",
    r"^[A-Za-z0-9.-]{1,40}$": "must be a version such as 2024-10-21",
    r"^[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*$": "must be package.module:function",
    r"^SF[0-9]{3}$": "must be the code of a data rule, such as SF205",
    r"^SF[0-9]{0,3}$": "must be the code of a data rule or the beginning of one, such as SF205 or SF2",
    r"^([a-z0-9]+://)?[A-Za-z0-9._-]+(:[0-9]{1,5})?$": "must be a host, such as data.example.com, or a bucket, such "
    "as s3://bucket",
    r"^https?://[^\s]+$": "must start with http:// or https:// and hold no space",
}
"""Every pattern of our models in words; a test holds the two lists together."""

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "none_required": "empty",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "date_type": "a date such as 2026-11-01",
    "date_parsing": "a date such as 2026-11-01",
    "date_from_datetime_parsing": "a date such as 2026-11-01",
    "date_from_datetime_inexact": "a date such as 2026-11-01",
}
_LIMITS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "literal_error": lambda says: f"must be {says['expected']}",
    "enum": lambda says: f"must be {says['expected']}",
    "greater_than": lambda says: f"must be greater than {_number(says['gt'])}",
    "greater_than_equal": lambda says: f"must be at least {_number(says['ge'])}",
    "less_than": lambda says: f"must be less than {_number(says['lt'])}",
    "less_than_equal": lambda says: f"must be at most {_number(says['le'])}",
    "too_short": lambda says: f"must have at least {_entries(says['min_length'])}",
    "too_long": lambda says: f"must have at most {_entries(says['max_length'])}",
    "string_too_short": lambda says: f"must have at least {count(says['min_length'], 'character')}",
    "string_too_long": lambda says: f"must have at most {count(says['max_length'], 'character')}",
    "string_pattern_mismatch": lambda says: PATTERNS.get(says["pattern"], "is not written as it has to be"),
}


def reason(problems: Sequence[ErrorDetails]) -> str:
    """What one value must be, and what it is. Several problems are the arms of a union: any of them will do."""
    told = [_told(one) for one in problems]
    start = "must be "
    if all(one.startswith(start) for one in told):
        wishes = list(dict.fromkeys(one.removeprefix(start) for one in told))
        if "a number" in wishes:
            wishes = [wish for wish in wishes if wish != "a whole number"]
        told = [start + " or ".join(wishes)]
    return f"{told[0]} (got {_shown(problems[0]['input'])})"


def _told(details: ErrorDetails) -> str:
    """What the value must be: `must be …` or another sentence without its subject."""
    kind = details["type"]
    if kind in _KINDS:
        return f"must be {_KINDS[kind]}"
    if kind in _LIMITS:
        return _LIMITS[kind](details["ctx"])
    message = details["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return message[:1].lower() + message[1:]


def _number(limit: object) -> str:
    return f"{limit:g}" if isinstance(limit, float) else str(limit)


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"


def _shown(value: object) -> str:
    match value:
        case dict() | list() | tuple():
            kind = "mapping" if isinstance(value, dict) else "list"
            return f"a {kind}" if value else f"an empty {kind}"
        case None | str() | int() | float():
            text = json.dumps(value)
            return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
        case _:
            return type(value).__name__
