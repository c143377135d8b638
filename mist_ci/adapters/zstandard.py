"""Zstandard: in the standard library since Python 3.14, and a package of its own before."""

import sys
from types import ModuleType


def library() -> ModuleType | None:
    """The module with ZstdDecompressor and ZstdError; None in a Python that was built without it."""
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415 - not in every build of Python
        else:
            from backports import zstd  # noqa: PLC0415 - most files need none
    except ImportError:
        return None
    return zstd
