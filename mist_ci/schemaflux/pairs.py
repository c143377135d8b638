"""What preference data compares, as text."""

from collections.abc import Sequence

import msgspec

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.message import Message, Side
from mist_ci.schemaflux.row import Row

_encode = msgspec.json.Encoder(order="sorted").encode
LABELLED = frozenset({DataFormat.KTO, DataFormat.SHAREGPT})
"""Formats that label answers as good or bad."""
_PROMPTS = (
    "prompt",
    "question",
    "instruction",
    "input",
    "query",
    "messages",
    "conversations",
    "context",
    "history",
)
"""Columns that a trainer may be told to take for the prompt."""


def pair(row: Row) -> tuple[Side, Side] | None:
    """The chosen and the rejected side; None where one is missing, says nothing, or cannot be read."""
    if not row.sides or not row.is_sound:
        return None
    match row.sides:
        case (chosen, rejected) if chosen.messages and rejected.messages:
            return chosen, rejected
        case _:
            return None


def whole(messages: Sequence[Message]) -> str:
    """All that messages say, with roles and calls; equal when it is the same but for white space at the ends."""
    return "\x1e".join(
        f"{message.role}\x1f{message.text.strip()}\x1f{_rest(message)}" for message in messages
    )


def _rest(message: Message) -> str:
    calls = [(call.name, call.arguments) for call in message.calls]
    pictures = [part for part in message.parts if part.get("type") != "text"]
    return _encode([calls, pictures]).decode() if calls or pictures else ""


def implicit_strings(row: Row) -> tuple[str, str] | None:
    """Both sides of a preference when they are strings that begin with their prompt: the row has no other."""
    chosen, rejected = row.object.get("chosen"), row.object.get("rejected")
    if (
        row.format is not DataFormat.PREFERENCE
        or not isinstance(chosen, str)
        or not isinstance(rejected, str)
    ):
        return None
    return None if any(row.object.get(key) is not None for key in _PROMPTS) else (chosen, rejected)


def shared_start(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
