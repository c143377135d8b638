"""One row of training data, seen through accessors that never crash.

An accessor gives only what has the right type: wrong and missing types are the business of SF104 and SF105
alone, so that one defect is one finding. `Row.is_sound` says that nothing had to be left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mist_ci.parsing.strict_json import JsonValue

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
"""Roles of openai-chat; `function` is the older spelling of `tool`."""

PLAIN_KEYS = frozenset({"role", "content"})
"""All that most messages have."""

_PLAIN_ROLES = ("system", "developer", "user", "assistant")

Object = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool by the assistant. Fields of the wrong type read as None."""

    field: str
    value: Object
    function_field: str
    function: Object

    @property
    def id(self) -> str | None:
        """What a tool message refers to."""
        return _text(self.value.get("id"))

    @property
    def name(self) -> str | None:
        """The tool that is called."""
        return _text(self.function.get("name"))

    @property
    def arguments(self) -> JsonValue:
        """A string of JSON, or an object (what some chat templates want)."""
        return self.function.get("arguments")


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Fields of the wrong type read as None."""

    field: str
    value: Object
    role: str | None

    @property
    def text(self) -> str:
        """The content as text; of several parts, the text parts one per line."""
        content = self.value.get("content")
        if isinstance(content, str):
            return content
        texts = (part.get("text") for part in objects(content))
        return "\n".join(text for text in texts if isinstance(text, str))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """Tool calls, with the older `function_call` as one more."""
        if self.value.keys() <= PLAIN_KEYS:
            return ()
        return tuple(self._calls())

    def _calls(self) -> Iterator[ToolCall]:
        for index, call in indexed_objects(self.value.get("tool_calls")):
            field = f"{self.field}.tool_calls[{index}]"
            function = call.get("function")
            yield ToolCall(field, call, f"{field}.function", function if isinstance(function, dict) else {})
        legacy = self.value.get("function_call")
        if isinstance(legacy, dict):
            field = f"{self.field}.function_call"
            yield ToolCall(field, {}, field, legacy)

    @property
    def acts(self) -> bool:
        """True when the message says something other than by its content: a call, a refusal, audio."""
        keys = ("tool_calls", "function_call", "refusal", "audio")
        return any(self.value.get(key) not in (None, "", []) for key in keys)

    @property
    def is_trained(self) -> bool:
        """True for what the model learns to say: an assistant message whose weight is not 0."""
        return self.role == "assistant" and self.value.get("weight") != 0


@dataclass(frozen=True)
class Row:
    """One line that is JSON. `is_known` when the base branch already has it."""

    line: int
    file: str
    value: JsonValue
    raw: bytes
    is_known: bool = False

    @cached_property
    def object(self) -> Object:
        """The row, or nothing when it is not an object."""
        return self.value if isinstance(self.value, dict) else {}

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The messages that are objects, in order."""
        found = indexed_objects(self.object.get("messages"))
        return tuple(Message(f"messages[{n}]", value, _text(value.get("role"))) for n, value in found)

    @cached_property
    def is_sound(self) -> bool:
        """True when there are messages, all are objects, and all roles are known."""
        messages = self.object.get("messages")
        complete = isinstance(messages, list) and len(self.messages) == len(messages) > 0
        return complete and all(message.role in ROLES for message in self.messages)

    @cached_property
    def is_plain(self) -> bool:
        """True for the row that most rows are: text said by known roles, no tools, an answer at the end.

        A cheap proof that no row rule has anything to say.
        """
        messages = self.object.get("messages")
        if not isinstance(messages, list) or "tools" in self.object or not messages:
            return False
        return all(map(_is_plain_message, messages)) and self.messages[-1].role == "assistant"

    @cached_property
    def answer(self) -> int | None:
        """Index of the last message when it is a trained answer, else None."""
        last = len(self.messages) - 1
        return last if self.is_sound and self.messages[last].is_trained else None


def _is_plain_message(value: JsonValue) -> bool:
    if not isinstance(value, dict) or value.keys() != PLAIN_KEYS or value["role"] not in _PLAIN_ROLES:
        return False
    content = value["content"]
    return isinstance(content, str) and content != "" and not content.isspace()


def objects(value: JsonValue) -> Iterator[Object]:
    """The objects of a list; nothing when it is no list."""
    return (item for _, item in indexed_objects(value))


def indexed_objects(value: JsonValue) -> Iterator[tuple[int, Object]]:
    """The objects of a list with their positions; nothing when it is no list."""
    if isinstance(value, list):
        yield from ((index, item) for index, item in enumerate(value) if isinstance(item, dict))


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
