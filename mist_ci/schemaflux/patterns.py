"""One pattern of RE2 over bytes, for finding places: linear in the text, whatever the text."""

from typing import Any

import re2


def byte_pattern(pattern: bytes) -> Any:  # noqa: ANN401 - the library has no types
    """The compiled pattern. Its places count bytes; it sees UTF-8 as bytes."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern, options)
