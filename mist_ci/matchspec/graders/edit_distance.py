"""edit_distance: how few characters would have to be changed."""

from typing import Annotated, ClassVar

from pydantic import Field

from mist_ci.matchspec.graders.grader import Example, Grader, fold, texts
from mist_ci.matchspec.graders.lengths import shortened, too_long
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample


class EditDistance(Grader):
    """1 minus the Levenshtein distance, as a share of the longer text's length: 1 for equal texts.

    The distance counts characters that have to be inserted, deleted or replaced. With several expected texts the
    closest one counts. Whitespace around the answer never counts.
    """

    name: ClassVar[str] = "edit_distance"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("kitten", "kitten", 1),
        Example("sitting", "kitten", 0.5714),
        Example("Paris", ("Rome", "Pariss"), 0.8333),
        Example("xyz", "abc", 0),
        Example("KITTEN", "kitten", 1, {"ignore_case": True}),
        Example("New\n York", "New York", 1, {"ignore_whitespace": True}),
        Example("sitting", "kitten", 0, {"at_least": 0.8}),
        Example("kittens", "kitten", 1, {"at_least": 0.8}),
    )

    ignore_case: bool = False
    """Folds case."""
    ignore_whitespace: bool = False
    """Treats every run of whitespace as one blank."""
    at_least: Annotated[float, Field(ge=0, le=1)] | None = None
    """Scores 1 from this similarity on, and 0 below it."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """From 0.0 to 1.0; 0.0 or 1.0 with `at_least`.

        >>> EditDistance().score("Pariz", "Paris")
        0.8
        """
        from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 - 60 ms, for suites that measure distances

        given = shortened(self._fold(answer.text))
        best = max(
            Levenshtein.normalized_similarity(given, self._fold(text)) for text in texts(sample.expected)
        )
        return best if self.at_least is None else float(best >= self.at_least)

    def refuse(self, sample: Sample) -> str | None:
        """The expectation is one text, or several of them, none of them very long."""
        return super().refuse(sample) or too_long(sample.expected)

    def _fold(self, text: str) -> str:
        return fold(text, ignore_case=self.ignore_case, ignore_whitespace=self.ignore_whitespace)
