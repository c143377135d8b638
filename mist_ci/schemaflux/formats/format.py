"""What a format is: how a row of it looks, and how it is read into messages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.message import Message, Object, Side, ToolDeclaration


def _no_sides(_row: Object, /) -> Iterable[Side]:
    return ()


def _no_tools(_row: Object, /) -> Iterable[ToolDeclaration]:
    return ()


def _no_label(_row: Object, /) -> JsonValue:
    return None


@dataclass(frozen=True, slots=True)
class Format:
    """One shape of training data. All functions take the row as an object and never crash."""

    name: DataFormat
    messages: Callable[[Object], Iterable[Message]]
    is_complete: Callable[[Object], bool]
    """True when the row has the shape of the format, so that `messages` left nothing out."""
    sides: Callable[[Object], Iterable[Side]] = _no_sides
    tools: Callable[[Object], Iterable[ToolDeclaration]] = _no_tools
    label: Callable[[Object], JsonValue] = _no_label
