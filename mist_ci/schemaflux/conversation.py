"""What a trainer hands to `apply_chat_template` for a row."""

import json
from collections.abc import Mapping
from enum import StrEnum

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.ports.executor import Conversation
from mist_ci.schemaflux.marks import marked, needs_marks
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.row import Row

_NEVER = frozenset({DataFormat.TEXT, DataFormat.CLASSIFICATION, DataFormat.BEDROCK_NOVA, DataFormat.VERTEX})
"""Text is trained as it is, and providers have their own templates."""
_STRINGS_ARE_TURNS = frozenset({DataFormat.ALPACA, DataFormat.SHAREGPT})
"""Where a trainer makes messages of what are plain strings in the row."""


class Skip(StrEnum):
    """Why a row is not rendered."""

    NO_TEMPLATE = "trainers apply no chat template to rows of this format"
    PLAIN_ONLY = "this chat template was written for texts only, without tools and parts"


def conversation(row: Row, template: ChatTemplate) -> Conversation | Skip:
    """The conversation of a sound row, or why no template is applied to it, or not this one."""
    messages = rendered_messages(row)
    tools = _tools(row)
    if not messages:
        return Skip.NO_TEMPLATE
    if template.plain_only and (tools or not all(map(_is_plain, messages))):
        return Skip.PLAIN_ONLY
    return Conversation(
        messages,
        tools=tools,
        documents=row.object.get("documents"),
        kwargs=row.object.get("chat_template_kwargs") or {},
        prompt_length=answer_index(row),
        marked=marked(messages)[0] if needs_marks(messages) else None,
    )


def spoken(row: Row) -> tuple[Message, ...]:
    """What is rendered: the conversation, of preference data with the answer that is preferred."""
    return (*row.messages, *(row.sides[0].messages if row.sides else ()))


def answer_index(row: Row) -> int | None:
    """Position of the last message where it is what is trained, and something stands before it."""
    said = spoken(row)
    return len(said) - 1 if len(said) > 1 and said[-1].is_trained else None


def rendered_messages(row: Row) -> list[JsonValue]:
    """The messages as a template sees them; none where no template is applied."""
    if row.format in _NEVER:
        return []
    if row.format is DataFormat.OPENAI_CHAT:
        found = row.object.get("messages")
        return found if isinstance(found, list) else []
    said = spoken(row)
    if row.format not in _STRINGS_ARE_TURNS and not all(message.value for message in said):
        return []
    return [_as_read(message) for message in said]


def _as_read(message: Message) -> JsonValue:
    if "role" in message.value and "content" in message.value:
        return dict(message.value)
    calls: list[JsonValue] = [
        {"type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in message.calls
    ]
    return {"role": message.role, "content": message.content, **({"tool_calls": calls} if calls else {})}


def _tools(row: Row) -> JsonValue:
    """Tools may be written as a string of JSON, because columns of a data set have one type."""
    inside = row.object.get("input") if row.format is DataFormat.OPENAI_DPO else row.object
    value = inside.get("tools") if isinstance(inside, Mapping) else None
    if not isinstance(value, str):
        return value
    try:
        found: JsonValue = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found


def _is_plain(message: JsonValue) -> bool:
    return (
        isinstance(message, dict)
        and isinstance(message.get("content"), str)
        and message.get("role") in ("system", "user", "assistant")
        and not message.get("tool_calls")
    )
