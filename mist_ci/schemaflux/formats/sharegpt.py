"""sharegpt: `{"conversations": [{"from": "human" | "gpt" | …, "value"}, …], "system"?, "tools"? (a string)}`."""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.formats.format import Format, has, one_text
from mist_ci.schemaflux.formats.openai_chat import TOOLS
from mist_ci.schemaflux.formats.turns import parsed, tools
from mist_ci.schemaflux.message import (
    Message,
    Object,
    Side,
    ToolCall,
    indexed_objects,
    text_or_none,
)
from mist_ci.schemaflux.shape import ANYTHING, FLAG, TEXT, ListOf, OneOf, Record

ROLES = {
    "human": "user",
    "gpt": "assistant",
    "observation": "tool",
    "function_call": "assistant",
    "system": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
}
_TURN = Record(
    {"from": TEXT, "value": TEXT},
    {"weight": ANYTHING, "loss": ANYTHING},
    meant={"role": "from", "content": "value"},
)
_TOOLS = OneOf("a string of JSON", (TEXT, TOOLS))


def messages(row: Object, /) -> Iterator[Message]:
    """System prompt and conversation."""
    yield from one_text("system", "system", row.get("system") or None)
    for index, value in indexed_objects(row.get("conversations")):
        yield _message(f"conversations[{index}]", value)


def _message(field: str, value: Object) -> Message:
    written = text_or_none(value.get("from"))
    made = tuple(_calls(field, value.get("value"))) if written == "function_call" else ()
    return Message(
        field,
        value,
        role=None if written is None else ROLES.get(written, written),
        content=None if made else value.get("value"),
        at_role=f"{field}.from",
        at_content=f"{field}.value",
        calls=made,
        weight=value.get("weight"),
        is_masked=value.get("loss") is False,
    )


def _calls(field: str, text: JsonValue) -> Iterator[ToolCall]:
    """A call is JSON in the text: `{"name", "arguments"}`, or several of them in a list."""
    at = f"{field}.value"
    found = parsed(text)
    for made in found if isinstance(found, list) else [found]:
        if isinstance(made, dict):
            yield ToolCall(field, made, text_or_none(made.get("name")), made.get("arguments"), None, at, at)
        elif isinstance(text, str):
            yield ToolCall(field, {}, None, text, None, at, at)


def sides(row: Object, /) -> Iterator[Side]:
    """Both answers of a preference, a message each."""
    for name in ("chosen", "rejected"):
        value = row.get(name)
        if isinstance(value, dict):
            yield Side(name, name, (_message(name, value),))


FORMAT = Format(
    DataFormat.SHAREGPT,
    title="ShareGPT",
    evidence="conversations with from and value",
    shape=Record(
        {"conversations": ListOf(_TURN, at_least=1)},
        {"system": TEXT, "tools": _TOOLS, "chosen": _TURN, "rejected": _TURN, "kto_tag": FLAG},
    ),
    looks_like=lambda row: has(row, "conversations"),
    messages=messages,
    sides=sides,
    tools=tools,
    label=lambda row: row.get("kto_tag"),
    roles=ROLES,
    example={
        "conversations": [
            {"from": "human", "value": "What is 2+2?"},
            {"from": "gpt", "value": "4"},
        ]
    },
    taken_by="LLaMA-Factory, axolotl, unsloth, torchtune",
)
