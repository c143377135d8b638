"""What an importer is: one module per tool, from the bytes of its files to records. No I/O in here."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mist_ci.models.record import Record


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


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller asks for: which grader decides, and a name for suites that have none in the file."""

    grader: str | None = None
    suite: str | None = None


class Importer(Protocol):
    """The interface that a module of this package has."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a module constant
        """How people name the tool: `promptfoo`."""
        ...

    @property
    def EXPECTS(self) -> str:  # noqa: N802
        """The files and versions that are understood, for messages."""
        ...

    def recognises(self, file: ResultFile) -> bool:
        """True when the file looks like this tool's, whatever version; cheap, and never raises."""
        ...

    def read(self, files: Sequence[ResultFile], wish: Wish) -> list[Record]:
        """All records of the files of one run. Raises ConfigError MC113 with file, line and field."""
        ...


def key_of(*parts: object) -> str:
    """SHA-256 of canonical JSON: what identifies a case, whatever its place in a file."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
