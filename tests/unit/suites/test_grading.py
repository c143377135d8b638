"""Claims: whoever answers right scores 1 in whatever words, and whoever answers wrong scores 0."""

from functools import cache

import pytest

from mist_ci.adapters.shipped import ShippedSuites
from mist_ci.matchspec import find, load
from mist_ci.matchspec.graders import Grader, grader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Suite
from suites.generators.files import SUITES
from tests.fakes import InlineExecutor, MemoryTree
from tests.unit.suites.answering import right, wrong

NAMES = [suite.name for suite in SUITES]


@cache
def loaded(name: str) -> Suite:
    (document,) = find(MemoryTree({}), (f"mist:{name}",), "", ShippedSuites())
    return load(document, InlineExecutor())


def primary(suite: Suite) -> Grader:
    return next(grader(spec) for spec in suite.graders if spec.name == suite.primary)


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_score_one(name: str) -> None:
    suite = loaded(name)
    judge = primary(suite)
    missed = [
        (sample.id, answer, sample.expected)
        for sample in suite.samples
        for answer in right(suite.primary, sample)
        if judge.grade(answer, sample) != 1
    ]
    assert missed == []


@pytest.mark.parametrize("name", NAMES)
def test_wrong_answers_score_nothing(name: str) -> None:
    suite = loaded(name)
    judge = primary(suite)
    taken = [
        (sample.id, answer, sample.expected)
        for sample in suite.samples
        for answer in wrong(suite.primary, sample)
        if judge.grade(answer, sample) != 0
    ]
    assert taken == []


@pytest.mark.parametrize("name", NAMES)
def test_repeating_the_question_scores_nothing(name: str) -> None:
    """The lazy answer. Of instructions, it meets some by chance, and hardly ever all."""
    suite = loaded(name)
    judge = primary(suite)
    scores = [judge.grade(Answer(sample.messages[-1].content), sample) for sample in suite.samples]
    lazy = sum(score == 1 for score in scores) / len(scores)
    assert lazy <= {"instructions": 0.2, "tool-calls": 1 / 15}.get(name, 0.02)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "instructions"])
def test_the_most_frequent_answer_is_rarely_right(name: str) -> None:
    """A model that always says the same must not look able: `yes`, `0`, or nothing but an empty list of calls."""
    suite = loaded(name)
    if suite.primary == "choice":
        places = [sample.choices.index(str(sample.expected)) for sample in suite.samples]
        assert max(places.count(place) for place in range(6)) / len(places) < 0.34
    else:
        answers = [repr(sample.expected) for sample in suite.samples]
        assert max(answers.count(one) for one in set(answers)) / len(answers) < 0.08


def test_a_prompt_says_how_to_answer() -> None:
    """All that a grader reads is asked for in so many words."""
    for name in ("dates-and-units", "reading-and-extraction"):
        for sample in loaded(name).samples:
            assert "Reply" in sample.messages[-1].content, sample.id
