"""Stored answers as the command line names them."""

from pathlib import Path
from typing import TYPE_CHECKING

from mist_ci.errors import Code, UsageError

if TYPE_CHECKING:
    from mist_ci.ports.outputs import OutputStore


def outputs_by_hand(directory: Path | None, mode: str) -> "OutputStore":
    """Stored answers as somebody asked for them. Raises UsageError MC201 for a mode of nothing."""
    from mist_ci.cli import wiring

    if directory is None and mode == "read":
        hint = "name the directory: --outputs DIR"
        raise UsageError(Code.USAGE, "--outputs-mode goes with --outputs", hint=hint)
    return wiring.outputs(directory, may_write=mode == "read-write")
