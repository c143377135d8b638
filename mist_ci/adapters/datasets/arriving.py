"""An object on its way to disk: counted and hashed while it arrives."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from mist_ci.adapters.datasets.unverified import unverified

MAX_OBJECT_BYTES = 20 * 2**30


@dataclass(frozen=True, slots=True)
class Promised:
    """What must arrive."""

    sha256: str
    size: int | None = None


class Arriving:
    """Writes to `target`; `finish` says whether it is what was promised."""

    def __init__(self, label: str, target: Path, promised: Promised, max_bytes: int) -> None:
        self._label = label
        self._sha256 = promised.sha256
        self._size = promised.size
        self._max_bytes = max_bytes if self._size is None else min(self._size, max_bytes)
        self._got_bytes = 0
        self._digest = hashlib.sha256()
        self._file = target.open("wb")

    def write(self, piece: bytes) -> None:
        """Raises CouldNotRun MC305 for the first byte too many."""
        self._got_bytes += len(piece)
        if self._got_bytes > self._max_bytes:
            limit = "what its pointer says" if self._size is not None else "the limit"
            reason = f"the object is larger than {self._max_bytes:,} bytes, and that is {limit}"
            raise unverified(self._label, reason, "split the data, or correct where it lies")
        self._digest.update(piece)
        self._file.write(piece)

    def finish(self) -> None:
        """Raises CouldNotRun MC305 when something else arrived."""
        if self._size is not None and self._got_bytes != self._size:
            reason = f"{self._got_bytes:,} bytes arrived, and its pointer says {self._size:,}"
            raise unverified(self._label, reason, "is the object whole where it lies?")
        found = self._digest.hexdigest()
        if found != self._sha256:
            reason = f"what lies there has sha256 {found[:12]}…, and {self._sha256[:12]}… is expected"
            hint = "somebody changed the object: put the old one back, or commit its new sha256"
            raise unverified(self._label, reason, hint)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
