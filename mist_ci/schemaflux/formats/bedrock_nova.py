"""bedrock-nova: the messages of Amazon's Converse API: content is always a list of parts, and parts have no type."""

from collections.abc import Iterator, Mapping

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
from mist_ci.schemaflux.shape import ANYTHING, OBJECT, TEXT, ListOf, Record

SCHEMA_VERSION = "bedrock-conversation-2024"
_RESULT = Record(
    optional={"text": TEXT, "json": ANYTHING, "image": OBJECT}, one_of=(("text", "json", "image"),)
)
_PART = Record(
    optional={
        "text": TEXT,
        "toolUse": Record({"toolUseId": TEXT, "name": TEXT, "input": OBJECT}),
        "toolResult": Record({"toolUseId": TEXT, "content": ListOf(_RESULT)}, {"status": TEXT}),
        "reasoningContent": Record(optional={"reasoningText": Record({"text": TEXT})}),
        "image": OBJECT,
        "video": OBJECT,
        "document": OBJECT,
    },
    one_of=(("text", "toolUse", "toolResult", "reasoningContent", "image", "video", "document"),),
)
_PARTS = ListOf(_PART, name="a list of parts")
_CANDIDATE = Record({"content": _PARTS, "preferenceLabel": TEXT})
_TURN = Record(
    {"role": TEXT, "content": _PARTS},
    {"candidates": ListOf(_CANDIDATE)},
    unless={"content": ("candidates",)},
)
_TOOL = Record(
    optional={
        "toolSpec": Record({"name": TEXT}, {"description": TEXT, "inputSchema": OBJECT}),
        "cachePoint": OBJECT,
    },
    one_of=(("toolSpec", "cachePoint"),),
)
_LABELS = {"preferred": "chosen", "non-preferred": "rejected"}


def looks_like(row: Object) -> bool:
    """The version of the schema, tools in `toolConfig`, or parts without a type in all messages."""
    if not has(row, "messages"):
        return False
    turns = [turn for _, turn in indexed_objects(row["messages"])]
    return not row.keys().isdisjoint(("schemaVersion", "toolConfig")) or (
        bool(turns) and all(_is_typeless(turn.get("content")) for turn in turns)
    )


def _is_typeless(content: JsonValue) -> bool:
    return isinstance(content, list) and any("type" not in part for _, part in indexed_objects(content))


def messages(row: Object, /) -> Iterator[Message]:
    """System prompts and messages. The result of a tool is a message of its own; candidates are sides."""
    for index, value in indexed_objects(row.get("system")):
        field = f"system[{index}]"
        yield Message(field, value, "system", value.get("text"), at_content=f"{field}.text")
    for index, value in indexed_objects(row.get("messages")):
        if "candidates" not in value:
            field = f"messages[{index}]"
            yield from _turn(field, value, text_or_none(value.get("role")), value.get("content"))


def sides(row: Object, /) -> Iterator[Side]:
    """The candidates of the last message, one side each."""
    for index, value in indexed_objects(row.get("messages")):
        for number, candidate in indexed_objects(value.get("candidates")):
            field = f"messages[{index}].candidates[{number}]"
            name = _LABELS.get(str(candidate.get("preferenceLabel")), "")
            said = _turn(field, candidate, "assistant", candidate.get("content"))
            yield Side(name, field, tuple(replace(one, at_role="") for one in said))


def _turn(field: str, value: Object, role: str | None, content: JsonValue) -> Iterator[Message]:
    """What is said; before it, the results of tools as messages of their own."""
    parts = list(indexed_objects(content))
    results = [(index, result) for index, part in parts if isinstance(result := part.get("toolResult"), dict)]
    for index, result in results:
        yield _result(f"{field}.content[{index}].toolResult", result)
    if results and len(results) == len(parts):
        return
    said, at_content = spoken(f"{field}.content", content)
    yield Message(
        field,
        value,
        role,
        said,
        f"{field}.role",
        at_content,
        calls=tuple(_calls(f"{field}.content", parts)),
        reasoning=_reasoning(parts),
    )


def _result(field: str, value: Object) -> Message:
    """What one tool answered."""
    said, at_content = spoken(f"{field}.content", value.get("content"))
    return Message(
        field,
        value,
        "tool",
        said,
        at_content=at_content,
        result_of=text_or_none(value.get("toolUseId")) or None,
    )


def _calls(field: str, parts: list[tuple[int, Object]]) -> Iterator[ToolCall]:
    for index, part in parts:
        use = part.get("toolUse")
        if isinstance(use, dict):
            at = f"{field}[{index}].toolUse"
            name, made_id = text_or_none(use.get("name")), text_or_none(use.get("toolUseId"))
            yield ToolCall(at, use, name, use.get("input"), made_id, f"{at}.name", f"{at}.input")


def _reasoning(parts: list[tuple[int, Object]]) -> str | None:
    for _, part in parts:
        match part:
            case {"reasoningContent": {"reasoningText": {"text": str(text)}}}:
                return text
            case _:
                pass
    return None


def tools(row: Object, /) -> Iterator[ToolDeclaration]:
    """Tools are declared in `toolConfig`."""
    config = row.get("toolConfig")
    for index, value in indexed_objects(config.get("tools") if isinstance(config, dict) else None):
        spec = value.get("toolSpec")
        if isinstance(spec, dict):
            at = f"toolConfig.tools[{index}].toolSpec"
            yield _declaration(at, spec)


def _declaration(at: str, spec: Mapping[str, JsonValue]) -> ToolDeclaration:
    schema = spec.get("inputSchema")
    return ToolDeclaration(
        at,
        spec,
        name=text_or_none(spec.get("name")),
        description=text_or_none(spec.get("description")),
        parameters=schema.get("json") if isinstance(schema, dict) else None,
        at_name=f"{at}.name",
        at_parameters=f"{at}.inputSchema.json",
    )


FORMAT = Format(
    DataFormat.BEDROCK_NOVA,
    title="Amazon Bedrock (Converse)",
    evidence="messages of Amazon's Converse API",
    shape=Record(
        {"schemaVersion": TEXT, "messages": ListOf(_TURN, at_least=1)},
        {
            "system": ListOf(Record({"text": TEXT})),
            "toolConfig": Record({"tools": ListOf(_TOOL)}, {"toolChoice": ANYTHING}),
        },
    ),
    looks_like=looks_like,
    messages=messages,
    sides=sides,
    tools=tools,
    roles={"user": "user", "assistant": "assistant"},
    example={
        "schemaVersion": SCHEMA_VERSION,
        "system": [{"text": "Be brief."}],
        "messages": [
            {"role": "user", "content": [{"text": "What is 2+2?"}]},
            {"role": "assistant", "content": [{"text": "4"}]},
        ],
    },
    taken_by="Amazon Bedrock: Nova, Llama, distillation",
)
