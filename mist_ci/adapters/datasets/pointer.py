"""What Git LFS commits in place of a file: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md."""

import re
from dataclasses import dataclass

MAX_POINTER_BYTES = 1024
"""The specification's limit: whatever is larger is no pointer."""

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-\d-[^\n]+\n)*oid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n?"
)


@dataclass(frozen=True, slots=True)
class Pointer:
    """One object: its SHA-256 in hexadecimal, and its size in bytes."""

    oid: str
    size: int


def read_pointer(content: bytes) -> Pointer | None:
    """None for what is no pointer, or for a version of pointers that nobody here knows."""
    found = _POINTER.fullmatch(content) if len(content) < MAX_POINTER_BYTES else None
    return Pointer(found[1].decode(), int(found[2])) if found else None
