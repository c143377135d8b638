"""The CI runner that started us: its job summary, annotations and outputs."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Runner(Protocol):
    """Each does nothing where the runner offers no place for it."""

    def summary(self, markdown: str) -> None:
        """Adds to the job summary. Raises CouldNotRun MC309."""
        ...

    def annotate(self, commands: Sequence[str]) -> None:
        """Shows annotations; each is one whole workflow command, its texts already escaped."""
        ...

    def outputs(self, values: Mapping[str, str]) -> None:
        """Sets outputs of the step. Raises CouldNotRun MC309."""
        ...
