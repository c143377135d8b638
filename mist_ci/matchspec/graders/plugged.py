"""Graders of other packages that are installed beside this one: entry points of the group `mist_ci.graders`."""

import functools
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.graders.grader import Grader

GROUP = "mist_ci.graders"


@dataclass(frozen=True, slots=True)
class Plugged:
    """A grader and the package that it comes from, as `name version`."""

    kind: type[Grader]
    origin: str


def names() -> list[str]:
    """The names of all plug-ins that are installed."""
    return sorted(_points())


def find(name: str, where: Where) -> Plugged | None:
    """The plug-in of a name; None when there is none. Raises ConfigError MC104 for one that cannot be used."""
    point = _points().get(name)
    return None if point is None else _load(point, where)


def _load(point: EntryPoint, where: Where) -> Plugged:
    origin = f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown package"
    try:
        kind = point.load()
    except Exception as error:  # noqa: BLE001 - somebody else's code runs here, and may do anything
        message = f"the grader {point.name!r} of {origin} cannot be imported: {type(error).__name__}: {error}"
        raise ConfigError(Code.WRONG_VALUE, message, where=where) from None
    if not (
        isinstance(kind, type) and issubclass(kind, Grader) and getattr(kind, "name", None) == point.name
    ):
        message = f"the plug-in {point.name!r} of {origin} is no Grader of that name"
        raise ConfigError(Code.WRONG_VALUE, message, where=where)
    return Plugged(kind, origin)


@functools.cache
def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
