"""Targets by their names: those that ship, and files of a team's own."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from mist_ci.errors import Code, UsageError

if TYPE_CHECKING:
    from mist_ci.models.target import Target


class Targets(Protocol):
    """Where targets come from."""

    def load(self, names: Iterable[str], own: Mapping[str, bytes]) -> "tuple[Target, ...]":
        """The targets in the order given; `own` is path → content of files that were read already.

        Raises UsageError MC106 for a name that no target has, ConfigError for a file that cannot be used.
        """
        ...


class NoTargets:
    """A world in which there are none."""

    def load(self, names: Iterable[str], own: Mapping[str, bytes]) -> "tuple[Target, ...]":
        """Nothing for nothing. Raises UsageError MC106 for any name."""
        del own
        for name in names:
            raise UsageError(Code.UNKNOWN_NAME, f"no target is named {name!r}")
        return ()
