"""Why a file cannot be read as what it is. Inside this package it is raised; outside it is a BrokenSource."""

_NAME_CHARS, _CUT_CHARS = 60, 12


class Broken(Exception):
    """What is wrong, what to do next, and the line (of the unpacked file, from 1) where it broke."""

    def __init__(self, reason: str, hint: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.line = line


class NotAnArray(Exception):
    """What looked like one JSON array goes on after it: it is read as JSON Lines."""


def shown_name(name: str) -> str:
    """The name of a column in quotes; of a long one so little that it is no part of a key that somebody would miss."""
    return repr(name if len(name) <= _NAME_CHARS else f"{name[:_CUT_CHARS]}…")
