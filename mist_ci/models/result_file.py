"""A file that a runner wrote, in memory: what importers read."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file that a runner wrote. `members` are the unpacked ones where it is an archive."""

    path: str
    data: bytes
    members: Mapping[str, bytes] | None = None

    @property
    def sha256(self) -> str:
        """64 hex digits over the bytes of the file."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def stem(self) -> str:
        """The file's name without directories and its last suffix: `out` of `results/out.json`."""
        name = self.path.replace("\\", "/").rpartition("/")[2]
        return name.rpartition(".")[0] or name
