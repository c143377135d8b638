"""prefix: the answer begins with the expected text."""

from typing import ClassVar

from mist_ci.matchspec.graders.grader import Example, Grader, fold, texts
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample


class Prefix(Grader):
    """1 when the answer begins with the expected text (or one of them), else 0.

    Whitespace around the answer never counts.
    """

    name: ClassVar[str] = "prefix"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Paris, of course", "Paris", 1),
        Example("\n Paris", "Paris", 1),
        Example("It is Paris", "Paris", 0),
        Example("No.", ("Yes", "No"), 1),
        Example("New\n York, I think", "New York", 1, {"ignore_whitespace": True}),
        Example("yes, it is", "Yes", 1, {"ignore_case": True}),
    )

    ignore_case: bool = False
    """Folds case."""
    ignore_whitespace: bool = False
    """Treats every run of whitespace as one blank."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """1.0 or 0.0.

        >>> Prefix(ignore_case=True).score("yes, it is", "Yes")
        1.0
        """
        return float(self._fold(answer.text).startswith(tuple(map(self._fold, texts(sample.expected)))))

    def refuse(self, sample: Sample) -> str | None:
        """Every answer begins with an empty text, so it would always score 1."""
        if reason := super().refuse(sample):
            return reason
        if any(not self._fold(text) for text in texts(sample.expected)):
            return "expected must not be empty: every answer begins with an empty text"
        return None

    def _fold(self, text: str) -> str:
        return fold(text, ignore_case=self.ignore_case, ignore_whitespace=self.ignore_whitespace)
