"""The CI runner that started us: its job summary and its outputs."""

from collections.abc import Mapping
from typing import Protocol


class Runner(Protocol):
    """Both do nothing where the runner offers no place for them."""

    def summary(self, markdown: str) -> None:
        """Adds to the job summary. Raises CouldNotRun MC309."""
        ...

    def outputs(self, values: Mapping[str, str]) -> None:
        """Sets outputs of the step. Raises CouldNotRun MC309."""
        ...
