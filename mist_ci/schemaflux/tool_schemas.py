"""JSON Schemas of tools, compiled once and kept, and never trusted.

A row brings its schema along, so a schema may be hostile: nothing is fetched, patterns run with a limit, and a schema
whose check could take for ever (it refers to itself, repeats itself by references, or has very many patterns) is left
unchecked.
"""

from collections import OrderedDict
from dataclasses import dataclass

import jsonschema_rs
import msgspec

from mist_ci.parsing.references import expanded_size
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.message import Object

_MOST_SCHEMA_BYTES = 1 << 16
_MOST_KEPT_BYTES = 8 << 20
_MOST_PATTERNS = 64
_MOST_NODES = 10_000
_MOST_WORK = 10**9
"""Bytes of a schema times bytes of arguments: about a second, at worst."""
_PATTERNS = jsonschema_rs.FancyRegexOptions(backtrack_limit=10_000, size_limit=1 << 18)
_DRAFTS = (
    jsonschema_rs.Draft202012Validator,
    jsonschema_rs.Draft7Validator,
    jsonschema_rs.Draft4Validator,
)
"""Who writes tools by hand does not say which draft; right in one of them is right."""
_KINDS = jsonschema_rs.ValidationErrorKind
_UNDECIDED = (_KINDS.BacktrackLimitExceeded, _KINDS.RegexEngineFailure)
_LONGEST_REASON = 120
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """Why something does not fit a schema: a sentence, and where (`properties.city.type`)."""

    reason: str
    path: str
    is_null: bool = False
    """True where the value that does not fit is null."""


@dataclass(frozen=True, slots=True)
class ToolSchema:
    """The parameters of a tool. Without fault and validator: not checked, because it could take too long."""

    size: int
    """Bytes as JSON."""
    fault: SchemaFault | None = None
    """What is wrong with the schema itself."""
    validator: jsonschema_rs.Validator | None = None

    def first_fault(self, arguments: Object, size: int) -> SchemaFault | None:
        """The first thing that does not fit into the arguments (`size` bytes of JSON); None where nobody can tell."""
        if self.validator is None or self.size * size > _MOST_WORK or self.validator.is_valid(arguments):
            return None
        try:
            self.validator.validate(arguments)
        except jsonschema_rs.ValidationError as error:
            return None if isinstance(error.kind, _UNDECIDED) else _fault(error)
        return None


@dataclass(slots=True)
class _Shelf:
    """The schemas that were used last, up to a number of bytes."""

    kept: OrderedDict[bytes, ToolSchema]
    size: int = 0

    def get(self, key: bytes) -> ToolSchema | None:
        found = self.kept.get(key)
        if found is not None:
            self.kept.move_to_end(key)
        return found

    def put(self, key: bytes, schema: ToolSchema) -> None:
        self.kept[key] = schema
        self.size += len(key)
        while self.size > _MOST_KEPT_BYTES:
            oldest, _ = self.kept.popitem(last=False)
            self.size -= len(oldest)


_shelf = _Shelf(OrderedDict())


def read_schema(parameters: Object) -> ToolSchema:
    """The schema of a tool's parameters; the same one again costs two microseconds."""
    key = _encode(parameters)
    if len(key) > _MOST_SCHEMA_BYTES:
        return ToolSchema(len(key))
    found = _shelf.get(key)
    if found is None:
        found = _compile(parameters, key)
        _shelf.put(key, found)
    return found


def without_nulls(value: JsonValue) -> JsonValue:
    """A value without the members that are null."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def _compile(schema: Object, key: bytes) -> ToolSchema:
    if key.count(b'"pattern') > _MOST_PATTERNS:
        return ToolSchema(len(key))
    faults: list[SchemaFault | None] = []
    for draft in _DRAFTS:
        try:
            validator = draft(dict(schema), offline=True, validate_formats=False, pattern_options=_PATTERNS)
        except jsonschema_rs.ValidationError as error:
            faults.append(_fault_of_schema(error))
        else:
            is_small = (b'Ref"' not in key and b'$ref"' not in key) or expanded_size(
                dict(schema)
            ) <= _MOST_NODES
            return ToolSchema(len(key), validator=validator if is_small else None)
    return ToolSchema(len(key), fault=None if None in faults else faults[0])


def _fault_of_schema(error: jsonschema_rs.ValidationError) -> SchemaFault | None:
    """None where the schema may be right: a document elsewhere, a pattern of another language."""
    if error.kind.name == "format" or (error.kind.name == "$ref" and "does not exist" not in error.message):
        return None
    return _fault(error)


def _fault(error: jsonschema_rs.ValidationError) -> SchemaFault:
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path]
    return SchemaFault(_in_words(error), "".join(steps).lstrip("."), error.instance is None)


def _in_words(error: jsonschema_rs.ValidationError) -> str:
    kind, path = error.kind.name, error.instance_path
    if kind == "anyOf" and path[-1:] == ["type"]:
        return f"{_encode(error.instance).decode()[:40]} is no type of JSON Schema"
    if kind == "falseSchema":
        return "nothing is allowed here"
    text = " ".join(error.message.split())
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"
