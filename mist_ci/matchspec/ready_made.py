"""Ready-made suites, by their names: `mist:arithmetic`, or `mist:*` for all of them."""

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.config import READY_MADE
from mist_ci.parsing.document import nearest
from mist_ci.parsing.glob import matches
from mist_ci.ports.files import Tree

_FILE = "/suite.yml"


def is_meant(pattern: str) -> bool:
    """True when an entry of a policy's `suites` names ready-made suites, and no files."""
    return pattern.startswith(READY_MADE)


def names(shipped: Tree, pattern: str) -> list[str]:
    """The ready-made suites that a pattern matches, as `mist:NAME`; none when there is no such suite."""
    every = (path.removesuffix(_FILE) for path in shipped.paths() if path.endswith(_FILE))
    return [name for name in every if matches(pattern, name)]


def file_of(name: str) -> str:
    """The suite file of `mist:NAME`."""
    return f"{name}{_FILE}"


def unknown(shipped: Tree, pattern: str, where: Where | None) -> ConfigError:
    """The error about a pattern that no ready-made suite matches, with the nearest name."""
    known = [name.removeprefix(READY_MADE) for name in names(shipped, f"{READY_MADE}*")]
    hint = nearest(pattern.removeprefix(READY_MADE), known)
    return ConfigError(Code.UNKNOWN_NAME, f"no ready-made suite is named {pattern!r}", where=where, hint=hint)
