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


def reaches_below(pattern: str, directory: str) -> bool:
    """True when `pattern` could match something below `directory`.

    >>> reaches_below("data/**/*.jsonl", "data/extra"), reaches_below("data/*.jsonl", "data/extra")
    (True, False)
    """
    wanted = pattern.split("/")
    for depth, part in enumerate(directory.split("/")):
        if "**" in wanted[min(depth, len(wanted) - 1)]:
            return True
        if depth >= len(wanted) - 1 or not matches(wanted[depth], part):
            return False
    return True
