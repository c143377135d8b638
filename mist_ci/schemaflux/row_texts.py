"""The texts of a row, for rules about texts: what is said, what is answered, and every string there is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.row import Row

_SNIPPET_CHARS = 60


@dataclass(frozen=True, slots=True)
class Text:
    """One string and its JSON path in the row."""

    field: str
    text: str


def strings(row: Row) -> Iterator[Text]:
    """Every string of the row that is neither a key nor a known role, in the order of the file."""
    return _plain(row) if row.plain is not None else _strings(row)


def _plain(row: Row, role: str | None = None) -> Iterator[Text]:
    """The texts of a plain row without reading it again."""
    if row.plain is not None:
        for index, (who, text) in enumerate(zip(row.plain.roles, row.plain.texts, strict=True)):
            if role in (None, who):
                yield Text(f"messages[{index}].content", text)


def _strings(row: Row) -> Iterator[Text]:
    stack = [("", row.value)]
    while stack:
        field, value = stack.pop()
        match value:
            case str():
                yield Text(field, value)
            case dict():
                inner = [(f"{field}.{key}" if field else key, item) for key, item in value.items()]
                stack.extend(reversed(inner))
            case list():
                stack.extend(reversed([(f"{field}[{index}]", item) for index, item in enumerate(value)]))
            case _:
                pass


def said(row: Row) -> Iterator[Text]:
    """What anybody says in the row, both sides of a preference included."""
    return _plain(row) if row.plain is not None else _texts(row.said)


def answers(row: Row) -> Iterator[Text]:
    """What the model learns to say: not what is rejected, and not what is labelled as undesired."""
    if row.plain is not None:
        return _plain(row, "assistant")
    liked = [message for side in row.sides if side.name != "rejected" for message in side.messages]
    messages = () if row.label is False else (*row.messages, *liked)
    return _texts(message for message in messages if message.is_trained)


def _texts(messages: Iterable[Message]) -> Iterator[Text]:
    for message in messages:
        if isinstance(message.content, str):
            yield Text(message.at_content or message.field, message.content)
        elif isinstance(message.content, list):
            for index, part in enumerate(message.content):
                text = part.get("text") if isinstance(part, dict) else None
                if isinstance(text, str):
                    yield Text(f"{message.at_content}[{index}].text", text)


def unescaped(row: Row) -> bytes:
    """The row as JSON in which triggers are sure to match, as cheaply as it can be had."""
    return row.canonical if b"\\u" in row.raw or b"\\/" in row.raw else row.raw


def mentions(row: Row, words: Iterable[bytes]) -> bool:
    """True when any of these lower-case words stands anywhere in the row: it may talk about what it shows."""
    lower = row.raw.lower()
    return any(word in lower for word in words)


def find(pattern: Any, text: str) -> tuple[int, int] | None:  # noqa: ANN401 - the library has no types
    """Start and end in characters of the first match of a pattern of `patterns.py`."""
    content = text.encode("utf-8", "surrogatepass")
    match = pattern.search(content)
    if match is None:
        return None
    start, end = (len(content[:at].decode("utf-8", "replace")) for at in match.span())
    return start, end


def around(text: str, start: int, end: int) -> str:
    """The place in a text on one line, everything that cannot be seen written as an escape."""
    rest = max(0, _SNIPPET_CHARS - (end - start)) // 2
    cut = text[max(0, start - rest) : min(end, start + _SNIPPET_CHARS) + rest]
    return "".join(char if char.isprintable() else escape(char) for char in cut)


def escape(char: str) -> str:
    """A character as `U+202E`."""
    return f"<U+{ord(char):04X}>"
