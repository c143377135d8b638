"""A source that lies in a file: where it was, or rewritten in a private directory."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.models.data_format import Compression, Container

BLOCK_BYTES = 1 << 17
LINE_NUMBER = array("Q")
"""How line numbers are stored: 8 bytes each."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """Implements ports.Source. It holds paths only, so another process can open it again."""

    path: str
    view: Path
    """The file with the JSONL view."""
    size: int
    file_bytes: int
    container: Container
    compression: Compression
    first_line: int = 1
    lines: Path | None = None
    """A file with one number per row; None where each row begins one line after the row before."""

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """Pieces of at most BLOCK_BYTES. Raises CouldNotRun MC305 when the file is not the one that was opened."""
        end = min(end, self.size)
        try:
            file = self.view.open("rb", buffering=0)
        except OSError:
            raise self._changed() from None
        with file:
            file.seek(start)
            while start < end:
                block = file.read(min(BLOCK_BYTES, end - start))
                if not block:
                    raise self._changed()
                start += len(block)
                yield block

    def line(self, row: int) -> int:
        """One look into the file of numbers, where there is one."""
        if self.lines is None:
            return self.first_line + row
        with self.lines.open("rb", buffering=0) as file:
            file.seek(row * LINE_NUMBER.itemsize)
            found = file.read(LINE_NUMBER.itemsize)
        number = array("Q", found)
        return number[0] if number else self.first_line + row

    def _changed(self) -> CouldNotRun:
        hint = "nothing may write into the data while it is validated"
        message = "the file changed while it was read"
        return CouldNotRun(Code.DATA_UNVERIFIED, message, where=Where(self.path), hint=hint)
