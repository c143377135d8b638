"""What earlier runs found out about models. It is information: no verdict is ever made from it."""

from collections.abc import Sequence
from typing import Protocol

from mist_ci.models.iteration import Iteration, IterationLog


class IterationStore(Protocol):
    """Records of judged models that outlive a run. Several runs may write at once, and none loses a record."""

    def append(self, iterations: Sequence[Iteration]) -> None:
        """Keeps the records of one job, all of them or none. Raises CouldNotRun."""
        ...

    def read(self) -> IterationLog:
        """Everything that is remembered. Raises CouldNotRun when it cannot be read at all."""
        ...


class NoIterations:
    """For worlds that remember nothing."""

    def append(self, iterations: Sequence[Iteration]) -> None:
        """Nothing is kept."""

    def read(self) -> IterationLog:
        """Nothing is remembered."""
        return IterationLog()
