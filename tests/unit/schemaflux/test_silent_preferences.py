"""Rules about preferences and KTO: valid rows that they must not find, and what they find."""

import pytest

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.pairs import shared_start
from mist_ci.schemaflux.rules import sf507_length_bias, sf518_kto_one_class
from tests.unit.schemaflux.asked import fold
from tests.unit.schemaflux.checking import check

USER: JsonValue = {"role": "user", "content": "What is 2+2?"}
FOUR: JsonValue = {"role": "assistant", "content": "4"}
FIVE: JsonValue = {"role": "assistant", "content": "5"}
OPENAI: dict[str, JsonValue] = {
    "input": {"messages": [USER]},
    "preferred_output": [FOUR],
    "non_preferred_output": [FIVE],
}


def talk(*contents: str) -> JsonValue:
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": content} for n, content in enumerate(contents)]


def prefer(chosen: JsonValue, rejected: JsonValue, prompt: JsonValue = "Say something.") -> JsonValue:
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected}


LONG = "The sky is blue because air scatters blue light."
SILENT: dict[str, JsonValue] = {
    "openai": OPENAI,
    "explicit": prefer("4", "5"),
    "numbers, one the beginning of the other": prefer("4", "42"),
    "yes, and yes with a reason": prefer("Yes.", "Yes. I am sure."),
    "a short answer and more": prefer("It is four.", "It is four. Now you know."),
    "a prompt that both sides repeat": {
        "prompt": "2+2?",
        "chosen": talk("2+2?", "4"),
        "rejected": talk("2+2?", "5"),
    },
    "a word and a sentence": prefer("Paris", "Paris is the capital of France."),
    "another case": prefer("paris", "Paris"),
    "other white space inside": prefer("a\n\nb", "a b"),
    "conversational": {"chosen": talk("2+2?", "4"), "rejected": talk("2+2?", "5")},
    "answers that begin alike": {"chosen": talk("2+2?", "It is 4"), "rejected": talk("2+2?", "It is 5")},
    "a turn earlier": {"chosen": talk("a", "b", "c", "d"), "rejected": talk("a", "x", "c", "y")},
    "another length": {"chosen": talk("a", "b", "c", "d"), "rejected": talk("a", "x")},
    "explicit, conversational": {
        "prompt": talk("2+2?"),
        "chosen": [{"role": "assistant", "content": "4"}],
        "rejected": [{"role": "assistant", "content": "5"}],
    },
    "strings with their prompt": {"chosen": "Q: 2+2?\nA: 4", "rejected": "Q: 2+2?\nA: 5"},
    "strings that differ after a space": {"chosen": "The sky is blue.", "rejected": "The sky is red."},
    "another name for the prompt": {"question": "Sky?", "chosen": "blue", "rejected": "black"},
}


@pytest.mark.parametrize("name", SILENT)
def test_valid_preferences_are_silent(name: str) -> None:
    found = [finding for finding in check(rows(SILENT[name])).findings if finding.code.startswith("SF5")]
    assert found == []


