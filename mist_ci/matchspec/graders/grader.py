"""What a grader is: a pure function of output and expectation, with a name, a version and checked options.

To add one, copy the shortest file of this folder and list its class in `__init__.py`.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from mist_ci.models.base import Model
from mist_ci.models.suite import Expected


class Grader(Model, ABC):
    """The fields of a subclass are its options, validated when the suite is loaded.

    The class docstring is the manual page of the grader. Raise `version` whenever a score could change:
    results of different versions are never compared.
    """

    name: ClassVar[str]
    version: ClassVar[int]

    @abstractmethod
    def grade(self, output: str, expected: Expected) -> float:
        """A finite score in [0, 1]."""

    def refuse(self, expected: Expected) -> str | None:
        """Why this expectation cannot be graded, or None; asked once per sample at load."""
        return None if texts(expected) else "expected must not be empty"


def texts(expected: Expected) -> tuple[str, ...]:
    """The acceptable answers as text: a list means any of them; true and false are `true` and `false`."""
    if isinstance(expected, tuple):
        return expected
    return (str(expected).lower() if isinstance(expected, bool) else str(expected),)


def fold(text: str, *, ignore_case: bool, ignore_whitespace: bool) -> str:
    """Surrounding whitespace never counts; case and inner runs of whitespace by option."""
    text = " ".join(text.split()) if ignore_whitespace else text.strip()
    return text.casefold() if ignore_case else text
