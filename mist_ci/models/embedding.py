"""A vector as text, so that it is sent, stored and recalled like any other answer."""

import base64
import binascii
import math
import struct
from collections.abc import Sequence

_BYTES_EACH = 4


def encode_vector(numbers: Sequence[float]) -> str:
    """The numbers as 32-bit floats, little-endian, in Base64. Raises ValueError for what no such float can hold.

    >>> encode_vector([1.0, -0.5])
    'AACAPwAAAL8='
    """
    try:
        packed = struct.pack(f"<{len(numbers)}f", *numbers)
    except (struct.error, OverflowError) as error:
        raise ValueError(f"not a vector: {error}") from None
    return base64.b64encode(packed).decode()


def decode_vector(text: str) -> tuple[float, ...]:
    """The numbers again, all of them finite. Raises ValueError for text that holds no vector.

    >>> decode_vector("AACAPwAAAL8=")
    (1.0, -0.5)
    """
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not a vector") from None
    if not packed or len(packed) % _BYTES_EACH:
        raise ValueError("not a vector")
    numbers = struct.unpack(f"<{len(packed) // _BYTES_EACH}f", packed)
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError("a vector with a number that is not finite")
    return numbers


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Cosine of the angle between two vectors, in [-1, 1]; 0 where one has no length.

    Raises ValueError for vectors of different lengths.

    >>> cosine([1.0, 0.0], [2.0, 0.0]), cosine([1.0, 0.0], [0.0, 3.0])
    (1.0, 0.0)
    """
    if len(one) != len(other):
        raise ValueError(f"vectors of {len(one)} and {len(other)} numbers")
    product = math.fsum(left * right for left, right in zip(one, other, strict=True))
    lengths = math.hypot(*one) * math.hypot(*other)
    return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0
