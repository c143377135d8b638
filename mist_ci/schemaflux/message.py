"""What is said in a row, in one form whatever the format: messages, calls of tools, declarations of tools.

A format reads its rows into these values. `field`, `at_…` are JSON paths in the row as it is written, so that a
finding points to what its reader sees. Fields of the wrong type read as None. They are structs of msgspec, because rows
are many: those are made three times as fast as frozen dataclasses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from mist_ci.parsing.strict_json import JsonValue

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
"""Canonical roles; `function` is the older spelling of `tool`."""

Object = Mapping[str, JsonValue]


class ToolCall(msgspec.Struct, frozen=True, gc=False):
    """One call of a tool by the assistant."""

    field: str
    value: Object
    """The call as written: with `id` where the format has one."""
    name: str | None
    """The tool that is called."""
    arguments: JsonValue
    """A string of JSON, or an object (what some formats and chat templates want)."""
    id: str | None = None
    """What a tool message refers to."""
    at_name: str = ""
    at_arguments: str = ""
    is_legacy: bool = False
    """The older `function_call`, which expects no answer with an id."""


class ToolDeclaration(msgspec.Struct, frozen=True, gc=False):
    """A tool that the row declares. Built-in tools of a provider have no name and no parameters."""

    field: str
    value: Object
    name: str | None
    description: str | None = None
    parameters: JsonValue = None
    """Its JSON Schema."""
    at_name: str = ""
    at_parameters: str = ""


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message."""

    field: str
    value: Object
    """The message as written; empty where a plain string stands for a message."""
    role: str | None
    """Canonical; as written when it is no role of the format."""
    content: JsonValue
    """A string, a list of parts `{"type": …}`, or None."""
    at_role: str = ""
    at_content: str = ""
    calls: tuple[ToolCall, ...] = ()
    result_of: str | None = None
    """For a tool message: the id of the call that it answers."""
    weight: JsonValue = None
    """As written."""
    reasoning: str | None = None
    """What is thought before it is said, where a field of its own holds it."""
    is_masked: bool = False
    """True where the format has another way than a weight to say that a message is not trained."""
    other_acts: bool = False
    """True when the message says something by other means than its content and calls: a refusal, audio."""

    @property
    def text(self) -> str:
        """The content as text; of several parts, the text parts one per line."""
        if isinstance(self.content, str):
            return self.content
        texts = (part.get("text") for part in self.parts)
        return "\n".join(text for text in texts if isinstance(text, str))

    @property
    def written_role(self) -> str | None:
        """The role as it stands in the file; None where none does."""
        return text_or_none(self.value.get(self.at_role.rpartition(".")[2])) if self.at_role else None

    @property
    def parts(self) -> tuple[Object, ...]:
        """The parts that are objects; none when the content is a string."""
        return tuple(objects(self.content))

    @property
    def acts(self) -> bool:
        """True when the message says something other than by its content."""
        return self.other_acts or bool(self.calls)

    @property
    def is_trained(self) -> bool:
        """True for what the model learns to say: an assistant message that is not switched off."""
        return self.role == "assistant" and self.weight != 0 and not self.is_masked


@dataclass(frozen=True, slots=True)
class Side:
    """One of the answers that preference data compares."""

    name: str
    """`chosen` or `rejected`."""
    field: str
    messages: tuple[Message, ...]

    @property
    def text(self) -> str:
        """All that the side says."""
        return "\n".join(message.text for message in self.messages)


def objects(value: JsonValue) -> Iterator[Object]:
    """The objects of a list; nothing when it is no list."""
    return (item for _, item in indexed_objects(value))


def indexed_objects(value: JsonValue) -> Iterator[tuple[int, Object]]:
    """The objects of a list with their positions; nothing when it is no list."""
    if isinstance(value, list):
        yield from ((index, item) for index, item in enumerate(value) if isinstance(item, dict))


def text_or_none(value: JsonValue) -> str | None:
    """A string, or None for any other type."""
    return value if isinstance(value, str) else None
