"""suffix: the answer ends with the expected text."""

from typing import ClassVar

from mist_ci.matchspec.graders.grader import Example, Grader, fold, texts
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample


class Suffix(Grader):
    """1 when the answer ends with the expected text (or one of them), else 0.

    Whitespace around the answer never counts.
    """

    name: ClassVar[str] = "suffix"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("It is Paris", "Paris", 1),
        Example("It is Paris \n", "Paris", 1),
        Example("Paris, of course", "Paris", 0),
        Example("Is it? No", ("yes", "No"), 1),
        Example("It is New\n York", "New York", 1, {"ignore_whitespace": True}),
        Example("it is PARIS", "Paris", 1, {"ignore_case": True}),
    )

    ignore_case: bool = False
    """Folds case."""
    ignore_whitespace: bool = False
    """Treats every run of whitespace as one blank."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """1.0 or 0.0.

        >>> Suffix(ignore_case=True).score("it is PARIS", "Paris")
        1.0
        """
        return float(self._fold(answer.text).endswith(tuple(map(self._fold, texts(sample.expected)))))

    def refuse(self, sample: Sample) -> str | None:
        """Every answer ends with an empty text, so it would always score 1."""
        if reason := super().refuse(sample):
            return reason
        if any(not self._fold(text) for text in texts(sample.expected)):
            return "expected must not be empty: every answer ends with an empty text"
        return None

    def _fold(self, text: str) -> str:
        return fold(text, ignore_case=self.ignore_case, ignore_whitespace=self.ignore_whitespace)
