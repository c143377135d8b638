"""What bare decoding costs: types that cover chats with tools and pictures, and nothing else done."""

from pathlib import Path
from typing import Any

import msgspec


class Function(msgspec.Struct):
    """Of a call."""

    name: str
    arguments: str


class Call(msgspec.Struct):
    """A tool call."""

    function: Function
    id: str
    type: str


class Part(msgspec.Struct):
    """A text or a picture."""

    type: str
    text: str = ""
    image_url: dict[str, str] | None = None


class Message(msgspec.Struct):
    """One turn."""

    role: str
    content: str | list[Part] | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: str = ""
    name: str = ""
    weight: int = 1


class Declaration(msgspec.Struct):
    """Of a function."""

    name: str
    description: str = ""
    parameters: dict[str, Any] | None = None


class Tool(msgspec.Struct):
    """That may be called."""

    type: str
    function: Declaration


class Chat(msgspec.Struct):
    """A row."""

    messages: list[Message]
    tools: list[Tool] | None = None


def decode(path: Path) -> None:
    """Every line of a file, one by one; nothing is kept."""
    decode_row = msgspec.json.Decoder(Chat).decode
    with path.open("rb") as file:
        for line in file:
            decode_row(line)
