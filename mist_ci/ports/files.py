"""Reading a repository at a commit, without ever checking it out."""

from collections.abc import Callable, Sequence
from typing import Protocol

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.plan import Change, Event


class Tree(Protocol):
    """The files of one commit (or of a directory)."""

    @property
    def label(self) -> str:
        """How messages name this tree, for example `base 3fa2c1d`."""
        ...

    def paths(self) -> Sequence[str]:
        """All regular files, sorted. Symbolic links and submodules are left out."""
        ...

    def irregular(self) -> Sequence[str]:
        """What `paths` leaves out: links, submodules, and files whose name cannot be printed."""
        ...

    def exists(self, path: str) -> bool:
        """True when `path` is a regular file of this tree."""
        ...

    def read(self, path: str) -> bytes:
        """The content of a file. Raises ConfigError MC101 or MC111."""
        ...

    def copy(self, path: str, write: Callable[[bytes], object]) -> None:
        """Hands over the content of a file in pieces, so that its size does not matter. Raises like `read`."""
        ...

    def read_table(self, path: str) -> Sequence[str]:
        """The rows of a Parquet file as JSON, without what is null in them; all of them in memory.

        Raises like `read`, ConfigError MC102 for what is no such file, CouldNotRun MC205 without pyarrow.
        """
        ...


class NoFiles:
    """A tree in which there is nothing."""

    label = "an empty tree"

    def paths(self) -> Sequence[str]:
        """None."""
        return ()

    def irregular(self) -> Sequence[str]:
        """None."""
        return ()

    def exists(self, path: str) -> bool:
        """False."""
        del path
        return False

    def read(self, path: str) -> bytes:
        """Raises ConfigError MC101."""
        raise ConfigError(Code.FILE_MISSING, f"not in {self.label}", where=Where(path))

    def copy(self, path: str, write: Callable[[bytes], object]) -> None:
        """Raises ConfigError MC101."""
        write(self.read(path))

    def read_table(self, path: str) -> Sequence[str]:
        """Raises ConfigError MC101."""
        raise ConfigError(Code.FILE_MISSING, f"not in {self.label}", where=Where(path))


class Files(Protocol):
    """A git repository."""

    def event(self, base: str, head: str) -> Event:
        """Resolves two revisions and their merge-base. Raises UsageError MC202 or MC203."""
        ...

    def commit(self, revision: str) -> str:
        """The id of the commit that a revision names. Raises UsageError MC203."""
        ...

    def tree(self, revision: str, label: str) -> Tree:
        """The tree of a resolved commit."""
        ...

    def changes(self, old: str, new: str) -> tuple[Change, ...]:
        """Paths that differ between two resolved commits; a rename is a deletion and an addition."""
        ...
