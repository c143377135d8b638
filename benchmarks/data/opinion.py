"""What a checker says about a file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opinion:
    """`codes` are MIST CI's: those of errors and warnings. `crashed`: it ended with an exception or never."""

    flagged: bool
    crashed: bool = False
    message: str = ""
    codes: frozenset[str] = frozenset()
    asides: frozenset[str] = frozenset()
    """Codes that are given as information only: they neither catch a defect nor count as an alarm."""
