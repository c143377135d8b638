"""What earlier runs found out about models. It is information: no verdict is ever made from it."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mist_ci.models.iteration import Iteration, IterationLog


class IterationStore(Protocol):
    """Records of judged models that outlive a run. Several runs may write at once, and none loses a record."""

    def append(self, iterations: "Sequence[Iteration]") -> None:
        """Keeps the records of one job, all of them or none. Raises CouldNotRun."""
        ...

    def read(self) -> "IterationLog":
        """Everything that is remembered. Raises CouldNotRun when it cannot be read at all."""
        ...


class NoIterations:
    """For worlds that remember nothing."""

    def append(self, iterations: "Sequence[Iteration]") -> None:
        """Nothing is kept."""

    def read(self) -> "IterationLog":
        """Nothing is remembered."""
        from mist_ci.models.iteration import IterationLog  # noqa: PLC0415 - it knows all that a verdict is made of

        return IterationLog()
