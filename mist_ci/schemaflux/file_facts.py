"""What is known about a file of training data when all of it was read, for the rules that look at nothing else."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from mist_ci.models.data_format import Compression, Container, DataFormat
from mist_ci.models.target import Target
from mist_ci.schemaflux.rule import Problem
from mist_ci.schemaflux.stated import FactRule


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file of a data set."""

    path: str
    format: DataFormat
    file_bytes: int
    """Bytes of the file as it is stored."""
    rows: int
    today: date
    """The day of the run, in UTC."""
    blank_lines: tuple[int, ...] = ()
    """The first of the blank lines, from 1."""
    blank_count: int = 0
    """How many there are."""
    container: Container = Container.JSONL
    compression: Compression = Compression.NONE

    def shown(self) -> bytes:
        """As an example on a manual page."""
        told = {
            "file": self.path,
            "format": self.format,
            "container": self.container,
            "bytes": self.file_bytes,
            "rows": self.rows,
            "blank lines": self.blank_count,
            "day of the run": self.today.isoformat(),
        }
        return json.dumps(told).encode()


class FileFactRule(FactRule, Protocol):
    """Judges what is known about one file for one target. Silent where the target states nothing."""

    BAD: FileFacts
    GOOD: FileFacts

    def check(self, facts: FileFacts, target: Target, /) -> Iterable[Problem]:
        """What the target would not like."""
        ...


EXAMPLE = FileFacts("train.jsonl", DataFormat.OPENAI_CHAT, 1_200_000, 1_000, date(2026, 11, 26))
"""A file that nobody minds."""
