"""Targets: those that ship with MIST CI, and files of a team's own."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mist_ci.errors import Code, ConfigError, UsageError, Where
from mist_ci.parsing.document import nearest, parse

if TYPE_CHECKING:
    from mist_ci.models.target import Target

SHIPPED = Path(__file__).parents[1] / "targets"
_SUFFIXES = (".yaml", ".yml")


def shipped_targets() -> "tuple[Target, ...]":
    """All that ship with MIST CI, by name."""
    return tuple(_shipped(name) for name in shipped_names())


def shipped_names() -> list[str]:
    """The names of all that ship with MIST CI, in order."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def parse_target(content: bytes, file: str) -> "Target":
    """A target from the text of its file. Raises ConfigError with file, line and field."""
    from mist_ci.models.target import Target  # noqa: PLC0415 - large, and most commands need none

    return parse(Target, content, file)[0]


def load_targets(names: Iterable[str], own: Mapping[str, bytes] | None = None) -> "tuple[Target, ...]":
    """The targets of a command line: `together,trl`, or paths of YAML files, in the order given and each once.

    `own` is path → content of a team's own files that were read already (from the base branch of a gate); a path
    that is not in it is read from disk. Raises UsageError MC106 for a name that no target has, and ConfigError
    for a file that cannot be used or that carries the name of another target asked for.
    """
    found: dict[str, tuple[Target, str]] = {}
    for name in dict.fromkeys(one.strip() for given in names for one in given.split(",")):
        if not name:
            continue
        target = _own(name, own or {}) if name.endswith(_SUFFIXES) else _shipped(name)
        before = found.setdefault(target.name, (target, name))
        if before[1] != name:
            message = f"two targets are named {target.name!r}: {before[1]} and {name}"
            hint = "give your own target a name of its own"
            raise ConfigError(Code.DUPLICATE, message, where=Where(name, field="name"), hint=hint)
    return tuple(target for target, _ in found.values())


class TargetFiles:
    """Implements ports.Targets."""

    def load(self, names: Iterable[str], own: Mapping[str, bytes]) -> "tuple[Target, ...]":
        """As `load_targets`."""
        return load_targets(names, own)


@cache
def _shipped(name: str) -> "Target":
    """One of them; the others are not read."""
    names = shipped_names()
    if name not in names:
        hint = f"{nearest(name, names)}; `mist-ci targets` lists them, and a file of your own ends in .yaml"
        raise UsageError(Code.UNKNOWN_NAME, f"no target is named {name!r}", hint=hint)
    return parse_target((SHIPPED / f"{name}.yaml").read_bytes(), f"mist_ci/targets/{name}.yaml")


def _own(path: str, own: Mapping[str, bytes]) -> "Target":
    if path in own:
        return parse_target(own[path], path)
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "name a file, or a target that `mist-ci targets` lists"
        raise UsageError(Code.FILE_MISSING, reason, where=Where(path), hint=hint) from None
    return parse_target(content, path)
