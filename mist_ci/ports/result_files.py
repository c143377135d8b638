"""Files that other runners wrote, wherever they lie."""

from collections.abc import Sequence
from typing import Protocol

from mist_ci.models.result_file import ResultFile


class ResultFiles(Protocol):
    """Reads results that somebody hands over, and writes the records that they become."""

    def read(self, paths: Sequence[str]) -> tuple[ResultFile, ...]:
        """The files, and of a directory all its files in sorted order. Raises ConfigError MC101 and MC113."""
        ...

    def write(self, path: str, lines: Sequence[bytes]) -> None:
        """Each line with a newline, whole or not at all. Raises CouldNotRun MC309."""
        ...
