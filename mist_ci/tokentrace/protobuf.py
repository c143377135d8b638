"""The little of Protocol Buffers' wire format that OTLP needs: a page of code instead of a dependency.

Source: protobuf.dev, "Encoding". Tests decode every message with OpenTelemetry's own classes.
"""

import struct
from collections.abc import Iterator

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_LOW_BITS, _MORE, _WORD_BITS = 0x7F, 0x80, 64
_TYPE_BITS = 3


class NotProtobuf(ValueError):
    """Bytes that are no message."""


def varint(value: int) -> bytes:
    """An integer in groups of seven bits; a negative one as two's complement of 64 bits."""
    value %= 1 << _WORD_BITS
    groups = bytearray()
    while value > _LOW_BITS:
        groups.append(value & _LOW_BITS | _MORE)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def integer(number: int, value: int) -> bytes:
    """A field of an integer, an enum or a boolean."""
    return varint(number << _TYPE_BITS | _VARINT) + varint(value)


def fixed64(number: int, value: int) -> bytes:
    """A field of eight bytes."""
    return varint(number << _TYPE_BITS | _FIXED64) + struct.pack("<Q", value)


def double(number: int, value: float) -> bytes:
    """A field of a floating point number."""
    return varint(number << _TYPE_BITS | _FIXED64) + struct.pack("<d", value)


def block(number: int, content: bytes | str) -> bytes:
    """A field of bytes, of a text or of another message."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    return varint(number << _TYPE_BITS | _LENGTH) + varint(len(data)) + data


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Numbers of fields with their values, as they come. Raises NotProtobuf."""
    place = 0
    while place < len(message):
        key, place = _varint_at(message, place)
        kind = key & 0b111
        if kind == _VARINT:
            value, place = _varint_at(message, place)
            yield key >> _TYPE_BITS, value
            continue
        size = {_FIXED64: 8, _FIXED32: 4}.get(kind)
        if kind == _LENGTH:
            size, place = _varint_at(message, place)
        if size is None or place + size > len(message):
            raise NotProtobuf("a field is cut off, or of a kind that nobody uses")
        yield key >> _TYPE_BITS, message[place : place + size]
        place += size


def _varint_at(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, _WORD_BITS + 6, 7):
        if place >= len(message):
            break
        group = message[place]
        place += 1
        value |= (group & _LOW_BITS) << shift
        if group < _MORE:
            return value, place
    raise NotProtobuf("an integer is cut off")
