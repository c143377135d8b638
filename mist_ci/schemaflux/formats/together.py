"""together: openai-chat, and a row may have a weight of its own, a number from 0 up; prompts may be lists of parts."""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats import openai_chat, prompt_completion
from mist_ci.schemaflux.formats.format import Format, has
from mist_ci.schemaflux.formats.openai_chat import ROW_FIELDS
from mist_ci.schemaflux.message import Message, Object
from mist_ci.schemaflux.shape import NUMBER, Record


def looks_like(row: Object) -> bool:
    """The weight tells it from openai-chat and prompt-completion."""
    return has(row, "weight") and (has(row, "messages") or has(row, "prompt", "completion"))


def messages(row: Object, /) -> Iterator[Message]:
    """Messages, or a prompt and its completion."""
    read = openai_chat.messages if has(row, "messages") else prompt_completion.messages
    yield from read(row)


FORMAT = Format(
    DataFormat.TOGETHER,
    title="Together",
    evidence="messages and a weight of the row",
    shape=Record(
        optional={
            "messages": openai_chat.SHAPE.required["messages"],
            **prompt_completion.FIELDS,
            **ROW_FIELDS,
            "weight": NUMBER,
        },
        one_of=(("messages", "prompt"), ("messages", "completion")),
    ),
    looks_like=looks_like,
    messages=messages,
    tools=openai_chat.tools,
    example={**openai_chat.FORMAT.example, "weight": 0.5},
    taken_by="Together",
)
