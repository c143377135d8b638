"""Ids of spans: derived, never random, so that a parent's is known before it ends.

A sample's key is a hash, so ids below a suite need no new ones: they are the exclusive or of hashes, which is one.
"""

from hashlib import sha256

PRIME = 2**64 - 59
MOST = 2**64 - 1
STEP = 0x9E3779B97F4A7C15
"""From a number that is taken to another one, far away."""
KEY_DIGITS = 64


def hex_of(length: int, *parts: str) -> str:
    """So many hex digits that stand for these parts."""
    return sha256("\x1f".join(parts).encode()).hexdigest()[:length]


def number_of(*parts: str) -> int:
    """A number of 64 bits that stands for these parts."""
    return int(hex_of(16, *parts), 16)
