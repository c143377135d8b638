"""vertex: Gemini's `{"contents": [{"role": "user" | "model", "parts": […]}], "systemInstruction"?, "tools"?}`.

Preferences have `completions` with a score of 1 or 0 each.
"""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.formats.format import Format, has
from mist_ci.schemaflux.formats.spoken import spoken
from mist_ci.schemaflux.message import (
    Message,
    Object,
    Side,
    ToolCall,
    ToolDeclaration,
    indexed_objects,
    text_or_none,
)
from mist_ci.schemaflux.shape import ANYTHING, NUMBER, OBJECT, TEXT, Fields, ListOf, Record, each

_ROLES = {"user": "user", "model": "assistant", "function": "tool", "tool": "tool"}
_CALLS = ("functionCall", "function_call")
_RESULTS = ("functionResponse", "function_response")
_DECLARATIONS = ("functionDeclarations", "function_declarations")
_SYSTEM = ("systemInstruction", "system_instruction")
_PART_FIELDS: Fields = {
    "text": TEXT,
    **each(_CALLS, Record({"name": TEXT}, {"args": OBJECT, "id": TEXT})),
    **each(_RESULTS, Record({"name": TEXT, "response": OBJECT}, {"id": TEXT})),
    "fileData": Record(each(("mimeType", "fileUri"), TEXT)),
    "file_data": Record(each(("mime_type", "file_uri"), TEXT)),
    "inlineData": Record(each(("mimeType", "data"), TEXT)),
    "inline_data": Record(each(("mime_type", "data"), TEXT)),
}
_PART = Record(optional=_PART_FIELDS, one_of=(tuple(_PART_FIELDS),))
_PARTS = ListOf(_PART, at_least=1)
_MEANT = {"content": "parts"}
_TURN = Record({"role": TEXT, "parts": _PARTS}, meant=_MEANT)
_COMPLETION = Record({"score": NUMBER, "completion": _TURN})
_DECLARATION = Record({"name": TEXT}, {"description": TEXT, "parameters": OBJECT})
_TOOL = Record(optional=each(_DECLARATIONS, ListOf(_DECLARATION)))


def messages(row: Object, /) -> Iterator[Message]:
    """System instruction and contents. The result of a function is a message of its own."""
    for key in _SYSTEM:
        system = row.get(key)
        if isinstance(system, dict):
            yield from (replace(one, role="system", at_role="") for one in _turn(key, system))
    for index, value in indexed_objects(row.get("contents")):
        yield from _turn(f"contents[{index}]", value)


def sides(row: Object, /) -> Iterator[Side]:
    """Completions by their score."""
    for index, value in indexed_objects(row.get("completions")):
        completion = value.get("completion")
        field = f"completions[{index}].completion"
        if isinstance(completion, dict):
            name = "chosen" if value.get("score") == 1 else "rejected"
            yield Side(name, field, tuple(_turn(field, completion)))


def _turn(field: str, value: Object) -> Iterator[Message]:
    parts = list(indexed_objects(value.get("parts")))
    results = [
        (f"{field}.parts[{index}].{key}", result)
        for index, part in parts
        for key in _RESULTS
        if isinstance(result := part.get(key), dict)
    ]
    for at, result in results:
        said = msgspec.json.encode(result.get("response")).decode()
        answered = text_or_none(result.get("id")) or None
        yield Message(at, result, "tool", said, at_content=f"{at}.response", result_of=answered)
    if results and len(results) == len(parts):
        return
    said_parts, at_content = spoken(f"{field}.parts", value.get("parts"))
    written = text_or_none(value.get("role"))
    role = None if written is None else _ROLES.get(written, written)
    made = tuple(_calls(f"{field}.parts", parts))
    yield Message(field, value, role, said_parts, f"{field}.role", at_content, calls=made)


def _calls(field: str, parts: list[tuple[int, Object]]) -> Iterator[ToolCall]:
    for index, part in parts:
        for key in _CALLS:
            made = part.get(key)
            if isinstance(made, dict):
                at, name = f"{field}[{index}].{key}", text_or_none(made.get("name"))
                made_id = text_or_none(made.get("id"))
                yield ToolCall(at, made, name, made.get("args", {}), made_id, f"{at}.name", f"{at}.args")


def tools(row: Object, /) -> Iterator[ToolDeclaration]:
    """Functions are declared in lists inside of tools."""
    for index, tool in indexed_objects(row.get("tools")):
        for key in _DECLARATIONS:
            for number, value in indexed_objects(tool.get(key)):
                at = f"tools[{index}].{key}[{number}]"
                yield ToolDeclaration(
                    at,
                    value,
                    name=text_or_none(value.get("name")),
                    description=text_or_none(value.get("description")),
                    parameters=_json_schema(value.get("parameters")),
                    at_name=f"{at}.name",
                    at_parameters=f"{at}.parameters",
                )


def _json_schema(parameters: JsonValue) -> JsonValue:
    """Google's schemas are JSON Schema whose types may be in capitals."""
    if isinstance(parameters, list):
        return [_json_schema(item) for item in parameters]
    if not isinstance(parameters, dict):
        return parameters
    return {
        key: item.lower() if key == "type" and isinstance(item, str) else _json_schema(item)
        for key, item in parameters.items()
    }


FORMAT = Format(
    DataFormat.VERTEX,
    title="Vertex AI (Gemini)",
    evidence="contents with role and parts",
    shape=Record(
        {"contents": ListOf(_TURN, at_least=1)},
        each(_SYSTEM, Record({"parts": _PARTS}, {"role": TEXT}, meant=_MEANT))
        | {"tools": ListOf(_TOOL), "completions": ListOf(_COMPLETION), "references": OBJECT}
        | each(("generationConfig", "toolConfig", "labels"), ANYTHING),
    ),
    looks_like=lambda row: has(row, "contents"),
    messages=messages,
    sides=sides,
    tools=tools,
    roles=_ROLES,
    example={
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "What is 2+2?"}]},
            {"role": "model", "parts": [{"text": "4"}]},
        ],
    },
    taken_by="Google Vertex AI",
)
