"""openai-chat: `{"messages": [{"role", "content"}, …], "tools"?}`, the shape that most of the field reads."""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats.format import Format
from mist_ci.schemaflux.message import (
    Message,
    Object,
    ToolCall,
    ToolDeclaration,
    indexed_objects,
    text_or_none,
)

PLAIN_KEYS = frozenset({"role", "content"})
"""All that most messages have."""
_ACTS = ("refusal", "audio", "tool_calls", "function_call")
REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")


def messages(row: Object, /) -> Iterator[Message]:
    """The messages that are objects."""
    for index, value in indexed_objects(row.get("messages")):
        yield message(f"messages[{index}]", value)


def message(field: str, value: Object) -> Message:
    """One message, with whatever it has."""
    role, content = text_or_none(value.get("role")), value.get("content")
    at_role, at_content = f"{field}.role", f"{field}.content"
    if value.keys() <= PLAIN_KEYS:
        return Message(field, value, role, content, at_role, at_content)
    reasoning = (value[key] for key in REASONING_KEYS if isinstance(value.get(key), str))
    return Message(
        field,
        value,
        role,
        content,
        at_role,
        at_content,
        calls=tuple(calls(field, value)),
        result_of=text_or_none(value.get("tool_call_id")) or None,
        weight=value.get("weight"),
        reasoning=text_or_none(next(reasoning, None)),
        other_acts=any(
            value.get(key) not in (None, "", [])
            for key in ("refusal", "audio", "tool_calls", "function_call")
        ),
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
        for index, value in indexed_objects(row.get(key)):
            yield declaration(f"{key}[{index}]", value)


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


def is_complete(row: Object) -> bool:
    """True when there are messages and all are objects."""
    listed = row.get("messages")
    return isinstance(listed, list) and bool(listed) and all(isinstance(item, dict) for item in listed)


FORMAT = Format(DataFormat.OPENAI_CHAT, messages=messages, is_complete=is_complete, tools=tools)
