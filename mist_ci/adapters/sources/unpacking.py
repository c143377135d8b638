"""gzip and Zstandard, unpacked in pieces into a file that has a limit."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from mist_ci.adapters import zstandard
from mist_ci.adapters.sources.broken import Broken
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.data_format import Compression

_PIECE_BYTES = 2**20
_GZIP = 31  # zlib's number for gzip's header and trailer
_HINT = "pack it again, and compare the size with where it came from"


class _Frame(Protocol):
    """One gzip member or Zstandard frame: bytes in, at most so many bytes out."""

    @property
    def is_over(self) -> bool: ...

    @property
    def rest(self) -> bytes: ...

    def unpack(self, packed: bytes) -> bytes: ...


class _Member:
    """A gzip member."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    @property
    def is_over(self) -> bool:
        return self._member.eof

    @property
    def rest(self) -> bytes:
        return self._member.unused_data

    def unpack(self, packed: bytes) -> bytes:
        return self._member.decompress(self._member.unconsumed_tail + packed, _PIECE_BYTES)


class _ZstandardFrame:
    """A Zstandard frame."""

    def __init__(self) -> None:
        library = zstandard.library()
        if library is None:
            hint = "install backports.zstd, or store the data unpacked"
            raise CouldNotRun(Code.EXTRA_MISSING, "no library for Zstandard is installed", hint=hint)
        self._frame = library.ZstdDecompressor()
        self._error: type[Exception] = library.ZstdError

    @property
    def is_over(self) -> bool:
        return bool(self._frame.eof)

    @property
    def rest(self) -> bytes:
        return bytes(self._frame.unused_data)

    def unpack(self, packed: bytes) -> bytes:
        try:
            return bytes(self._frame.decompress(packed, _PIECE_BYTES))
        except self._error as error:
            raise zlib.error(str(error)) from None


def unpack(packed: Path, compression: Compression, write: Callable[[bytes], object]) -> None:
    """Hands over the content piece by piece, of all members or frames one after the other. Raises Broken."""
    begin: Callable[[], _Frame] = _Member if compression is Compression.GZIP else _ZstandardFrame
    name = "gzip" if compression is Compression.GZIP else "Zstandard"
    try:
        for piece in _unpacked(packed, begin):
            write(piece)
    except EOFError:
        raise Broken(f"its {name} data is cut off", _HINT) from None
    except zlib.error as error:
        raise Broken(f"its {name} data is damaged: {error}", _HINT) from None


def _unpacked(packed: Path, begin: Callable[[], _Frame]) -> Iterator[bytes]:
    frame: _Frame | None = begin()
    with packed.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            while piece:
                if frame is None:
                    piece = piece.lstrip(b"\0")
                    if not piece:
                        break
                    frame = begin()
                yield from _pieces(frame, piece)
                piece, frame = (frame.rest, None) if frame.is_over else (b"", frame)
    if frame is not None:
        raise EOFError


def _pieces(frame: _Frame, packed: bytes) -> Iterator[bytes]:
    """All that comes out of some packed bytes. A decompressor that has more to give gives it for nothing."""
    piece = frame.unpack(packed)
    while piece:
        yield piece
        piece = b"" if frame.is_over else frame.unpack(b"")
