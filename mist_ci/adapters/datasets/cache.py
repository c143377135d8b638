"""Objects by their SHA-256, in a directory that outlives the run. What lies there is hashed before it is used."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PIECE_BYTES = 2**20


class ContentCache:
    """Whole, verified objects. The directory is made when it is first needed; where it cannot, `spare` is used."""

    def __init__(self, root: Path | None, spare: Path) -> None:
        self._root = root or spare
        self._spare = spare
        self._verified: set[Path] = set()

    def find(self, sha256: str) -> Path | None:
        """The file with this content; a damaged one is removed."""
        place = self._root / sha256[:2] / sha256
        if place in self._verified and place.is_file():
            return place
        if not place.is_file() or place.is_symlink():
            return None
        if digest_of(place) != sha256:
            with suppress(OSError):
                place.unlink()
            return None
        self._verified.add(place)
        return place

    def add(self, sha256: str, fill: Callable[[Path], None]) -> Path:
        """The file with this content, which `fill` writes and has verified; it appears whole or not at all."""
        if not _can_be_written(self._root):
            self._root = self._spare
        place = self._root / sha256[:2] / sha256
        place.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._root, prefix="arriving-")
        os.close(descriptor)
        arriving = Path(name)
        try:
            fill(arriving)
            arriving.replace(place)
        finally:
            arriving.unlink(missing_ok=True)
        self._verified.add(place)
        return place


def digest_of(place: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _can_be_written(root: Path) -> bool:
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(root, os.W_OK | os.X_OK)
