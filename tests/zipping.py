"""ZIP archives byte by byte, for tests: with any method, and with whatever a stranger may lie about."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from backports import zstd

STORED, DEFLATED, ZSTANDARD = 0, 8, 93
_VERSION = 20


@dataclass(frozen=True)
class Member:
    """What an archive says of a member, true or not."""

    name: str
    packed: bytes
    method: int
    size: int
    crc: int
    flags: int = 0x800  # the name is UTF-8


def member(name: str, content: bytes, method: int = ZSTANDARD, frames: int = 1) -> Member:
    """An honest one. Zstandard content may be cut into several frames."""
    match method:
        case 8:
            packer = zlib.compressobj(wbits=-15)
            packed = packer.compress(content) + packer.flush()
        case 93:
            step = -(-len(content) // frames) or 1
            packed = b"".join(zstd.compress(content[at : at + step]) for at in range(0, len(content), step))
        case _:
            packed = content
    return Member(name, packed, method, len(content), zlib.crc32(content))


def pack(contents: Mapping[str, bytes], method: int = ZSTANDARD) -> bytes:
    """An honest archive."""
    return archive(*(member(name, content, method) for name, content in contents.items()))


def archive(*members: Member) -> bytes:
    """An archive of members as they are."""
    body, directory = b"", b""
    for one in members:
        name = one.name.encode()
        fields = struct.pack(
            "<HHHHIIIHH", one.flags, one.method, 0, 0x21, one.crc, len(one.packed), one.size, len(name), 0
        )
        version = struct.pack("<H", _VERSION)
        directory += (
            b"PK\x01\x02" + version + version + fields + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name
        )
        body += b"PK\x03\x04" + version + fields + name + one.packed
    count = len(members)
    return (
        body
        + directory
        + b"PK\x05\x06"
        + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)
    )


__all__ = ["DEFLATED", "STORED", "ZSTANDARD", "Member", "archive", "member", "pack", "replace"]
