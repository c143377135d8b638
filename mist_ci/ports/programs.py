"""Running programs that a trusted branch brings along to grade answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Program:
    """A command without a shell, and the files that it needs, by their paths below the directory where it runs."""

    run: tuple[str, ...]
    timeout_s: float
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program wrote to its standard output, or why there is nothing to be read, as a clause."""

    output: bytes = b""
    problem: str | None = None


class Programs(Protocol):
    """Child processes with an environment of their own: no keys, and no files of the workspace beside them."""

    async def run(self, program: Program, text: bytes) -> Ran:
        """Runs a program once with `text` as its standard input. Whatever goes wrong is said in the result.

        At the time limit, or when the run ends, it and everything that it started is killed.
        """
        ...


class NoPrograms:
    """None may run."""

    async def run(self, program: Program, text: bytes) -> Ran:
        """Says so."""
        del program, text
        return Ran(problem="programs cannot be run here")
