"""Rules about labels, answers and system prompts: valid data that they must not find, and what they find."""

import itertools
import random

import pytest

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import chat
from mist_ci.schemaflux.kinds import FoldRule
from mist_ci.schemaflux.rule import Placed
from mist_ci.schemaflux.rules import (
    FOLD_RULES,
    sf516_label_spelling,
    sf517_rare_class,
    sf709_same_answers,
    sf710_system_prompts,
    sf820_class_balance,
)
from mist_ci.schemaflux.spelling import is_slip
from tests.unit.schemaflux.asked import fold

REFUSAL = "I am sorry, but I cannot help you with that request."


def labelled(**counts: int) -> list[JsonValue]:
    return named(counts)


def named(counts: dict[str, int]) -> list[JsonValue]:
    labels = itertools.chain.from_iterable([label] * count for label, count in counts.items())
    return [{"text": f"Mail {n}", "label": label} for n, label in enumerate(labels)]


def answers(*texts: str) -> list[JsonValue]:
    return [chat(("user", f"{n}"), ("assistant", text)) for n, text in enumerate(texts)]


SILENT: dict[str, list[JsonValue]] = {
    "two classes": labelled(ham=50, spam=50),
    "numbers as labels": [{"text": f"Mail {n}", "label": n % 2} for n in range(100)],
    "minus one and one": named({"1": 50, "-1": 50}),
    "stars": named({f"{n} stars": 20 for n in range(1, 6)}),
    "labels with numbers": named({"class_1": 100, "class_2": 100, "class_12": 3}),
    "labels with letters": named({"type_a": 100, "type_b": 3, "other": 100}),
    "opposites": named({"typical": 100, "atypical": 3, "other": 100}),
    "many classes, few rows": named({f"intent {n}": 2 for n in range(77)}),
    "a regression": [{"text": f"Mail {n}", "label": f"{n / 7:.3f}"} for n in range(1_500)],
    "nine of ten": labelled(ham=90, spam=10),
    "nine rows": labelled(ham=8, spam=1),
    "short answers": [chat(("user", f"{n}"), ("assistant", f"{n % 60}")) for n in range(100)],
    "answers, one of them long": [
        *[chat(("user", f"{n}"), ("assistant", "Yes" if n % 2 else "yes")) for n in range(100)],
        chat(("user", "Why?"), ("assistant", "Because it is so, and was never otherwise.")),
    ],
    "chat": [chat(("user", f"{n}"), ("assistant", f"{n + 1}")) for n in range(100)],
    "labels as answers": [
        chat(("user", f"{n}"), ("assistant", "spam" if n % 20 else "ham")) for n in range(100)
    ],
    "nine same answers": [chat(("user", f"{n}"), ("assistant", "no")) for n in range(9)],
    "a refusal in half of the rows": [
        chat(
            ("user", f"{n}"),
            ("assistant", "I am sorry, but I cannot help you with that request." if n % 2 else f"{n}"),
        )
        for n in range(100)
    ],
    "one system prompt": [chat(("system", "s"), ("user", f"{n}"), ("assistant", f"{n}")) for n in range(50)],
    "two system prompts": [
        chat(("system", f"s{n % 2}"), ("user", f"{n}"), ("assistant", f"{n}")) for n in range(50)
    ],
    "a system prompt per row": [
        chat(("system", f"{n}"), ("user", "a"), ("assistant", f"{n}")) for n in range(50)
    ],
    "system prompts in half of the rows": [
        chat(*([("system", "s")] if n % 2 else []), ("user", f"{n}"), ("assistant", f"{n}"))
        for n in range(50)
    ],
}
RULES = (
    sf516_label_spelling,
    sf517_rare_class,
    sf709_same_answers,
    sf710_system_prompts,
    sf820_class_balance,
)


@pytest.mark.parametrize("name", SILENT)
def test_valid_data_is_silent(name: str) -> None:
    assert [placed.problem.message for rule in RULES for placed in fold(rule, SILENT[name])] == []


def said(rule: FoldRule, values: list[JsonValue]) -> list[tuple[str | None, int | None]]:
    once = fold(rule, values)
    assert fold(rule, values, parts=7) == once
    return [(placed.problem.severity, placed.line) for placed in once]


