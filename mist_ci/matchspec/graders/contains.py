"""contains: the expected text occurs in the answer."""

import re
from typing import ClassVar

from mist_ci.matchspec.graders.grader import Example, Grader, fold, texts
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample


class Contains(Grader):
    """1 when the expected text occurs in the answer, else 0.

    With several expected texts any of them is enough, unless the option `all` says otherwise.
    """

    name: ClassVar[str] = "contains"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("It is Paris.", "Paris", 1),
        Example("It is paris.", "Paris", 0),
        Example("red", ("red", "blue"), 1),
        Example("red", ("red", "blue"), 0, {"all": True}),
        Example("NEW\n york", "New York", 1, {"ignore_case": True, "ignore_whitespace": True}),
        Example("15", "5", 1),
        Example("15", "5", 0, {"word": True}),
    )

    ignore_case: bool = False
    """Folds case."""
    ignore_whitespace: bool = False
    """Treats every run of whitespace as one blank."""
    word: bool = False
    """Counts only whole words, so that `5` is not found in `15`."""
    all: bool = False
    """Asks for every one of several expected texts."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """1.0 or 0.0.

        >>> Contains(word=True).score("The answer is 15.", "5")
        0.0
        """
        output = self._fold(answer.text)
        found = [self._occurs(self._fold(text), output) for text in texts(sample.expected)]
        return float(all(found) if self.all else any(found))

    def refuse(self, sample: Sample) -> str | None:
        """Empty text occurs in every answer, so it would always score 1."""
        if reason := super().refuse(sample):
            return reason
        if any(not self._fold(text) for text in texts(sample.expected)):
            return "expected must not be empty: an empty text occurs in every answer"
        return None

    def _fold(self, text: str) -> str:
        return fold(text, ignore_case=self.ignore_case, ignore_whitespace=self.ignore_whitespace)

    def _occurs(self, text: str, output: str) -> bool:
        if not self.word:
            return text in output
        return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", output) is not None
