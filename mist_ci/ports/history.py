"""Commits that a clone may lack: CI checks out a single one."""

from collections.abc import Sequence
from typing import Protocol


class History(Protocol):
    """The remote that the clone came from."""

    def fetch(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Commit ids of branches (as the remote names them), full refs and commit ids, the base first.

        Afterwards the merge-base of the first with each other one is certain. Raises UsageError MC203 for what
        the remote does not have, CouldNotRun MC308 when it does not answer.
        """
        ...
