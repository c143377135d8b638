"""Null arguments that no schema asks for.

Arrow keeps one set of keys per column. Rows that are loaded and saved with it get all arguments of all tools, the
missing ones as null: axolotl#2909, trl#5376.
"""

from collections.abc import Iterator, Mapping

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.message import Object

_CHOICES = ("anyOf", "oneOf")


def unwanted_nulls(arguments: Object, schema: Object) -> Iterator[str]:
    """Names of arguments that are null, need not be there, and may not be null by the schema."""
    properties = schema.get("properties")
    if not isinstance(properties, dict) or "patternProperties" in schema:
        return
    others = schema.get("additionalProperties", False)
    for name in _optional_nulls(arguments, schema):
        if not allows_null(properties.get(name, others)):
            yield name


def without_optional_nulls(arguments: Object, schema: Object) -> Object:
    """The arguments without the nulls that need not be there."""
    nulls = set(_optional_nulls(arguments, schema))
    return {name: value for name, value in arguments.items() if name not in nulls}


def _optional_nulls(arguments: Object, schema: Object) -> list[str]:
    required = schema.get("required")
    needed = required if isinstance(required, list) else []
    return [name for name, value in arguments.items() if value is None and name not in needed]


def allows_null(schema: JsonValue) -> bool:
    """True where null fits, and where it is not said: a reference, no type at all."""
    if not isinstance(schema, Mapping):
        return schema is not False
    if schema.get("nullable") is True or schema.get("default", "") is None or "$ref" in schema:
        return True
    for key in _CHOICES:
        choices = schema.get(key)
        if isinstance(choices, list):
            return any(allows_null(choice) for choice in choices)
    if "enum" in schema:
        listed = schema["enum"]
        return isinstance(listed, list) and None in listed
    kind = schema.get("type")
    return kind is None or kind == "null" or (isinstance(kind, list) and "null" in kind)
