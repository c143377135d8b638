"""A directory as a tree: for `validate` and `eval`, which work on the files as they are."""

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from mist_ci.errors import Code, ConfigError, Where

_PIECE_BYTES = 2**20


class DirectoryTree:
    """Implements ports.Tree. Links that lead out of the directory are refused."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    @property
    def label(self) -> str:
        """What messages say."""
        return "the working directory"

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        hidden = {".git", ".venv", "node_modules", "__pycache__"}
        found = []
        for directory, names, files in os.walk(self._root):
            names[:] = sorted(name for name in names if name not in hidden)
            found += [(Path(directory) / name).relative_to(self._root).as_posix() for name in files]
        return tuple(sorted(path for path in found if path.isprintable()))

    def paths(self) -> Sequence[str]:
        """All files whose name is printable UTF-8, sorted."""
        return self._paths

    def irregular(self) -> Sequence[str]:
        """Nothing: in a directory of one's own, links are followed as long as they stay inside."""
        return ()

    def exists(self, path: str) -> bool:
        """True for a file."""
        return (self._root / path).is_file()

    def read(self, path: str) -> bytes:
        """The file's bytes."""
        pieces: list[bytes] = []
        self.copy(path, pieces.append)
        return b"".join(pieces)

    def copy(self, path: str, write: Callable[[bytes], object]) -> None:
        """The file's bytes, a mebibyte at a time."""
        target = (self._root / path).resolve()
        if not target.is_relative_to(self._root):
            raise ConfigError(Code.UNSAFE_PATH, "leads out of the directory", where=Where(path))
        try:
            with target.open("rb") as file:
                while piece := file.read(_PIECE_BYTES):
                    write(piece)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigError(Code.FILE_MISSING, reason.lower(), where=Where(path)) from None

    def read_table(self, path: str) -> Sequence[str]:
        """The rows of a Parquet file."""
        from mist_ci.adapters.tables import table_rows  # noqa: PLC0415 - most trees have none

        return table_rows(self.read(path), path)
