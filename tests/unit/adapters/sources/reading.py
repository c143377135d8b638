"""Opening files in tests."""

import json
from pathlib import Path
from typing import Any

from mist_ci.adapters.sources import Opener
from mist_ci.adapters.sources.stored import FileSource
from mist_ci.ports.sources import BrokenSource, BytesSource


def content(source: FileSource | BytesSource) -> bytes:
    return b"".join(source.blocks(0, source.size))


def rows(source: FileSource | BytesSource) -> list[Any]:
    return [json.loads(line) for line in content(source).split(b"\n") if line.strip()]


def save(directory: Path, name: str, data: bytes | str) -> Path:
    place = directory / name
    place.write_bytes(data.encode() if isinstance(data, str) else data)
    return place


def opened(opener: Opener, directory: Path, name: str, data: bytes | str) -> FileSource:
    """The source of a file with this content, which must be a good one."""
    source = opener.open(name, save(directory, name, data))
    assert isinstance(source, FileSource), source
    return source


def broken(opener: Opener, directory: Path, name: str, data: bytes | str) -> BrokenSource:
    """Why a file with this content cannot be read."""
    source = opener.open(name, save(directory, name, data))
    assert isinstance(source, BrokenSource), source
    assert source.path == name
    assert source.hint
    return source
