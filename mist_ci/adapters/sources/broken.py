"""Why a file cannot be read as what it is. Inside this package it is raised; outside it is a BrokenSource."""


class Broken(Exception):
    """What is wrong, what to do next, and the line (of the unpacked file, from 1) where it broke."""

    def __init__(self, reason: str, hint: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.line = line


class NotAnArray(Exception):
    """What looked like one JSON array goes on after it: it is read as JSON Lines."""
