"""exact: the whole answer is the expected text."""

from typing import ClassVar

from mist_ci.matchspec.graders.grader import Grader, fold, texts
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample


class Exact(Grader):
    """1 when the answer equals the expected text (or one of them), else 0.

    Whitespace around the answer never counts. `ignore_case` folds case, `ignore_whitespace` treats every run
    of whitespace as one blank, `ignore_final_punctuation` drops `.`, `!` and `?` at the end of both.
    """

    name: ClassVar[str] = "exact"
    version: ClassVar[int] = 1

    ignore_case: bool = False
    ignore_whitespace: bool = False
    ignore_final_punctuation: bool = False

    def grade(self, answer: Answer, sample: Sample) -> float:
        """1.0 or 0.0.

        >>> Exact(ignore_case=True).score(" paris ", "Paris")
        1.0
        """
        return float(self._fold(answer.text) in {self._fold(text) for text in texts(sample.expected)})

    def _fold(self, text: str) -> str:
        folded = fold(text, ignore_case=self.ignore_case, ignore_whitespace=self.ignore_whitespace)
        return folded.rstrip(".!? ") if self.ignore_final_punctuation else folded
