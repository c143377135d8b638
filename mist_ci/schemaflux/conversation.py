"""What a trainer hands to `apply_chat_template` for a row."""

import json

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.ports.executor import Conversation
from mist_ci.schemaflux.marks import marked, needs_marks
from mist_ci.schemaflux.row import Row


def conversation(row: Row, template: ChatTemplate) -> Conversation | None:
    """The conversation of a row whose messages are sound; None where the template was not written for it."""
    messages = list(messages_of(row))
    tools = _tools(row.object.get("tools"))
    if template.plain_only and (tools or not all(map(_is_plain, messages))):
        return None
    return Conversation(
        messages,
        tools=tools,
        documents=row.object.get("documents"),
        kwargs=row.object.get("chat_template_kwargs") or {},
        prompt_length=row.answer or None,
        marked=marked(messages)[0] if needs_marks(messages) else None,
    )


def messages_of(row: Row) -> list[JsonValue]:
    """The messages as a template sees them."""
    found = row.object.get("messages")
    return found if isinstance(found, list) else []


def _tools(value: JsonValue) -> JsonValue:
    """Tools may be written as a string of JSON, because columns of a data set have one type."""
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
