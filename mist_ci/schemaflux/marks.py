"""Marks: words that no text has, put into every part of a conversation. What a template loses is a mark that is gone.

The marked conversation is rendered beside the real one, where looking for the texts themselves would prove
nothing: tool calls (whose arguments stand in the question as well), reasoning, short answers.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mist_ci.parsing.strict_json import JsonValue

REASONING = ("reasoning_content", "reasoning", "thinking")
"""Fields of a message that hold reasoning."""

_SHORT_CHARS = 12
"""A text as short as this is found by chance."""
_MARK = re.compile(r"zq7([a-z])([0-9]+)x([0-9]+)7qz", re.IGNORECASE)


class Part(StrEnum):
    """What is marked; the letter stands in the mark."""

    CONTENT = "c"
    REASONING = "r"
    CALL = "k"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: what it stands in, and which message (and part or call of it) that is."""

    part: Part
    message: int
    index: int = 0

    def __str__(self) -> str:
        return f"zq7{self.part.value}{self.message}x{self.index}7qz"


@dataclass(frozen=True, slots=True)
class Trace:
    """A mark in a rendering. `is_escaped` when a quote before it is escaped: a string inside of a string."""

    mark: Mark
    is_escaped: bool


def traces(text: str) -> Iterator[Trace]:
    """All marks of a rendering, in the order in which they stand there."""
    for match in _MARK.finditer(text):
        part, message, index = match.groups()
        before = text[max(0, match.start() - 2) : match.start()]
        yield Trace(Mark(Part(part.lower()), int(message), int(index)), before == '\\"')


def needs_marks(messages: list[JsonValue]) -> bool:
    """True where a search for the texts themselves would prove nothing."""
    return any(isinstance(message, dict) and _is_special(message) for message in messages)


def _is_special(message: Mapping[str, JsonValue]) -> bool:
    content = message.get("content")
    if isinstance(content, str) and (len(content.strip()) < _SHORT_CHARS or "think>" in content):
        return bool(content.strip())
    return isinstance(content, list) or any(message.get(key) for key in ("tool_calls", *REASONING))


def marked(messages: list[JsonValue]) -> tuple[list[JsonValue], tuple[Mark, ...]]:
    """The messages with marks in them, and all marks that were set. The messages themselves stay as they are."""
    marks: list[Mark] = []
    found = [
        _marked(message, n, marks) if isinstance(message, dict) else message
        for n, message in enumerate(messages)
    ]
    return found, tuple(marks)


def _marked(message: Mapping[str, JsonValue], number: int, marks: list[Mark]) -> JsonValue:
    changed = dict(message)
    if "content" in message:
        changed["content"] = _content(message["content"], number, marks)
    reasoning = next((key for key in REASONING if _is_text(message.get(key))), None)
    if reasoning:
        mark = Mark(Part.REASONING, number)
        marks.append(mark)
        changed |= {key: f"{message[key]} {mark}" for key in REASONING if _is_text(message.get(key))}
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        changed["tool_calls"] = [
            _call(call, Mark(Part.CALL, number, n), marks) for n, call in enumerate(calls)
        ]
    return changed


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _content(content: JsonValue, number: int, marks: list[Mark]) -> JsonValue:
    if isinstance(content, str) and content.strip():
        marks.append(Mark(Part.CONTENT, number))
        return f"{content} {marks[-1]}"
    if not isinstance(content, list):
        return content
    parts: list[JsonValue] = []
    for index, part in enumerate(content):
        if isinstance(part, dict) and _is_text(part.get("text")):
            marks.append(Mark(Part.CONTENT, number, index))
            parts.append({**part, "text": f"{part['text']} {marks[-1]}"})
        else:
            parts.append(part)
    return parts


def _call(call: JsonValue, mark: Mark, marks: list[Mark]) -> JsonValue:
    """The call with one more argument, whose name is the mark."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict):
        return call
    arguments = function.get("arguments")
    if isinstance(arguments, dict):
        arguments = {**arguments, str(mark): 1}
    elif isinstance(arguments, str) and arguments.rstrip().endswith("}"):
        inside = arguments.rstrip()[:-1].rstrip()
        comma = "" if inside.endswith("{") else ", "
        arguments = f'{inside}{comma}"{mark}": 1}}'
    else:
        return call
    marks.append(mark)
    return {**call, "function": {**function, "arguments": arguments}}
