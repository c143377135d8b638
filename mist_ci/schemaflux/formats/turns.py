"""What TRL and its kin write for a turn: a string, or messages. Prompts, completions and both sides of a preference."""

from collections.abc import Iterator

import msgspec

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.formats.format import one_text
from mist_ci.schemaflux.formats.openai_chat import MESSAGE, PART, TOOLS, messages_at, tools_at
from mist_ci.schemaflux.message import Message, Object, ToolDeclaration, indexed_objects
from mist_ci.schemaflux.shape import ANYTHING, OBJECT, TEXT, Fields, Flaw, ListOf, OneOf, ShapeProblem, Varied

_TURN = Varied(lambda item: PART.pick(item) if is_part(item) else MESSAGE, MESSAGE)
TURNS = OneOf("a string or a list of messages", (TEXT, ListOf(_TURN, at_least=1)))
TRL_FIELDS: Fields = {
    "tools": OneOf("a list or a string of JSON", (TOOLS, TEXT)),
    "chat_template_kwargs": OBJECT,
    "images": ANYTHING,
    "image": ANYTHING,
}
"""What TRL takes with every format."""


def parsed(text: JsonValue) -> JsonValue:
    """What a string of JSON holds; None when it holds none. Other values as they are."""
    try:
        value: JsonValue = msgspec.json.decode(text) if isinstance(text, str) else text
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return value


def tools(row: Object, /) -> Iterator[ToolDeclaration]:
    """Tools, in a list or in a string of JSON."""
    return tools_at("tools", parsed(row.get("tools")))


def is_part(item: Object) -> bool:
    """True for a part of a content that stands where messages could stand."""
    return "type" in item and "role" not in item


def unlike(row: Object, *keys: str) -> Iterator[ShapeProblem]:
    """Strings next to messages: the trainer reads either all of these as messages, or none of them."""
    talks = [key for key in keys if _is_talk(row.get(key))]
    if talks:
        for key in keys:
            if isinstance(row.get(key), str):
                yield ShapeProblem(Flaw.TYPE, key, row[key], f"a list of messages, as {talks[0]}")


def _is_talk(value: JsonValue) -> bool:
    return isinstance(value, list) and not any(is_part(item) for _, item in indexed_objects(value))


def turns(field: str, role: str, value: JsonValue) -> Iterator[Message]:
    """The messages of a string, a list of messages, or a list of parts."""
    if not isinstance(value, list):
        return one_text(field, role, value)
    if any(is_part(item) for _, item in indexed_objects(value)):
        return iter([Message(field, {}, role, value, at_content=field)])
    return messages_at(field, value)
