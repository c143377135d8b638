"""ZIP archives from strangers, unpacked in memory: stored, deflate and Zstandard members, within limits.

Python 3.11's zipfile reads a directory and cannot read members of method 93 (Zstandard, APPNOTE 6.3.8), which Inspect
writes. So the directory is zipfile's work, and the bytes of every member are cut out and unpacked here, with one set of
checks for all methods.
"""

import io
import zipfile
import zlib
from types import ModuleType

from mist_ci.adapters import zstandard
from mist_ci.errors import Code, ConfigError, UsageError, Where

MIB = 1 << 20
MAX_MEMBERS = 200_000
"""Inspect writes one member per sample and epoch."""
MAX_UNPACKED_BYTES = 2048 * MIB
MAX_RATIO = 250
"""Unpacked to packed bytes of the whole archive; logs of repetitive answers reach about 60."""
RATIO_FROM_BYTES = 64 * MIB
"""Small archives may be as dense as they like: they cannot hurt."""

_MAGIC = b"PK\x03\x04"
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1
_RAW_DEFLATE = -15


def is_archive(data: bytes) -> bool:
    """True when the bytes begin as a ZIP file with members does."""
    return data.startswith(_MAGIC)


def unpack(data: bytes, file: str) -> dict[str, bytes]:
    """The members of a ZIP archive by name, directories left out, in the order of the archive.

    Raises ConfigError MC113 for everything that is wrong with it (no ZIP, encrypted, cut off, checksum, a method
    that is not 0, 8 or 93, a name twice, more than MAX_MEMBERS members, MAX_UNPACKED_BYTES or MAX_RATIO), and
    UsageError MC205 when a member is Zstandard and no library for it is installed. `file` is for messages.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    except (zipfile.BadZipFile, RuntimeError, ValueError, OSError) as error:
        raise _refused(file, f"is no ZIP archive that can be read: {error}") from None
    _check_limits(entries, len(data), file)
    members: dict[str, bytes] = {}
    for entry in entries:
        if not entry.filename:
            raise _refused(file, "has a member without a name")
        if entry.filename in members:
            raise _refused(file, f"has two members named {entry.filename!r}")
        members[entry.filename] = _member(data, entry, file)
    return members


def _check_limits(entries: list[zipfile.ZipInfo], packed_bytes: int, file: str) -> None:
    """By what the directory promises; `_member` holds every member to its promise."""
    if len(entries) > MAX_MEMBERS:
        raise _refused(file, f"has {len(entries):,} members; at most {MAX_MEMBERS:,} are unpacked")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        message = f"would unpack to {unpacked // MIB:,} MiB; the limit is {MAX_UNPACKED_BYTES // MIB:,}"
        raise _refused(file, message)
    if unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * packed_bytes:
        message = (
            f"would grow {unpacked // packed_bytes:,} times when unpacked; the limit is {MAX_RATIO} times"
        )
        raise _refused(file, message)


def _member(data: bytes, entry: zipfile.ZipInfo, file: str) -> bytes:
    if entry.flag_bits & _ENCRYPTED:
        raise _refused(file, f"{entry.filename} is encrypted")
    try:
        content = _inflate(_packed(data, entry), entry, file)
    except (zlib.error, EOFError, ValueError) as error:
        raise _refused(file, f"{entry.filename} is damaged: {error}") from None
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise _refused(
            file, f"{entry.filename} is damaged: it does not have the size and checksum it should have"
        )
    return content


def _packed(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """The compressed bytes: behind the member's own header, whose name and extra field have their own lengths."""
    header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER_BYTES]
    if len(header) < _LOCAL_HEADER_BYTES or not header.startswith(_MAGIC):
        raise EOFError("its header is missing")
    name_bytes, extra_bytes = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    start = entry.header_offset + _LOCAL_HEADER_BYTES + name_bytes + extra_bytes
    packed = data[start : start + entry.compress_size]
    if len(packed) < entry.compress_size:
        raise EOFError("the archive ends before it")
    return packed


def _inflate(packed: bytes, entry: zipfile.ZipInfo, file: str) -> bytes:
    """At most one byte more than the directory promises, so that a lie costs no memory."""
    limit = entry.file_size + 1
    match entry.compress_type:
        case 0:
            return packed
        case 8:
            return zlib.decompressobj(_RAW_DEFLATE).decompress(packed, limit)
        case 93:
            return _zstandard(packed, limit, entry, file)
        case other:
            raise _refused(
                file, f"{entry.filename} is packed with method {other}; 0, 8 and 93 are understood"
            )


def _zstandard(packed: bytes, limit: int, entry: zipfile.ZipInfo, file: str) -> bytes:
    """A member may be several frames, one after the other: Inspect begins a new one every 200 MiB."""
    zstd = _zstd_library(file)
    content = bytearray()
    rest = packed
    while rest and len(content) < limit:
        frame = zstd.ZstdDecompressor()
        try:
            content += frame.decompress(rest, limit - len(content))
        except zstd.ZstdError as error:
            raise _refused(file, f"{entry.filename} is damaged: {error}") from None
        if not frame.eof:
            break  # cut off, or longer than promised: the size says so
        rest = frame.unused_data
    return bytes(content)


def _zstd_library(file: str) -> ModuleType:
    zstd = zstandard.library()
    if zstd is None:
        message = "its members are packed with Zstandard, and backports.zstd is not installed"
        hint = "install backports.zstd, or convert the log: inspect log convert --to json"
        raise UsageError(Code.EXTRA_MISSING, message, where=Where(file), hint=hint)
    return zstd


def _refused(file: str, message: str) -> ConfigError:
    return ConfigError(
        Code.BAD_RESULTS, message, where=Where(file), hint="hand over the file that the tool wrote"
    )