def test_two_spellings_of_a_label_are_found_at_the_rarer_one() -> None:
    assert said(sf516_label_spelling, labelled(refund=3, Refund=2, delay=4)) == [("error", 4)]
    assert said(sf516_label_spelling, named({"late order": 3, "late_order": 1, "Late-Order ": 1})) == [
        ("error", 4),
        ("error", 5),
    ]
    assert said(sf516_label_spelling, labelled(billing=60, biling=1, refund=40)) == [("warning", 61)]
    assert said(sf516_label_spelling, labelled(billing=60, bililng=4)) == []
    assert said(sf516_label_spelling, answers(*["refund"] * 15, *["delay"] * 15, "delya")) == [
        ("warning", 31)
    ]
    assert said(sf516_label_spelling, answers(*["refund"] * 15, *["Refund"] * 14)) == [("warning", 16)]


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("biling", "billing", True),
        ("billlng", "billing", True),
        ("bililng", "billing", True),
        ("blilling", "billing", True),
        ("billign", "billing", True),
        ("refunds", "refund", True),
        ("illing", "billing", False),
        ("ham", "hams", False),
        ("billing", "billing", False),
        ("billing2", "billing", False),
        ("", "", False),
        ("late order", "late ordre", True),
    ],
)
def test_a_slip_is_one_letter_inside_of_a_long_word(one: str, other: str, is_one: bool) -> None:
    assert is_slip(one, other) is is_slip(other, one) is is_one


def test_rare_classes_are_named_once_and_misspelt_ones_are_not_among_them() -> None:
    (placed,) = fold(sf517_rare_class, labelled(refund=40, delay=40, praise=2, theft=1, Refund=1))
    assert placed.problem.message == 'of 5 classes, 2 have hardly any rows: "praise" (2), "theft" (1)'
    assert placed.line == 81


def test_a_class_of_nearly_all_rows_is_information() -> None:
    (placed,) = fold(sf820_class_balance, labelled(ham=95, spam=5), parts=3)
    assert '95 of 100 rows (95.0%) have the label "ham"' in placed.problem.message


@pytest.mark.slow
def test_one_answer_for_all_is_an_error_and_a_long_one_for_most_a_warning() -> None:
    assert said(sf709_same_answers, answers(*["no"] * 10)) == [("error", 1)]
    assert said(sf709_same_answers, answers("yes", *[REFUSAL] * 99)) == [("warning", 2)]
    assert said(sf709_same_answers, answers(*[""] * 10)) == []
    assert said(sf709_same_answers, answers(*(f"{n}" for n in range(2_000)))) == []


def test_a_rare_system_prompt_is_shown() -> None:
    values = [
        chat(("system", "Be brif." if n == 30 else "Be brief."), ("user", f"{n}"), ("assistant", f"{n}"))
        for n in range(60)
    ]
    (placed,) = fold(sf710_system_prompts, values, parts=4)
    assert (placed.line, placed.problem.snippet) == (31, '"Be brif."')
    assert "59 of 60" in placed.problem.message


def counted(placed: list[Placed]) -> list[tuple[str, str | None]]:
    """Without places and examples: those are of the first row that has them."""
    return sorted((one.problem.message, one.problem.severity) for one in placed)


@pytest.mark.slow
@pytest.mark.parametrize("rule", FOLD_RULES, ids=lambda rule: rule.META.code)
def test_fold_rules_say_the_same_in_any_order_and_in_any_parts(rule: FoldRule) -> None:
    judged: list[JsonValue] = [{"prompt": f"{n}", "completion": "x", "label": True} for n in range(20)]
    compared: list[JsonValue] = [{"prompt": f"{n}", "chosen": "four", "rejected": "4"} for n in range(40)]
    values: list[JsonValue] = [
        *labelled(ham=95, spam=5, theft=1),
        *answers(*[REFUSAL] * 30),
        *judged,
        *compared,
    ]
    expected = counted(fold(rule, values))
    for seed in range(5):
        shuffled = random.Random(seed).sample(values, len(values))
        assert counted(fold(rule, shuffled, parts=1 + seed)) == expected
