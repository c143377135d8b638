"""What a grader is: a pure function of output and expectation, with a name, a version and checked options.

To add one, copy the shortest file of this folder and list its class in `__init__.py`.
"""

from abc import ABC, abstractmethod
from typing import ClassVar, cast

from mist_ci.models.answer import Answer
from mist_ci.models.base import Model
from mist_ci.models.suite import Expected, Sample


class Grader(Model, ABC):
    """The fields of a subclass are its options, validated when the suite is loaded.

    The class docstring is the manual page of the grader. Raise `version` whenever a score could change:
    results of different versions are never compared.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    needs_logprobs: ClassVar[bool] = False
    """True when the server is asked for the log-probabilities of tokens."""

    @property
    def asks(self) -> str | None:
        """The model that it asks; None for a grader that asks nobody."""
        return None

    @abstractmethod
    def grade(self, answer: Answer, sample: Sample) -> float:
        """A finite score in [0, 1]."""

    def score(self, text: str, expected: Expected) -> float:
        """What an answer of plain text gets: to try a grader by hand."""
        return self.grade(Answer(text), Sample(key="", id="", messages=(), expected=expected))

    def refuse(self, sample: Sample) -> str | None:
        """Why this sample cannot be graded, or None; asked once per sample at load."""
        return refuse_but_text(sample.expected)


def refuse_but_text(expected: Expected) -> str | None:
    """Why an expectation is not one text, or several of which any is right; None when it is."""
    if expected is None:
        return "expected is missing"
    if isinstance(expected, dict) or not all(isinstance(text, str) for text in texts(expected)):
        return "expected must be a text, a number, true, false, or a list of texts"
    return None if texts(expected) else "expected must not be empty"


def texts(expected: Expected) -> tuple[str, ...]:
    """The acceptable answers as text: a list means any of them; true and false are `true` and `false`."""
    if isinstance(expected, tuple):
        return cast("tuple[str, ...]", expected)
    return (str(expected).lower() if isinstance(expected, bool) else str(expected),)


def fold(text: str, *, ignore_case: bool, ignore_whitespace: bool) -> str:
    """Surrounding whitespace never counts; case and inner runs of whitespace by option."""
    text = " ".join(text.split()) if ignore_whitespace else text.strip()
    return text.casefold() if ignore_case else text
