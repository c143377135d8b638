"""Calls of a row next to the tools that they call."""

from collections.abc import Iterator

import msgspec

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.message import Object, ToolCall
from mist_ci.schemaflux.row import Row

_decode = msgspec.json.Decoder().decode


def calls_with_schema(
    row: Row, *, with_nulls: bool = False
) -> Iterator[tuple[ToolCall, Object, Object, int]]:
    """Each call whose arguments and schema are objects: the call, both of them, and the bytes of the arguments.

    Nothing for a tool that is declared twice: which one is meant? `with_nulls` for calls with null arguments only.
    """
    made = [call for message in row.said for call in message.calls]
    if with_nulls:
        made = [call for call in made if not isinstance(call.arguments, str) or "null" in call.arguments]
    if not made:
        return
    schemas = _schemas(row)
    for call in made:
        schema = schemas.get(call.name or "")
        arguments = None if schema is None else arguments_of(call)
        if schema is not None and arguments is not None:
            text = call.arguments
            yield call, arguments, schema, len(text) if isinstance(text, str) else len(row.raw)


def arguments_of(call: ToolCall) -> Object | None:
    """The arguments as an object; None when they are none, which is SF301."""
    arguments = call.arguments
    if isinstance(arguments, str):
        try:
            arguments = _decode(arguments)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
    return arguments if isinstance(arguments, dict) else None


def _schemas(row: Row) -> dict[str, Object | None]:
    found: dict[str, Object | None] = {}
    for tool in row.tools:
        if tool.name:
            found[tool.name] = None if tool.name in found else _of_object(tool.parameters)
    return found


def _of_object(parameters: JsonValue) -> Object | None:
    """A schema of an object; another one is SF316's."""
    if not isinstance(parameters, dict):
        return None
    kind = parameters.get("type", "object")
    return parameters if kind == "object" or (isinstance(kind, list) and "object" in kind) else None
