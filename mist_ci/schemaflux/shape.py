"""A small language for shapes of JSON: each format states its shape once, and everything else follows from it.

What is missing (SF104), of the wrong type (SF105), misspelt (SF107) or empty (SF108) are the problems of a value with
a shape; `exact.py` turns the same shape into a type that proves quickly that there are none.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from mist_ci.parsing.strict_json import JsonValue

_NEARLY = 0.82
"""Likeness from which on a key that is not known is a misspelt one: `contnet` is, `reason` is no `reasoning`."""
_MOST_KEYS = 1_000
"""Unknown keys of an object that are looked at for being misspelt: each costs as much as a row."""
Fields = dict[str, "Shape"]
Object = Mapping[str, JsonValue]


class Flaw(StrEnum):
    """What may be wrong with a value."""

    MISSING = "missing"
    TYPE = "type"
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class One:
    """A value of one of JSON's own types."""

    name: str
    """With its article, as in messages."""
    types: frozenset[type]


@dataclass(frozen=True, slots=True)
class Words:
    """One of a few strings."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """The words, quoted."""
        return " or ".join(f'"{word}"' for word in self.words)

    @property
    def types(self) -> frozenset[type]:
        """Strings."""
        return TEXT.types


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose items have one shape."""

    item: "Shape"
    at_least: int = 0
    name: str = "a list"

    @property
    def types(self) -> frozenset[type]:
        """Lists."""
        return _LIST


@dataclass(frozen=True, slots=True)
class Record:
    """An object. Other keys than these are allowed; one that looks like a misspelt one of these is a problem.

    Optional fields may be null as well: tables have no other way to leave a field out.
    """

    required: Fields = field(default_factory=dict)
    optional: Fields = field(default_factory=dict)
    one_of: tuple[tuple[str, ...], ...] = ()
    """Of each of these groups of optional fields, at least one has to be there."""
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Required field → fields of which one that says something makes up for it."""
    meant: Mapping[str, str] = field(default_factory=dict)
    """Keys of other formats → what they are called here."""
    is_free: bool = False
    """True when nothing can be said about other keys, such as columns of a table."""
    name: str = "an object"
    types: frozenset[type] = frozenset({dict})


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value of one of several shapes that differ in JSON's types."""

    name: str
    options: tuple["Shape", ...]

    @property
    def types(self) -> frozenset[type]:
        """Those of all options."""
        return frozenset().union(*(option.types for option in self.options))


@dataclass(frozen=True, slots=True)
class Varied:
    """An object that comes in several kinds. `likely` is the kind that most of them are."""

    pick: Callable[[Object], Record]
    likely: Record
    name: str = "an object"
    types: frozenset[type] = frozenset({dict})


Shape = One | Words | ListOf | Record | OneOf | Varied
_LIST = frozenset({list})
TEXT = One("a string", frozenset({str}))
NUMBER = One("a number", frozenset({int, float}))
FLAG = One("true or false", frozenset({bool}))
OBJECT = One("an object", frozenset({dict}))
ANYTHING = One("anything", frozenset({type(None), bool, int, float, str, list, dict}))
TEXT_OR_NULL = OneOf("a string or null", (TEXT, One("null", frozenset({type(None)}))))
TEXTS = ListOf(TEXT)


def each(names: Iterable[str], shape: Shape) -> Fields:
    """Several fields of one shape."""
    return dict.fromkeys(names, shape)


@dataclass(frozen=True, slots=True)
class ShapeProblem:
    """One way in which a value has not the shape it should have."""

    flaw: Flaw
    path: str
    """JSON path of the value: of the object that lacks something, or has a key that it should not have."""
    value: JsonValue
    expected: str = ""
    """For a wrong type: what the value should be."""
    keys: tuple[str, ...] = ()
    """What is missing; or the key that is not known, and the one that it may mean."""
    record: Record | None = None
    """What the object should be."""


def problems(shape: Shape, value: JsonValue, path: str = "") -> Iterator[ShapeProblem]:
    """All problems of a value. What is below a wrong type is not looked at."""
    if type(value) not in shape.types or (isinstance(shape, Words) and value not in shape.words):
        yield ShapeProblem(Flaw.TYPE, path, value, shape.name)
    elif isinstance(value, list):
        yield from _of_list(shape, value, path)
    elif isinstance(value, dict):
        yield from _of_object(shape, value, path)


def _of_list(shape: Shape, value: list[JsonValue], path: str) -> Iterator[ShapeProblem]:
    fitting = _option(shape, list)
    if isinstance(fitting, ListOf):
        if len(value) < fitting.at_least:
            yield ShapeProblem(Flaw.EMPTY, path, value)
        for index, item in enumerate(value):
            yield from problems(fitting.item, item, f"{path}[{index}]")


def _of_object(shape: Shape, value: Object, path: str) -> Iterator[ShapeProblem]:
    fitting = _option(shape, dict)
    if isinstance(fitting, Varied):
        fitting = fitting.pick(value)
    if isinstance(fitting, Record):
        missing = tuple(dict.fromkeys(_missing(fitting, value)))
        if missing:
            yield ShapeProblem(Flaw.MISSING, path, dict(value), keys=missing, record=fitting)
        else:
            yield from misspelt(fitting, value, path)
        yield from _fields(fitting, value, f"{path}." if path else "")


def _option(shape: Shape, wanted: type) -> Shape:
    if isinstance(shape, OneOf):
        return next(option for option in shape.options if wanted in option.types)
    return shape


def _missing(record: Record, value: Object) -> Iterator[str]:
    for key in record.required:
        if key not in value and not any(_says(value.get(other)) for other in record.unless.get(key, ())):
            yield key
    for group in record.one_of:
        if value.keys().isdisjoint(group):
            yield group[0]


def _says(value: JsonValue) -> bool:
    return value is not None and value not in ("", [])


def _fields(record: Record, value: Object, prefix: str) -> Iterator[ShapeProblem]:
    for key, item in value.items():
        shape = record.required.get(key)
        if shape is not None:
            yield from problems(shape, item, prefix + key)
        elif item is not None and (shape := record.optional.get(key)) is not None:
            if type(item) in shape.types:
                yield from problems(shape, item, prefix + key)
            else:
                yield ShapeProblem(Flaw.TYPE, prefix + key, item, f"{shape.name} or null")


def misspelt(record: Record, value: Object, path: str = "") -> Iterator[ShapeProblem]:
    """Keys of an object that look like one of the known ones, which is not there, and hold what it would hold."""
    if record.is_free:
        return
    for key in sorted(value.keys() - record.required.keys() - record.optional.keys())[:_MOST_KEYS]:
        known = nearest(key, (*record.required, *record.optional))
        if known is not None and known not in value:
            shape = record.required.get(known) or record.optional[known]
            if type(value[key]) in shape.types:
                yield ShapeProblem(Flaw.UNKNOWN, path, dict(value), keys=(key, known), record=record)


@lru_cache(maxsize=4096)
def nearest(key: str, known: tuple[str, ...], likeness: float = _NEARLY) -> str | None:
    """The known key that one is most like, if it is like any."""
    close = difflib.get_close_matches(key.strip().lower(), known, n=1, cutoff=likeness)
    return close[0] if close else None
