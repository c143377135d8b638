"""What a row may have that most rows have not. Rules that look at nothing else are asked only where it is."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from mist_ci.schemaflux.message import Message


class Trait(StrEnum):
    """A part of a row that some rules are about."""

    TOOLS = "tools"
    """Tools are declared or called, or a tool answers."""
    PARTS = "parts"
    """A content is a list of parts."""
    SIDES = "sides"
    """The row prefers one answer over another."""
    WEIGHTS = "weights"
    """A message or the row has a weight."""
    REASONING = "reasoning"
    """A message has its reasoning in a field of its own."""
    LABEL = "label"
    """The row has a label."""
    NAMES = "names"
    """A message has a name."""


def traits_of(
    said: Sequence[Message], *, has_tools: bool, is_preference: bool, has_label: bool
) -> frozenset[Trait]:
    """All traits of a row that says these messages."""
    found = {trait for message in said for trait in _of_message(message)}
    if has_tools:
        found.add(Trait.TOOLS)
    if is_preference:
        found.add(Trait.SIDES)
    if has_label:
        found.add(Trait.LABEL)
    return frozenset(found)


def _of_message(message: Message) -> Iterator[Trait]:
    if message.calls or message.role in ("tool", "function"):
        yield Trait.TOOLS
    if isinstance(message.content, list):
        yield Trait.PARTS
    if message.weight is not None or message.is_masked:
        yield Trait.WEIGHTS
    if message.reasoning is not None:
        yield Trait.REASONING
    if "name" in message.value:
        yield Trait.NAMES
