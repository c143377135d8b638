"""What a grader is: a pure function of output and expectation, with a name, a version and checked options.

To add one, copy the shortest file of this folder and list its class in `__init__.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

from mist_ci.models.answer import Answer
from mist_ci.models.base import Model
from mist_ci.models.suite import Expected, Sample


@dataclass(frozen=True, slots=True)
class Example:
    """What an answer scores: a row of the manual page, which a test holds to be true."""

    answer: str | Answer
    expected: Any
    score: float
    options: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] = ()


class CannotGrade(Exception):
    """There is no score, and the text says why: the grader's failure, which is never a 0."""


class Grader(Model, ABC):
    """The fields of a subclass are its options, validated when the suite is loaded.

    The class docstring is the manual page of the grader, with the docstrings of its fields and its examples. Raise
    `version` whenever a score could change: results of different versions are never compared.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    examples: ClassVar[tuple[Example, ...]] = ()
    snippet: ClassVar[str] = ""
    """How a suite uses it, in YAML, where that is not made from an example."""
    expects_refusals: ClassVar[bool] = False
    """True when a refusal may be the right answer, and is then no failure of the model."""
    needs_logprobs: ClassVar[bool] = False
    """True when the server is asked for the log-probabilities of tokens."""
    library: ClassVar[tuple[str, str] | None] = None
    """The module that it needs and that is not always installed, and the extra that brings it."""

    @property
    def asks(self) -> str | None:
        """The model that it asks; None for a grader that asks nobody."""
        return None

    @abstractmethod
    def grade(self, answer: Answer, sample: Sample) -> float:
        """A finite score in [0, 1]. Raises CannotGrade where there can be none."""

    def score(self, text: str, expected: Expected) -> float:
        """What an answer of plain text gets: to try a grader by hand."""
        return self.grade(Answer(text), Sample(key="", id="", messages=(), expected=expected))

    @classmethod
    def appendix(cls) -> str:
        """What its manual page says after the examples."""
        return ""

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


def encodable(text: str) -> str:
    """The text with U+FFFD for halves of surrogate pairs, which are no characters and which libraries refuse."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
