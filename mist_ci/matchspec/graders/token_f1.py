"""token_f1: how many words the answer shares with the expected text."""

from collections import Counter
from typing import ClassVar

from mist_ci.matchspec.graders.grader import Example, Grader, texts
from mist_ci.matchspec.graders.words import tokens
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample


class TokenF1(Grader):
    """F1 over words, as for SQuAD: 1 when the answer has the words of the expected text and no others.

    Order does not count, nor do case, punctuation, and the articles a, an and the; Unicode is brought to NFKC. Where a
    script puts no spaces between words (Chinese, Japanese, Thai, …) each character is a word. With several expected
    texts the best one counts.
    """

    name: ClassVar[str] = "token_f1"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("the Eiffel Tower!", "Eiffel tower", 1),
        Example("It is the Eiffel Tower", "Eiffel Tower", 0.6667),
        Example("Tower", "Eiffel Tower", 0.6667),
        Example("Louvre", ("Louvre Museum", "Louvre"), 1),
        Example("Louvre", "Eiffel Tower", 0),
        Example("我在东京", "东京", 0.6667),
        Example("", "Paris", 0),
    )

    def grade(self, answer: Answer, sample: Sample) -> float:
        """From 0.0 to 1.0.

        >>> TokenF1().score("a red car", "the red bus")
        0.5
        """
        given = Counter(tokens(answer.text))
        return max(_f1(given, Counter(tokens(text))) for text in texts(sample.expected))


def _f1(given: Counter[str], wanted: Counter[str]) -> float:
    if not given or not wanted:
        return float(given == wanted)
    return 2 * (given & wanted).total() / (given.total() + wanted.total())
