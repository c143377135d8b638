"""chrf: how many runs of characters the answer shares with the expected text."""

from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import Field

from mist_ci.matchspec.graders.grader import Example, Grader, encodable, texts
from mist_ci.matchspec.graders.lengths import shortened, too_long
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample


class Chrf(Grader):
    """chrF, or chrF++ with `word_order: 2`: F-score over runs of up to six characters, for translations.

    Computed by sacrebleu with its usual settings for one sentence, and divided by 100. It needs the extra
    `text-metrics`. With several expected texts the best one counts.
    """

    name: ClassVar[str] = "chrf"
    version: ClassVar[int] = 1
    library: ClassVar[tuple[str, str] | None] = ("sacrebleu", "text-metrics")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The cat sat on the mat.", "The cat sat on the mat.", 1),
        Example("The cat is on the mat.", "The cat sat on the mat.", 0.6458),
        Example("THE CAT", "the cat", 1, {"ignore_case": True}),
        Example("dog", ("cat", "dogs"), 0.6886),
        Example("", "cat", 0),
    )

    character_order: Annotated[int, Field(ge=1, le=10)] = 6
    """The longest run of characters."""
    word_order: Annotated[int, Field(ge=0, le=4)] = 0
    """The longest run of words: 0 for chrF, 2 for chrF++."""
    beta: Annotated[int, Field(ge=1, le=10)] = 2
    """How much more recall counts than precision."""
    ignore_case: bool = False
    """Folds case."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """From 0.0 to 1.0."""
        metric = _metric(self.character_order, self.word_order, self.beta, self.ignore_case)
        given = encodable(shortened(answer.text.strip()))
        score = max(metric.sentence_score(given, [encodable(text)]).score for text in texts(sample.expected))
        return min(float(score) / 100, 1.0)  # sums of floats may reach 100.00000000000001

    def refuse(self, sample: Sample) -> str | None:
        """The expectation is one text, or several of them, none of them empty or very long."""
        if reason := super().refuse(sample) or too_long(sample.expected):
            return reason
        return None if all(text.strip() for text in texts(sample.expected)) else "expected must not be empty"


@cache
def _metric(character_order: int, word_order: int, beta: int, ignore_case: bool) -> Any:  # noqa: ANN401
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415 - an extra, and a third of a second

    return CHRF(char_order=character_order, word_order=word_order, beta=beta, lowercase=ignore_case)
