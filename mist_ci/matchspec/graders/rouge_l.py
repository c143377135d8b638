"""rouge_l: the longest sequence of words that the answer shares with the expected text."""

from typing import ClassVar, Literal

from mist_ci.matchspec.graders.grader import Example, Grader, texts
from mist_ci.matchspec.graders.lengths import shortened, too_long
from mist_ci.matchspec.graders.words import plain_words
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample


class RougeL(Grader):
    """ROUGE-L: how long a sequence of words the answer and the expected text share, words between them left out.

    Recall is the length of that sequence by the words of the expected text, precision by the words of the answer, F1
    the harmonic mean of both. Words are runs of letters and digits, in lower case and without stemming; where a script
    puts no spaces between words, each character is one. For English these are the numbers of the package rouge-score.
    With several expected texts the best one counts.
    """

    name: ClassVar[str] = "rouge_l"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The cat sat on the mat.", "the cat sat on the mat", 1),
        Example("the cat is on the mat", "the cat sat on the mat", 0.8333),
        Example("the mat is under the cat, on the floor", "the cat sat on the mat", 0.5333),
        Example("the cat", "the cat sat on the mat", 0.3333, {"measure": "recall"}),
        Example("the cat", "the cat sat on the mat", 1, {"measure": "precision"}),
        Example("a dog", ("a cat", "one dog"), 0.5),
        Example("", "the cat", 0),
    )

    measure: Literal["f1", "recall", "precision"] = "f1"
    """Which of the three is the score."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """From 0.0 to 1.0.

        >>> RougeL().score("a red car", "a blue car")
        0.6666666666666666
        """
        given = plain_words(shortened(answer.text))
        return max(self._measured(given, plain_words(text)) for text in texts(sample.expected))

    def refuse(self, sample: Sample) -> str | None:
        """The expectation is one text, or several of them, with words, none of them very long."""
        if reason := super().refuse(sample) or too_long(sample.expected):
            return reason
        if not all(map(plain_words, texts(sample.expected))):
            return "an expected text has no words"
        return None

    def _measured(self, given: list[str], wanted: list[str]) -> float:
        from rapidfuzz.distance import LCSseq  # noqa: PLC0415 - 60 ms, for suites that measure distances

        shared = LCSseq.similarity(given, wanted)
        match self.measure:
            case "recall":
                return shared / len(wanted)
            case "precision":
                return shared / len(given) if given else 0.0
            case "f1":
                return 2 * shared / (len(given) + len(wanted))
