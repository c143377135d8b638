"""From a shape to a type of msgspec: what converts to it has no problems. The other way round is not promised."""

from functools import reduce
from operator import or_
from typing import Annotated, Any

import msgspec

from mist_ci.schemaflux.shape import ANYTHING, ListOf, One, OneOf, Record, Shape, Varied

Type = Any
"""Types that are made here have no name."""


def exact(shape: Shape, *, is_open: bool = False) -> Type:
    """The type of values that have the shape. Keys that are not known are refused, unless `is_open`."""
    match shape:
        case One():
            return Any if shape is ANYTHING else _either([_json_type(one) for one in shape.types])
        case OneOf():
            return _either([exact(option) for option in shape.options])
        case ListOf():
            listed: Type = list.__class_getitem__(exact(shape.item))
            return Annotated[listed, msgspec.Meta(min_length=shape.at_least)] if shape.at_least else listed
        case Varied():
            return exact(shape.likely)
        case Record():
            return _struct(shape, is_open=is_open)


def _json_type(one: type) -> Type:
    if one is dict:
        return dict[str, Any]
    return list[Any] if one is list else one


def _either(types: list[Type]) -> Type:
    return reduce(or_, types)


def _struct(record: Record, *, is_open: bool) -> Type:
    """All required fields and the first of each group, whatever would make up for them."""
    needed = {**record.required, **{group[0]: record.optional[group[0]] for group in record.one_of}}
    fields: list[tuple[str, Type, Type]] = [
        (f"needed_{index}", exact(shape), msgspec.field(name=key))
        for index, (key, shape) in enumerate(needed.items())
    ]
    fields += [
        (f"may_{index}", exact(shape) | None, msgspec.field(name=key, default=None))
        for index, (key, shape) in enumerate(record.optional.items())
        if key not in needed
    ]
    return msgspec.defstruct("Exact", fields, forbid_unknown_fields=not is_open, gc=False, frozen=True)
