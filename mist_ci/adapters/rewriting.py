"""A file of the user's data written anew: beside its place, to the disk, and then in one step to where it was."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mist_ci.errors import Code, CouldNotRun, Where


def why_not_rewritten(place: Path) -> str | None:
    """Why a file must not be replaced, as a clause; None for a regular file.

    A link is left alone: what it leads to may be anywhere, and replacing the link would part the two.
    """
    if place.is_symlink():
        return "it is a link: name the file that it leads to"
    if not os.access(place, os.W_OK):
        return "it may not be written"
    return None


def rewrite(place: Path, pieces: Iterable[bytes]) -> bool:
    """Replaces a file by what it is given, if that is anything else; True when it was.

    Whoever stops it half way keeps the old file. Raises CouldNotRun MC309 when there is no room, and whatever
    `pieces` raises; then nothing has changed.
    """
    try:
        number, name = tempfile.mkstemp(prefix=f".{place.name[:100]}.", suffix=".part", dir=place.parent)
    except OSError as error:
        raise _cannot_write(place, error) from None
    beside = Path(name)
    try:
        with os.fdopen(number, "wb") as file, place.open("rb") as old:
            is_same = True
            for piece in pieces:
                is_same = is_same and old.read(len(piece)) == piece
                file.write(piece)
            is_same = is_same and not old.read(1)
            file.flush()
            os.fchmod(file.fileno(), place.stat().st_mode & 0o7777)
            os.fsync(file.fileno())
        if not is_same:
            beside.replace(place)
            _settle(place.parent)
    except OSError as error:
        raise _cannot_write(place, error) from None
    finally:
        beside.unlink(missing_ok=True)
    return not is_same


def _settle(directory: Path) -> None:
    """A rename is on disk when its directory is."""
    number = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _cannot_write(place: Path, error: OSError) -> CouldNotRun:
    reason = (error.strerror or str(error)).lower()
    hint = "the file is as it was; the new one is written beside it, so its directory must be writable"
    return CouldNotRun(Code.CANNOT_WRITE, f"cannot be repaired: {reason}", where=Where(str(place)), hint=hint)
