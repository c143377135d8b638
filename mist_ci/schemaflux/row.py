"""One row of training data, seen through accessors that never crash.

An accessor gives only what has the right type: wrong and missing types are the business of SF104 and SF105
alone, so that one defect is one finding. `Row.is_sound` says that nothing had to be left out.
"""

from dataclasses import dataclass
from functools import cached_property

import msgspec

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux import formats
from mist_ci.schemaflux.message import ROLES, Message, Object, Side, ToolDeclaration
from mist_ci.schemaflux.plain import PlainRow
from mist_ci.schemaflux.trait import Trait, traits_of

_canonical = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


@dataclass(eq=False)
class Row:
    """One line that is JSON. `is_known` when the base branch already has it."""

    line: int
    file: str
    raw: bytes
    format: DataFormat
    is_known: bool = False
    plain: PlainRow | None = None
    """What most rows are: text said by known roles, an answer at the end, nothing else."""

    @cached_property
    def value(self) -> JsonValue:
        """The row as JSON."""
        value: JsonValue = _decode(self.raw)
        return value

    @cached_property
    def object(self) -> Object:
        """The row, or nothing when it is not an object."""
        return self.value if isinstance(self.value, dict) else {}

    @cached_property
    def canonical(self) -> bytes:
        """The row as JSON with sorted keys and no white space: equal for equal rows."""
        return _canonical(self.value) if self.plain is None else self.plain.canonical

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The messages that are objects, in order. Of preference data: the prompt."""
        return tuple(formats.of(self.format).messages(self.object))

    @cached_property
    def sides(self) -> tuple[Side, ...]:
        """What preference data compares: `chosen` and `rejected`."""
        return tuple(formats.of(self.format).sides(self.object))

    @cached_property
    def tools(self) -> tuple[ToolDeclaration, ...]:
        """The tools that the row declares."""
        return tuple(formats.of(self.format).tools(self.object))

    @cached_property
    def label(self) -> JsonValue:
        """The label of classification and KTO data."""
        return formats.of(self.format).label(self.object)

    @cached_property
    def said(self) -> tuple[Message, ...]:
        """Every message there is: the conversation, and both sides of preference data."""
        return (*self.messages, *(message for side in self.sides for message in side.messages))

    @cached_property
    def is_sound(self) -> bool:
        """True when the row has the shape of its format, and all roles are known."""
        if self.plain is not None:
            return True
        return formats.of(self.format).is_complete(self.object) and all(
            message.role in ROLES for message in self.said
        )

    @cached_property
    def traits(self) -> frozenset[Trait]:
        """What the row has that most rows have not."""
        if self.plain is not None:
            return frozenset()
        found = traits_of(
            self.said,
            has_tools=bool(self.tools) or not self.object.keys().isdisjoint(("tools", "functions")),
            is_preference=bool(self.sides),
            has_label=self.label is not None,
        )
        return found | {Trait.WEIGHTS} if "weight" in self.object else found

    @cached_property
    def answer(self) -> int | None:
        """Index of the last message when it is a trained answer, else None."""
        last = len(self.messages) - 1
        return last if last >= 0 and self.is_sound and self.messages[last].is_trained else None
