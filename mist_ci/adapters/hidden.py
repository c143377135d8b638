"""Directories of ours in somebody's work tree."""

from contextlib import suppress
from pathlib import Path


def make_hidden(root: Path) -> None:
    """Makes a directory; a new one hides itself from git, so that `git add --all` never commits what is in it.

    Raises OSError.
    """
    try:
        root.mkdir(parents=True)
    except FileExistsError:
        return
    with suppress(FileExistsError), (root / ".gitignore").open("x", encoding="utf-8") as ignored:
        ignored.write("*\n")
