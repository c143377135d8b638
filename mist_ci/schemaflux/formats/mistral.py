"""mistral: openai-chat where `messages` may be `interactions`, `tools` `available_tools`, and `content` `text`."""

from collections.abc import Iterator

from msgspec.structs import replace

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats import openai_chat
from mist_ci.schemaflux.formats.format import CANONICAL_ROLES, Format, one_text
from mist_ci.schemaflux.formats.openai_chat import ACTS, CONTENT, MESSAGE_FIELDS, SHAREGPT_KEYS, TOOLS
from mist_ci.schemaflux.message import Message, Object, ToolDeclaration, indexed_objects
from mist_ci.schemaflux.shape import ANYTHING, TEXT, ListOf, Record, each

_OWN_KEYS = ("interactions", "available_tools", "system_prompt", "only_last")
_TURNS = ("messages", "interactions")
_TOOL_LISTS = ("tools", "available_tools")
_TURN = Record(
    {"role": TEXT, "content": CONTENT},
    MESSAGE_FIELDS | {"text": TEXT},
    unless={"content": (*ACTS, "text")},
    meant=SHAREGPT_KEYS,
)


def messages(row: Object, /) -> Iterator[Message]:
    """System prompt and messages."""
    yield from one_text("system_prompt", "system", row.get("system_prompt") or None)
    key = next((key for key in _TURNS if row.get(key) is not None), "messages")
    for index, value in indexed_objects(row.get(key)):
        one = openai_chat.message(f"{key}[{index}]", value)
        is_text = "text" in value and value.get("content") is None
        yield replace(one, content=value["text"], at_content=f"{one.field}.text") if is_text else one


def tools(row: Object, /) -> Iterator[ToolDeclaration]:
    """Tools under either name."""
    for key in _TOOL_LISTS:
        yield from openai_chat.tools_at(key, row.get(key))


FORMAT = Format(
    DataFormat.MISTRAL,
    title="Mistral",
    evidence="messages with a key of Mistral's own",
    shape=Record(
        optional=each(_TURNS, ListOf(_TURN, at_least=1))
        | each(_TOOL_LISTS, TOOLS)
        | {"system_prompt": TEXT, "only_last": ANYTHING, "parallel_tool_calls": ANYTHING},
        one_of=(_TURNS,),
    ),
    looks_like=lambda row: not row.keys().isdisjoint(_OWN_KEYS) and not row.keys().isdisjoint(_TURNS),
    messages=messages,
    tools=tools,
    roles={role: role for role in CANONICAL_ROLES if role != "developer"},
    example={
        "system_prompt": "Be brief.",
        "interactions": [
            {"role": "user", "content": "What is 2+2?"},
            {"role": "assistant", "content": "4", "weight": 1},
        ],
    },
    taken_by="Mistral (its API and mistral-finetune)",
)
