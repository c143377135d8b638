"""Patterns for paths and branches: `*` inside one level, `**` across levels, `?` one character."""

import functools
import re


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(wild.get(part, re.escape(part)) for part in parts) + r"\Z", re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """True when the whole of `text` matches.

    >>> matches("release/*", "release/2.1"), matches("release/*", "release/2/1"), matches("**/*.yml", "a.yml")
    (True, False, True)
    """
    return _compiled(pattern).match(text) is not None


def matches_any(patterns: tuple[str, ...], text: str) -> bool:
    """True when one of the patterns matches."""
    return any(matches(pattern, text) for pattern in patterns)
