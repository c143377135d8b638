"""Examples for rules: training files written as Python values."""

import json

from mist_ci.parsing.strict_json import JsonValue


def rows(*values: JsonValue) -> bytes:
    """A JSONL file with one row per value."""
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def chat(*turns: tuple[str, str]) -> JsonValue:
    """A row of (role, content) turns."""
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def call(name: str, arguments: str, call_id: str = "call_1") -> JsonValue:
    """An assistant message that calls one tool."""
    function: JsonValue = {"name": name, "arguments": arguments}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": call_id, "type": "function", "function": function}],
    }


def result(call_id: str, content: str) -> JsonValue:
    """What a tool answered."""
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def tool(name: str, description: str | None = None) -> JsonValue:
    """The declaration of a tool without parameters."""
    told: dict[str, JsonValue] = {} if description is None else {"description": description}
    return {
        "type": "function",
        "function": {"name": name, **told, "parameters": {"type": "object", "properties": {}}},
    }


def tool_with(name: str, properties: dict[str, JsonValue], *required: str) -> JsonValue:
    """The declaration of a tool with parameters."""
    parameters: JsonValue = {"type": "object", "properties": properties, "required": [*required]}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


ASK: JsonValue = {"role": "user", "content": "Weather in Oslo?"}
TELL: JsonValue = {"role": "assistant", "content": "It rains."}
GOOD = rows(chat(("user", "What is 2+2?"), ("assistant", "4")))
GOOD_CALL = rows(
    {
        "messages": [ASK, call("weather", '{"city": "Oslo"}'), result("call_1", "rain"), TELL],
        "tools": [tool("weather")],
    }
)
