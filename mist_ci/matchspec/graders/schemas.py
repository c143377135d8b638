"""JSON Schemas that a suite brings along, and that a pull request may have written: checked before they are used."""

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from mist_ci.parsing.references import expanded_size

if TYPE_CHECKING:
    import jsonschema_rs

    from mist_ci.parsing.strict_json import JsonValue

_MOST_BYTES = 1 << 16
_MOST_PARTS = 10_000
_PATTERN_BYTES = 1 << 18
MOST_WORK = 10**9
"""Parts of a schema times characters of an answer: some seconds, at worst."""


class BadSchema(ValueError):
    """No schema that can be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema, compiled. `parts` counts objects and lists, each as often as it is referred to."""

    validator: "jsonschema_rs.Validator"
    parts: int


def compiled(schema: object) -> Schema:
    """The schema, compiled once and kept. Raises BadSchema.

    Nothing is ever fetched, patterns are linear in the text, and a schema that refers to itself is refused: checking
    an answer takes a time that grows with the answer only.
    """
    return _compiled(json.dumps(schema, sort_keys=True))


@functools.lru_cache(maxsize=4096)
def _compiled(text: str) -> Schema:
    import jsonschema_rs  # noqa: PLC0415 - 40 ms, for suites that have a schema

    if len(text) > _MOST_BYTES:
        raise BadSchema(f"a schema must not be longer than {_MOST_BYTES:,} characters of JSON")
    schema = cast("dict[str, JsonValue]", json.loads(text))
    patterns = jsonschema_rs.RegexOptions(size_limit=_PATTERN_BYTES, dfa_size_limit=_PATTERN_BYTES)
    try:
        validator = jsonschema_rs.validator_for(
            schema, offline=True, validate_formats=True, pattern_options=patterns
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        reason = getattr(error, "message", None) or str(error)
        raise BadSchema(f"is no schema that can be used: {reason.splitlines()[0][:200]}") from None
    parts = expanded_size(schema)
    if parts > _MOST_PARTS:
        raise BadSchema(f"a schema must not refer to itself, nor have more than {_MOST_PARTS:,} parts")
    return Schema(validator, parts)
