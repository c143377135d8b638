"""How a conversation is told to the isolated child, and how its answer is read.

What transformers does to a conversation before a template sees it is done here, in the trusted process.
"""

import json
from collections.abc import Mapping
from datetime import datetime

import msgspec

from mist_ci.models.chat_template import Behaviour, ChatTemplate
from mist_ci.ports.executor import ChatRendered, Conversation

Json = dict[str, object]

_REASONING = ("reasoning_content", "thinking", "reasoning")
"""Names of a message's reasoning; templates read the first, or the second."""

_ARGUMENTS = """
    self conversation conversations messages tools documents chat_template add_generation_prompt
    continue_final_message tokenize padding truncation max_length return_tensors return_dict
    return_assistant_tokens_mask sanitize_control_tokens tokenizer_kwargs
"""
"""Arguments of `apply_chat_template`, which are no names for a template."""


class Unreadable(Exception):
    """The child said something that no honest child says."""


def chat_job(template: ChatTemplate, now: datetime) -> Json:
    """What the child is told before the first conversation."""
    return {
        "dialect": "chat",
        "template": template.text,
        "tool_template": template.tool_text,
        "special_tokens": dict(template.special_tokens),
        "now": now.replace(tzinfo=None).isoformat(),  # a template sees local time without a zone
    }


def chat_line(conversation: Conversation, behaviour: Behaviour) -> bytes:
    """One conversation on one line; where transformers would refuse it, the reason instead."""
    try:
        return encode(_given(conversation, behaviour))
    except (TypeError, ValueError, RecursionError) as error:
        return encode({"refused": str(error)})


def encode(value: Mapping[str, object]) -> bytes:
    """JSON on one line, halves of surrogate pairs included."""
    try:
        return msgspec.json.encode(value) + b"\n"
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(value).encode() + b"\n"


def _given(conversation: Conversation, behaviour: Behaviour) -> Json:
    if not isinstance(conversation.kwargs, Mapping):
        raise TypeError("chat_template_kwargs is not an object")
    names = dict(conversation.kwargs)
    if taken := sorted({*_ARGUMENTS.split()} & names.keys()):
        raise ValueError(f"chat_template_kwargs holds {taken[0]!r}, an argument of apply_chat_template")
    for name, value in (("tools", conversation.tools), ("documents", conversation.documents)):
        if value is not None and not (
            isinstance(value, list) and all(isinstance(one, dict) for one in value)
        ):
            raise TypeError(f"{name} is not a list of objects")
        names[name] = value
    line: Json = {"names": names, "messages": _messages(conversation.messages, behaviour)}
    if conversation.prompt_length:
        line["prompt"] = conversation.prompt_length
    if conversation.marked is not None:
        line["marked"] = _messages(conversation.marked, behaviour)
    return line


def _messages(messages: object, behaviour: Behaviour) -> list[Mapping[str, object]]:
    if not isinstance(messages, list | tuple) or not messages:
        raise ValueError("a conversation needs at least one message")
    return [_message(message, behaviour) for message in messages]


def _message(message: object, behaviour: Behaviour) -> Mapping[str, object]:
    if not isinstance(message, Mapping):
        raise TypeError("a message is not an object")
    if behaviour is Behaviour.NULLS_DROPPED and None in message.values():
        message = {key: value for key, value in message.items() if value is not None}
    if behaviour is Behaviour.AS_WRITTEN:
        return message
    reasoning = next((message[key] for key in _REASONING if message.get(key) is not None), None)
    if reasoning is None:
        return message
    return {"thinking": reasoning, **message, "reasoning_content": reasoning}


def chat_rendered(template: ChatTemplate, reply: object) -> ChatRendered:
    """The child's answer to a conversation. Raises Unreadable: it runs hostile templates, so it is not believed."""
    if not isinstance(reply, dict):
        raise Unreadable
    match reply:
        case {"error": str(error)}:
            return ChatRendered(template, None, one_line(error))
        case {"text": str(text), "spans": list(spans)}:
            prompt_text, prompt_error = _prompt(reply, text)
            return ChatRendered(
                template,
                text,
                spans=tuple(_span(span) for span in spans),
                prompt_text=prompt_text,
                prompt_error=prompt_error,
                marked_text=_marked(reply),
            )
        case _:
            raise Unreadable


def _prompt(reply: Mapping[str, object], text: str) -> tuple[str | None, str | None]:
    match reply.get("prompt"), reply.get("prompt_error"):
        case None, None:
            return None, None
        case None, str(error):
            return None, one_line(error)
        case int(length), None if 0 <= length <= len(text):
            return text[:length], None
        case str(prompt), None:
            return prompt, None
        case _:
            raise Unreadable


def _marked(reply: Mapping[str, object]) -> str | None:
    marked = reply.get("marked")
    if marked is not None and not isinstance(marked, str):
        raise Unreadable
    return marked


def _span(span: object) -> tuple[int, int]:
    match span:
        case [int(start), int(end)] if 0 <= start <= end:
            return start, end
        case _:
            raise Unreadable


_ERROR_CHARS = 300


def one_line(text: str) -> str:
    """What a child says, made fit for a message."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    words = " ".join(clean.split())
    return words if len(words) <= _ERROR_CHARS else words[: _ERROR_CHARS - 1] + "…"
