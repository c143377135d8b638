"""What a format is: how a row of it looks, and how it is read into messages."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.exact import Type, exact
from mist_ci.schemaflux.message import ROLES, Message, Object, Side, ToolDeclaration
from mist_ci.schemaflux.shape import Flaw, Record, ShapeProblem, misspelt, problems

CANONICAL_ROLES: Mapping[str, str] = {role: role for role in ROLES}


def _no_sides(_row: Object, /) -> Iterable[Side]:
    return ()


def _no_tools(_row: Object, /) -> Iterable[ToolDeclaration]:
    return ()


def _no_problems(_row: Object, /) -> Iterable[ShapeProblem]:
    return ()


def _no_label(_row: Object, /) -> JsonValue:
    return None


@dataclass(frozen=True, eq=False)
class Format:
    """One shape of training data. All functions take the row as an object and never crash."""

    name: DataFormat
    title: str
    """What its users call it."""
    evidence: str
    """What a row has that makes it one of these: "messages with role and content"."""
    shape: Record
    looks_like: Callable[[Object], bool]
    """True when the keys of a row say that it is of this format, right or wrong. Formats are asked in order."""
    messages: Callable[[Object], Iterable[Message]]
    example: Object
    """A row for the manual."""
    taken_by: str
    """Who takes it."""
    unlike: Callable[[Object], Iterable[ShapeProblem]] = _no_problems
    """What shapes cannot say: fields that do not go together. Asked where every field by itself is right."""
    sides: Callable[[Object], Iterable[Side]] = _no_sides
    tools: Callable[[Object], Iterable[ToolDeclaration]] = _no_tools
    label: Callable[[Object], JsonValue] = _no_label
    roles: Mapping[str, str] = field(default_factory=lambda: CANONICAL_ROLES)
    """Roles as they are written → canonical ones."""

    @cached_property
    def _exact(self) -> Type:
        return exact(self.shape, is_open=True)

    @property
    def needed(self) -> tuple[str, ...]:
        """The keys that a row has to have; of several that would do, the first."""
        return tuple(dict.fromkeys((*self.shape.required, *(group[0] for group in self.shape.one_of))))

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset((*self.shape.required, *self.shape.optional))

    def problems(self, row: Object) -> tuple[ShapeProblem, ...]:
        """What is wrong with the shape of a row. Costs little when nothing is."""
        try:
            msgspec.convert(row, self._exact)
        except msgspec.ValidationError:
            found = tuple(problems(self.shape, dict(row)))
        else:
            found = () if row.keys() <= self._keys else tuple(misspelt(self.shape, row))
        return found if _is_wrong(found) else (*found, *self.unlike(row))

    def is_complete(self, row: Object) -> bool:
        """True when the row has the shape of the format, so that `messages` left nothing out."""
        return not _is_wrong(self.problems(row))


def _is_wrong(found: Iterable[ShapeProblem]) -> bool:
    return any(problem.flaw is not Flaw.UNKNOWN for problem in found)


def has(row: Object, *keys: str) -> bool:
    """True when a row has all of these keys."""
    return all(key in row for key in keys)


def one_text(field_path: str, role: str, text: JsonValue) -> Iterator[Message]:
    """A string that stands for a whole message; nothing for another type."""
    if isinstance(text, str):
        yield Message(field_path, {}, role, text, at_content=field_path)
