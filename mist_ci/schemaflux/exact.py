"""From a shape to a type of msgspec: what converts to it has no problems. The other way round is not promised."""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

import msgspec

from mist_ci.schemaflux.shape import ANYTHING, ListOf, One, OneOf, Record, Shape, Varied, Words

Type = Any
"""Types that are made here have no name."""


def exact(shape: Shape, *, is_open: bool = False) -> Type:
    """The type of values that have the shape. Keys that are not known are refused, unless `is_open`."""
    match shape:
        case One():
            return Any if shape is ANYTHING else _either([_json_type(one) for one in shape.types])
        case Words():
            return Literal.__getitem__(shape.words)
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
    fields: list[tuple[str, Type, Type]] = []
    names: dict[str, str] = {}
    for number, (key, shape) in enumerate({**record.optional, **record.required}.items()):
        names[key] = name = f"field_{number}"
        is_needed = key in record.required
        kind = exact(shape) if is_needed else exact(shape) | None
        if is_needed and key not in record.unless:
            fields.insert(0, (name, kind, msgspec.field(name=key)))
        else:
            absent = msgspec.field(name=key, default=msgspec.UNSET)
            fields.append((name, kind | msgspec.UnsetType, absent))
    checks = {"__post_init__": _check(record, names)} if record.one_of or record.unless else {}
    return msgspec.defstruct(
        "Exact", fields, namespace=checks, forbid_unknown_fields=not is_open, gc=False, frozen=True
    )


def _check(record: Record, names: Mapping[str, str]) -> Callable[[object], None]:
    """What types cannot say: one of a group, and what makes up for what."""
    groups = [[names[key] for key in group] for group in record.one_of]
    excuses = [(names[key], [names[other] for other in others]) for key, others in record.unless.items()]

    def check(made: object) -> None:
        for group in groups:
            if all(getattr(made, name) is msgspec.UNSET for name in group):
                raise ValueError(group)
        for name, others in excuses:
            if getattr(made, name) is msgspec.UNSET and not any(_says(getattr(made, one)) for one in others):
                raise ValueError(name)

    return check


def _says(value: object) -> bool:
    return value is not None and value is not msgspec.UNSET and value not in ("", [])
