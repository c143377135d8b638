"""choice_logprob: the most likely first token is the letter of the right choice."""

import math
from collections.abc import Mapping
from typing import ClassVar

from mist_ci.matchspec.graders.grader import CannotGrade, Example, Grader
from mist_ci.matchspec.graders.labels import LABELS, expected_choice, refuse_but_choices
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample

_CITIES = ("Rome", "Paris", "Oslo")
_SURE = Answer("B", first_logprobs={"B": -0.2, " B": -3.0, "A": -2.5, "The": -4.0})
_UNSURE = Answer("A", first_logprobs={"A": -0.7, "B": -0.8, "C": -3.0})


class ChoiceLogprob(Grader):
    """1 when, of the letters of the sample's `choices`, the right one is the most likely first token, else 0.

    The choices are lettered A, B, C, … in their order; `expected` is the letter, the text of the choice, or its index
    counted from 0. The server is asked for the log-probabilities of the first token. Tokens that are the same letter
    with and without spaces or a bracket are added up. Whatever the model goes on to write is not looked at. A server
    that gives no log-probabilities is a failure of the grader, and no score; without any letter among the candidates it
    is 0.
    """

    name: ClassVar[str] = "choice_logprob"
    version: ClassVar[int] = 1
    needs_logprobs: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(_SURE, "B", 1, choices=_CITIES),
        Example(_SURE, "Paris", 0.9136, {"probability": True}, choices=_CITIES),
        Example(_UNSURE, "B", 0, choices=_CITIES),
        Example(_UNSURE, "B", 0.4513, {"probability": True}, choices=_CITIES),
        Example(Answer("Well", first_logprobs={"Well": -0.1}), "B", 0, choices=_CITIES),
    )

    probability: bool = False
    """Scores the probability of the right letter among all letters of choices, instead of 1 or 0."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """From 0.0 to 1.0; 0.0 or 1.0 without `probability`."""
        if not answer.first_logprobs:
            raise CannotGrade("the server gave no log-probabilities")
        shares = _shares(answer.first_logprobs, len(sample.choices))
        right = expected_choice(sample)
        if self.probability:
            total = sum(shares)
            return shares[right] / total if total else 0.0
        return float(shares[right] > max(share for index, share in enumerate(shares) if index != right))

    def refuse(self, sample: Sample) -> str | None:
        """There are choices, and it is clear which of them is right."""
        return refuse_but_choices(sample)


def _shares(logprobs: Mapping[str, float], count: int) -> list[float]:
    """The weight of each letter, the heaviest 1: so small ones do not vanish."""
    found = {
        token: value
        for token, value in logprobs.items()
        if _letter(token, count) >= 0 and math.isfinite(value)
    }
    top = max(found.values(), default=0.0)
    shares = [0.0] * count
    for token, value in found.items():
        shares[_letter(token, count)] += math.exp(value - top)
    return shares


def _letter(token: str, count: int) -> int:
    """The index of the choice that a token is the letter of; -1 for another token."""
    letter = token.strip(" \t\n\u0120\u2581\u010a()[].:*\"'")
    return LABELS[:count].find(letter) if len(letter) == 1 else -1
