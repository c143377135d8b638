"""openai-chat: `{"messages": [{"role", "content"}, …], "tools"?}`, the shape that most of the field reads."""

from collections.abc import Iterator, Mapping

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.formats.format import Format, has
from mist_ci.schemaflux.message import (
    Message,
    Object,
    ToolCall,
    ToolDeclaration,
    indexed_objects,
    text_or_none,
)
from mist_ci.schemaflux.shape import (
    ANYTHING,
    FLAG,
    OBJECT,
    TEXT,
    TEXT_OR_NULL,
    Fields,
    ListOf,
    OneOf,
    Record,
    Varied,
    Words,
    each,
)

PLAIN_KEYS = frozenset({"role", "content"})
"""All that most messages have."""
_TOOL_KEYS = PLAIN_KEYS | {"tool_calls", "tool_call_id"}
"""All that messages have which call tools and answer calls."""
ACTS = ("tool_calls", "function_call", "refusal", "audio")
"""What a message may say instead of its content."""
REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
SHAREGPT_KEYS: Mapping[str, str] = {"from": "role", "value": "content"}

_TEXT_PART = Record({"type": TEXT, "text": TEXT})
_OTHER_PART = Record({"type": TEXT})
PART = Varied(lambda part: _TEXT_PART if part.get("type") == "text" else _OTHER_PART, _TEXT_PART)
"""A part of a content. What images and audio need is the business of SF401."""
PARTS = ListOf(PART, name="a list of parts")
CONTENT = OneOf("a string, a list of parts or null", (TEXT, PARTS, TEXT_OR_NULL.options[1]))
FUNCTION = Record({"name": TEXT, "arguments": OneOf("a string or an object", (TEXT, OBJECT))})
CALL = Record(
    {"function": FUNCTION},
    {"id": TEXT, "type": Words(("function", "custom")), "index": ANYTHING, "custom": OBJECT},
    unless={"function": ("custom",)},
)
MESSAGE_FIELDS: Fields = {
    "name": TEXT,
    "weight": ANYTHING,
    "tool_calls": ListOf(CALL),
    "tool_call_id": TEXT,
    "function_call": FUNCTION,
    "refusal": ANYTHING,
    "audio": ANYTHING,
    **each(REASONING_KEYS, ANYTHING),
}
MESSAGE = Record(
    {"role": TEXT, "content": CONTENT}, MESSAGE_FIELDS, unless={"content": ACTS}, meant=SHAREGPT_KEYS
)
_TOOL_FUNCTION = Record(
    {}, {"name": TEXT, "description": ANYTHING, "parameters": ANYTHING, "strict": ANYTHING}
)
_TOOL_FIELDS: Fields = {"type": ANYTHING, "function": _TOOL_FUNCTION, "name": ANYTHING}
_FUNCTION_TOOL = Record({}, _TOOL_FIELDS, one_of=(("function", "name"),))
_OTHER_TOOL = Record({}, {"function": _TOOL_FUNCTION})
TOOLS = ListOf(
    Varied(lambda tool: _FUNCTION_TOOL if tool.get("type") == "function" else _OTHER_TOOL, _FUNCTION_TOOL)
)
ROW_FIELDS: Fields = {"tools": TOOLS, "functions": ANYTHING, "parallel_tool_calls": FLAG}
SHAPE = Record({"messages": ListOf(MESSAGE, at_least=1)}, ROW_FIELDS)


def messages(row: Object, /) -> Iterator[Message]:
    """The messages that are objects."""
    return messages_at("messages", row.get("messages"))


def messages_at(field: str, value: JsonValue) -> Iterator[Message]:
    """The messages of a list."""
    items = enumerate(value) if isinstance(value, list) else ()
    return iter([message(f"{field}[{index}]", item) for index, item in items if isinstance(item, dict)])


def message(field: str, value: Object) -> Message:
    """One message, with whatever it has."""
    role, content = text_or_none(value.get("role")), value.get("content")
    at_role, at_content = f"{field}.role", f"{field}.content"
    if value.keys() <= PLAIN_KEYS:
        return Message(field, value, role, content, at_role, at_content)
    result_of = text_or_none(value.get("tool_call_id")) or None
    if value.keys() <= _TOOL_KEYS:
        made = tuple(calls(field, value)) if "tool_calls" in value else ()
        is_act = value.get("tool_calls") not in (None, "", [])
        return Message(field, value, role, content, at_role, at_content, made, result_of, other_acts=is_act)
    reasoning = (value[key] for key in REASONING_KEYS if isinstance(value.get(key), str))
    return Message(
        field,
        value,
        role,
        content,
        at_role,
        at_content,
        calls=tuple(calls(field, value)),
        result_of=result_of,
        weight=value.get("weight"),
        reasoning=text_or_none(next(reasoning, None)),
        other_acts=any(value.get(key) not in (None, "", []) for key in ACTS),
    )


def calls(field: str, message_value: Object) -> Iterator[ToolCall]:
    """Tool calls, with the older `function_call` as one more."""
    for index, value in indexed_objects(message_value.get("tool_calls")):
        function = value.get("function")
        at = f"{field}.tool_calls[{index}]"
        yield _call(at, value, f"{at}.function", function if isinstance(function, dict) else {})
    legacy = message_value.get("function_call")
    if isinstance(legacy, dict):
        yield _call(f"{field}.function_call", legacy, f"{field}.function_call", legacy, is_legacy=True)


def _call(field: str, value: Object, at: str, function: Object, *, is_legacy: bool = False) -> ToolCall:
    return ToolCall(
        field,
        value,
        name=text_or_none(function.get("name")),
        arguments=function.get("arguments"),
        id=None if is_legacy else text_or_none(value.get("id")),
        at_name=f"{at}.name",
        at_arguments=f"{at}.arguments",
        is_legacy=is_legacy,
    )


def tools(row: Object, /) -> Iterator[ToolDeclaration]:
    """Tools, and the older `functions`."""
    for key in ("tools", "functions"):
        yield from tools_at(key, row.get(key))


def tools_at(field: str, value: JsonValue) -> Iterator[ToolDeclaration]:
    """The tools of a list."""
    return (declaration(f"{field}[{index}]", item) for index, item in indexed_objects(value))


def declaration(field: str, value: Object) -> ToolDeclaration:
    """One tool: `{"type": "function", "function": {…}}`, or the function itself."""
    for key in ("function", "custom"):
        inner = value.get(key)
        if isinstance(inner, dict):
            return _declared(field, value, f"{field}.{key}", inner)
    return _declared(field, value, field, value)


def _declared(field: str, value: Object, at: str, function: Object) -> ToolDeclaration:
    return ToolDeclaration(
        field,
        value,
        name=text_or_none(function.get("name")),
        description=text_or_none(function.get("description")),
        parameters=function.get("parameters"),
        at_name=f"{at}.name",
        at_parameters=f"{at}.parameters",
    )


FORMAT = Format(
    DataFormat.OPENAI_CHAT,
    title="OpenAI chat",
    evidence="messages with role and content",
    shape=SHAPE,
    looks_like=lambda row: has(row, "messages"),
    messages=messages,
    tools=tools,
    example={
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is 2+2?"},
            {"role": "assistant", "content": "4"},
        ]
    },
    taken_by="OpenAI, Azure, Together, Fireworks, TRL, axolotl, LLaMA-Factory (`messages`), torchtune (`openai`)",
)
