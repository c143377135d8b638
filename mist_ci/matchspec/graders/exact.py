"""exact: the whole answer is the expected text."""

from typing import ClassVar

from mist_ci.matchspec.graders.grader import Example, Grader, fold, texts
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample


class Exact(Grader):
    """1 when the answer equals the expected text (or one of them), else 0.

    Whitespace around the answer never counts. Numbers, true and false are compared as they are written.
    """

    name: ClassVar[str] = "exact"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Paris", "Paris", 1),
        Example("  Paris\n", "Paris", 1),
        Example("It is Paris", "Paris", 0),
        Example("Paris", ("Rome", "Paris"), 1),
        Example("paris", "Paris", 1, {"ignore_case": True}),
        Example("New\n York", "New York", 1, {"ignore_whitespace": True}),
        Example("Paris!", "Paris.", 1, {"ignore_final_punctuation": True}),
    )

    ignore_case: bool = False
    """Folds case; `STRASSE` is `straße`."""
    ignore_whitespace: bool = False
    """Treats every run of whitespace as one blank."""
    ignore_final_punctuation: bool = False
    """Drops `.`, `!` and `?` at the end of both."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """1.0 or 0.0.

        >>> Exact(ignore_case=True).score(" paris ", "Paris")
        1.0
        """
        return float(self._fold(answer.text) in {self._fold(text) for text in texts(sample.expected)})

    def _fold(self, text: str) -> str:
        folded = fold(text, ignore_case=self.ignore_case, ignore_whitespace=self.ignore_whitespace)
        return folded.rstrip(".!? ") if self.ignore_final_punctuation else folded
