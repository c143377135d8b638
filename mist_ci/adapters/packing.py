"""Very long entries of a store in fewer bytes: one JSON text that holds them compressed."""

import base64
import binascii
import zlib

MAX_ENTRY_BYTES = 2**20
"""What is longer is packed."""
MAX_PACKED_BYTES = 32 * 2**20
"""What is longer still is not stored: an answer of a server has 8 MiB at most, and JSON may need more to write it."""
_FAST = 1


def packed(body: bytes) -> bytes:
    """A JSON text, with its quotation marks."""
    return b'"' + base64.b64encode(zlib.compress(body, _FAST)) + b'"'


def unpacked(text: bytes) -> bytes | None:
    """What was packed; None for anything that `packed` did not write, however large it would get."""
    stream = zlib.decompressobj()
    try:
        body = stream.decompress(base64.b64decode(text[1:-1], validate=True), MAX_PACKED_BYTES)
    except (binascii.Error, zlib.error):
        return None
    return body if stream.eof and not stream.unused_data else None