FOUND: dict[str, tuple[JsonValue, str, str, str]] = {
    "the same": (prefer("4", " 4\n"), "SF501", "error", "rejected"),
    "the same conversation": (
        {"chosen": talk("a", "b"), "rejected": talk("a", "b")},
        "SF501",
        "error",
        "rejected",
    ),
    "the same, openai": (
        {**OPENAI, "non_preferred_output": [FOUR]},
        "SF501",
        "error",
        "non_preferred_output",
    ),
    "cut off": (prefer(LONG, LONG[:30]), "SF502", "warning", "rejected"),
    "chosen is cut off": (prefer(LONG[:30], LONG), "SF502", "warning", "chosen"),
    "something appended": (prefer(LONG, f"{LONG} Now you know."), "SF502", "warning", "chosen"),
    "a string for a prompt": (
        {"prompt": "2+2?", "chosen": [FOUR], "rejected": [FIVE]},
        "SF505",
        "error",
        "prompt",
    ),
    "a prefix without a prompt": (
        {"chosen": "A: yes", "rejected": "A: yes, sure"},
        "SF502",
        "warning",
        "chosen",
    ),
    "inside of a word": ({"chosen": "The bluest", "rejected": "The black"}, "SF502", "info", "chosen"),
    "two answers": ({**OPENAI, "preferred_output": [FIVE, FOUR]}, "SF503", "error", "preferred_output"),
    "the user answers": (
        {**OPENAI, "non_preferred_output": [USER]},
        "SF503",
        "error",
        "non_preferred_output",
    ),
    "other questions": (
        {"chosen": talk("a", "b"), "rejected": talk("x", "y")},
        "SF505",
        "error",
        "rejected[0]",
    ),
    "no prompt at all": ({"chosen": "Yes.", "rejected": "No."}, "SF505", "warning", "chosen"),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_is_wrong_with_a_preference_is_found_once(name: str) -> None:
    row, code, severity, place = FOUND[name]
    (finding,) = (one for one in check(rows(row)).findings if one.code.startswith("SF5"))
    assert (finding.code, finding.severity, finding.where.field) == (code, severity, place)


def test_a_reversed_preference_is_found_at_the_later_row_and_a_repeated_one_is_not() -> None:
    values = [
        prefer("4", "5"),
        prefer("4", "5 "),
        prefer("4", "6"),
        prefer("5", "4", "Else?"),
        prefer("5", "4"),
    ]
    found = [one for one in check(rows(*values)).findings if one.code == "SF506"]
    assert [(one.where.line, "train.jsonl:1" in one.message) for one in found] == [(5, True)]


def test_the_same_answer_with_both_labels_is_a_contradiction() -> None:
    answer: dict[str, JsonValue] = {"prompt": "2+2?", "completion": "4"}
    other: dict[str, JsonValue] = {"prompt": "2+2?", "completion": "5", "label": False}
    report = check(rows({**answer, "label": True}, other, {**answer, "label": False}))
    found = [one for one in report.findings if one.code == "SF506"]
    assert [(one.where.line, one.message) for one in found] == [
        (3, "train.jsonl:1 labels the same answer otherwise")
    ]


def pairs(longer: int, shorter: int, same: int = 0) -> list[JsonValue]:
    sides = [("four", "4")] * longer + [("4", "four")] * shorter + [("4", "5")] * same
    return [prefer(chosen, rejected, f"{n}?") for n, (chosen, rejected) in enumerate(sides)]


@pytest.mark.parametrize("parts", [1, 4])
def test_length_bias_is_said_with_its_share_and_its_median(parts: int) -> None:
    (placed,) = fold(sf507_length_bias, pairs(95, 5, 20), parts=parts)
    assert "longer answer is preferred in 95 of 100 pairs (95%)" in placed.problem.message
    assert "4 times the length" in placed.problem.message
    (placed,) = fold(sf507_length_bias, pairs(0, 60), parts=parts)
    assert "shorter answer is preferred in 60 of 60" in placed.problem.message
    assert "0.25 times" in placed.problem.message


@pytest.mark.parametrize("values", [pairs(8, 0), pairs(75, 25), pairs(0, 0, 50), pairs(600, 400), []])
def test_what_chance_or_taste_explains_is_no_bias(values: list[JsonValue]) -> None:
    assert fold(sf507_length_bias, values) == []


def judged(good: int, bad: int) -> list[JsonValue]:
    return [{"prompt": f"{n}?", "completion": f"{n}", "label": n < good} for n in range(good + bad)]


def test_one_class_is_an_error_and_a_lopsided_one_information() -> None:
    (placed,) = fold(sf518_kto_one_class, judged(0, 12), parts=2)
    assert placed.problem.message == "all 12 answers are labelled as bad"
    (placed,) = fold(sf518_kto_one_class, judged(45, 5), parts=2)
    assert placed.problem.severity == "info"
    assert placed.problem.hint.startswith("set undesirable_weight to about 9")
    assert placed.line == 46
    (placed,) = fold(sf518_kto_one_class, judged(5, 45))
    assert "desirable_weight to about 9" in placed.problem.hint


@pytest.mark.parametrize("values", [judged(9, 0), judged(30, 10), []])
def test_few_or_mixed_labels_are_fine(values: list[JsonValue]) -> None:
    assert fold(sf518_kto_one_class, values) == []


def test_what_two_texts_begin_with() -> None:
    assert [shared_start(*pair) for pair in (("", "a"), ("ab", "ab"), ("abc", "abd"), ("x", "y"))] == [
        0,
        2,
        2,
        0,
    ]
