"""The files of a data set, wherever they lie."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from mist_ci.models.config import Dataset
from mist_ci.ports.files import Tree
from mist_ci.ports.sources import Opened


@dataclass(frozen=True, slots=True)
class WantedData:
    """A data set as one side has it."""

    dataset: Dataset
    tree: Tree
    """Where its paths are looked up."""
    trusted: Tree
    """The base: its `.lfsconfig` may say where Git LFS keeps the objects."""
    hosts: tuple[str, ...] = ()
    """The policy's `data_hosts`."""


class Datasets(Protocol):
    """Opens data sets: blobs of a tree, objects of Git LFS, objects at an address."""

    def open(self, wanted: WantedData) -> AbstractContextManager[Sequence[Opened]]:
        """All files, sorted by path; they can be read until the `with` ends.

        What comes from outside of git is what its checksum says, or CouldNotRun MC305 is raised: never a part of it.
        Raises CouldNotRun MC205 for a missing extra, and what the tree raises.
        """
        ...
