"""Claims: a choice is read out of the ways in which models answer, and an answer that picks two picks none."""

import pytest

from mist_ci.matchspec.graders import CannotGrade
from mist_ci.matchspec.graders.choice import Choice
from mist_ci.matchspec.graders.choice_logprob import ChoiceLogprob
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Expected, Sample

CITIES = ("Rome", "Paris", "New York", "New York City")


def sample(expected: Expected, choices: tuple[str, ...] = CITIES) -> Sample:
    return Sample(key="", id="", messages=(), expected=expected, choices=choices)


@pytest.mark.parametrize(
    "text",
    [
        "B", "b", "(b)", "B.", "B:", "[B]", " B \n", "`B`", "**B)**", "$B$",
        r"\boxed{B}", r"The answer is $\boxed{\text{B}}$.",
        "B) Paris", "(B) Paris", "B. Paris", "B - Paris", "B: Paris", "**B) Paris**", "B (Paris)",
        "Answer: B", "answer: (b)", "**Answer:** B", "ANSWER: B. Paris", "Final answer: B",
        "The answer is B", "The correct answer is option B.", "The correct option is B) Paris.", "The best choice is B",
        "So the answer would be (B).", "B is correct.", "**B** is the correct answer, as A is in Italy.",
        "Die Antwort ist B.", "La réponse est B.", "La respuesta es B.", "答案是B", "答案\uff1aB", "正解はBです",
        "The answer is Paris.", "The answer is: Paris, of course.", "paris", "It is Paris.", '"Paris"',
        "B because it is in France", "B, as it is in France",
        "A) Rome is in Italy.\nB) Paris is in France.\nThe answer is B.",
        "A is wrong. C is wrong. The answer is therefore (B).",
        "I think that (B) is what you want.",
        "First I thought the answer is A. The answer is B.",
    ],
)  # fmt: skip
def test_the_ways_to_say_b(text: str) -> None:
    assert Choice().grade(Answer(text), sample("B")) == 1
    assert Choice().grade(Answer(text), sample("A")) == 0


@pytest.mark.parametrize(
    "text",
    [
        "", "A or B", "The answer is A or B.", "A, B", "Rome and Paris", "(A) (B)", "A) Rome\nB) Paris", "B) Rome",
        "The answer is B) Rome", "Because", "A city", "The answer is a city", "E", "None of them", "Bravo",
        "The answer is not known", "I'd say so",
    ],
)  # fmt: skip
def test_an_answer_that_picks_two_or_none_is_wrong(text: str) -> None:
    assert [Choice().grade(Answer(text), sample(letter)) for letter in "ABCD"] == [0, 0, 0, 0]


def test_the_longer_of_two_texts_is_meant() -> None:
    assert Choice().grade(Answer("It is New York City."), sample("D")) == 1
    assert Choice().grade(Answer("It is New York."), sample("C")) == 1
    assert Choice().grade(Answer("The answer is -5"), sample("A", ("-5", "5", "3.5", "3"))) == 1
    assert Choice().grade(Answer("The answer is 3.5."), sample("D", ("-5", "5", "3.5", "3"))) == 0


@pytest.mark.parametrize("expected", ["B", "b", 1, "Paris", "paris "])
def test_the_right_choice_is_said_by_letter_index_or_text(expected: Expected) -> None:
    if expected == "b":
        assert Choice().refuse(sample(expected)) is not None
        return
    assert Choice().refuse(sample(expected)) is None
    assert Choice().grade(Answer("B"), sample(expected)) == 1


@pytest.mark.parametrize(
    ("expected", "choices", "words"),
    [
        ("B", (), "needs `choices`"),
        ("B", ("one",), "needs `choices`"),
        ("B", ("x",) * 27, "needs `choices`"),
        ("B", ("x", "X "), "the same text"),
        ("B", ("x", " "), "must not be empty"),
        ("B", ("B", "A"), "is the letter of another one"),
        ("E", CITIES, "a letter from A to D"),
        (4, CITIES, "an index from 0 to 3"),
        (-1, CITIES, "an index from 0 to 3"),
        (True, CITIES, "a letter from A to D"),
        (None, CITIES, "a letter from A to D"),
        (("A", "B"), CITIES, "a letter from A to D"),
    ],
)
def test_a_sample_with_no_clear_right_choice_is_refused(
    expected: Expected, choices: tuple[str, ...], words: str
) -> None:
    for one in (Choice(), ChoiceLogprob()):
        assert words in str(one.refuse(sample(expected, choices)))


def test_numbers_as_choices_are_meant_by_their_text() -> None:
    assert Choice().grade(Answer("1"), sample(1, ("0", "1", "2"))) == 1
    assert Choice().grade(Answer("C"), sample(2, ("1", "2", "3"))) == 0
    assert Choice().grade(Answer("2"), sample(2, ("1", "2", "3"))) == 1


def test_a_server_without_log_probabilities_gives_no_score() -> None:
    with pytest.raises(CannotGrade, match="no log-probabilities"):
        ChoiceLogprob().grade(Answer("B"), sample("B"))
    assert ChoiceLogprob().needs_logprobs


@pytest.mark.parametrize(
    ("logprobs", "score", "probability"),
    [
        ({"B": 0.0}, 1, 1),
        ({" B": -1.0, "(B": -1.0, "A": -0.9}, 1, 0.6441),
        ({"\u0120B": -0.1, "\u2581A": -0.2}, 1, 0.525),
        ({"B": -1.0, "A": -1.0}, 0, 0.5),
        ({"A": -900.0, "B": -901.0}, 0, 0.2689),
        ({"A": -0.1, "Z": -9.0}, 0, 0),
        ({"B": float("-inf"), "A": -1.0}, 0, 0),
        ({"b": -0.1, "Because": -0.2}, 0, 0),
    ],
)
def test_the_most_likely_letter_decides(logprobs: dict[str, float], score: float, probability: float) -> None:
    answer = Answer("", first_logprobs=logprobs)
    assert ChoiceLogprob().grade(answer, sample("B")) == score
    assert ChoiceLogprob(probability=True).grade(answer, sample("B")) == pytest.approx(probability, abs=1e-4)
