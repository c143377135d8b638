"""The ready-made suites that ship with MIST CI, as a tree: `mist:NAME/suite.yml` and what lies beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mist_ci.adapters.directory import DirectoryTree
from mist_ci.models.config import READY_MADE

_PACKAGE = Path(__file__).parents[1]


class ShippedSuites:
    """Implements ports.Tree: the files of the package, and in a checkout those of suites/ beside it."""

    label = "the suites that ship with MIST CI"

    def __init__(self) -> None:
        inside = _PACKAGE / "suites"
        self._files = DirectoryTree(inside if inside.is_dir() else _PACKAGE.parent / "suites")

    def paths(self) -> Sequence[str]:
        """The files of suites, sorted; pages and generators are left out."""
        return tuple(f"{READY_MADE}{path}" for path in self._files.paths() if _belongs(path))

    def irregular(self) -> Sequence[str]:
        """None."""
        return ()

    def exists(self, path: str) -> bool:
        """True for a file of a suite."""
        return path in self.paths()

    def read(self, path: str) -> bytes:
        """The file's bytes."""
        return self._files.read(path.removeprefix(READY_MADE))

    def copy(self, path: str, write: Callable[[bytes], object]) -> None:
        """The file's bytes, a mebibyte at a time."""
        self._files.copy(path.removeprefix(READY_MADE), write)

    def read_table(self, path: str) -> Sequence[str]:
        """The rows of a Parquet file, of which none ships."""
        return self._files.read_table(path.removeprefix(READY_MADE))


def _belongs(path: str) -> bool:
    return path.count("/") == 1 and path.endswith(("/suite.yml", "/samples.jsonl"))
