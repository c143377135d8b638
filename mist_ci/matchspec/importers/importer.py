"""What an importer is: one module per tool, from the bytes of its files to records. No I/O in here."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mist_ci.models.record import Record
from mist_ci.models.result_file import ResultFile

__all__ = ["Importer", "ResultFile", "Wish", "hash_of", "key_of"]

_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller asks for, where the files leave a choice."""

    grader: str | None = None
    """Which score decides."""
    suite: str | None = None
    """The name of the suite, whatever the files say."""
    model: str | None = None
    """Which model's results to take from files that hold several."""
    prompt: str | None = None
    """Which prompt's results to take: its label or its id."""
    side: str | None = None
    """`base` or `head`: what the results are. Of files that tell sides apart, only this one is taken."""


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
    return hashlib.sha256(_canonical(parts).encode("utf-8", "surrogatepass")).hexdigest()


def hash_of(content: object) -> str:
    """`key_of` one thing; empty where there is nothing to hash."""
    return "" if content in (None, "", [], {}) else key_of(content)
