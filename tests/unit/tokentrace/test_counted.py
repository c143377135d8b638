"""Claims: reports are held against counts in few answers, what is absurd is said, and what a tokenizer does is told."""

from typing import Any

import pytest
from msgspec.structs import replace

from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.token_check import TokenCheck
from mist_ci.models.usage import TokenBasis
from mist_ci.tokentrace import Ruler, chosen, inference_difference, token_check
from tests.unit.gate.building import attempt, make_suite

REPORTED = TokenBasis.REPORTED
SUITE = make_suite("skill", 80)
WORDS = Ruler(lambda text: len(text.split()), "words", is_own=True)
LETTERS = Ruler(len, "letters", is_own=True)
STAND_IN = Ruler.of(WORDS.count, "tiktoken o200k_base, approximate: the tokenizer of this model is not known")
PROMPTS = {
    (SUITE.digest, sample.key): ["a b c d e", " ".join("x" * n)] for n, sample in enumerate(SUITE.samples)
}


def answers(count: int = 40, side: Side = Side.HEAD, **told: Any) -> list[Attempt]:
    told = {
        "output": "w " * 20,
        "tokens_in": lambda n: 5 + n,
        "tokens_out": 20,
        "token_basis": REPORTED,
        **told,
    }
    return [
        replace(
            attempt(SUITE, SUITE.samples[number], side, 1.0),
            **{name: value(number) if callable(value) else value for name, value in told.items()},
        )
        for number in range(count)
    ]


def checked(attempts: list[Attempt], ruler: Ruler = WORDS) -> TokenCheck:
    found = token_check(chosen(attempts), PROMPTS, ruler)
    assert found is not None
    return found


def test_reports_that_agree_with_the_count_are_not_worth_a_line() -> None:
    found = checked(answers())
    assert (found.answers, found.is_worth_telling, found.caution) == (32, False, None)
    assert found.sentence.endswith("held against words in 32 answers: as many as are counted, in and out")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"tokens_in": lambda n: 12 + n}, "34% above what is counted (7 tokens around each prompt, a chat template)"),
        ({"tokens_in": lambda n: 6 + int(1.2 * n)}, "above what is counted (a chat template, or another tokenizer)"),
        ({"tokens_in": lambda n: 4 + n // 2}, "below what is counted (another tokenizer)"),
        ({"tokens_out": 25}, "tokens out 25% above what is counted (another tokenizer, or reasoning that is not told"),
        ({"tokens_out": 70, "tokens_reasoning": 55}, "tokens out 25% below what is counted (another tokenizer)"),
    ],
)  # fmt: skip
def test_what_is_apart_is_told_with_what_it_may_come_from(told: dict[str, Any], words: str) -> None:
    found = checked(answers(**told))
    assert words in found.sentence
    assert found.caution is None
    assert not checked(answers(**told), STAND_IN).is_worth_telling


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"tokens_out": 0}, "no tokens out in 32 of 32 answers that have a text"),
        ({"tokens_out": 100}, "5.0 times as many tokens out as words counts"),
        ({"tokens_out": 1, "output": "w " * 50}, "2% of the tokens out that words counts"),
        ({"tokens_in": 400}, "19.5 times as many tokens in as words counts"),
    ],
)
def test_a_report_that_cannot_be_right_is_a_caution(told: dict[str, Any], words: str) -> None:
    caution = checked(answers(**told)).caution
    assert caution is not None
    assert words in caution
    assert caution.endswith("money and budgets that stand on it are not to be trusted")


def test_a_comment_has_a_line_only_where_neither_a_template_nor_an_end_explains_it() -> None:
    assert not checked(answers(tokens_in=lambda n: 12 + n, tokens_out=22)).is_worth_telling
    assert checked(answers(tokens_in=lambda n: 24 + n)).is_worth_telling
    assert checked(answers(tokens_out=25)).is_worth_telling
    assert checked(answers(tokens_out=18)).is_worth_telling


def test_a_short_prompt_in_a_long_template_is_no_caution_and_neither_is_what_a_stand_in_counts() -> None:
    assert checked(answers(tokens_in=80)).caution is None
    assert checked(answers(tokens_out=100), STAND_IN).caution is None
    assert "which stands in for a tokenizer that is not known" in checked(answers(), STAND_IN).sentence


def test_only_reports_of_answers_enough_are_held_against_counts_whatever_came_back_first() -> None:
    assert chosen(answers(7)) == []
    assert chosen(answers(token_basis=TokenBasis.COUNTED)) == []
    assert chosen(answers()) == chosen(answers()[::-1])
    assert token_check(chosen(answers()), {}, WORDS) is None


def test_the_difference_of_tokens_is_split_into_tokenizer_longer_answers_and_reasoning() -> None:
    base = answers(side=Side.BASE, output="ab cd", tokens_out=2)
    head = answers(output="ab cd ef", tokens_out=18, tokens_reasoning=10)
    rulers = {Side.BASE: WORDS, Side.HEAD: LETTERS}

    def told(rulers: dict[Side, Ruler], head: list[Attempt] = head) -> str | None:
        found = inference_difference("bot", base + head, {SUITE.digest}, alpha=0.05, rulers=rulers)
        assert found is not None
        return found.lengths

    assert told(rulers) == (
        "tokens of an answer, +16.0 in all: +5.0 by another tokenizer (letters at head, words at base: head's answers "
        "counted with both), +1.0 by longer answers, +10.0 by reasoning"
    )
    assert told({Side.BASE: WORDS, Side.HEAD: WORDS}) is None
    assert (
        told({Side.BASE: WORDS, Side.HEAD: STAND_IN}) is None
    )  # the prompts say nothing of another tokenizer
    prompts_too = [
        replace(one, tokens_in=2 * one.tokens_in, prompt_hash="p", tokens_reasoning=0) for one in head
    ]
    base[:] = [replace(one, prompt_hash="p") for one in base]
    assert told({}, prompts_too) == (
        "tokens of an answer, +16.0 in all: +14.8 by another tokenizer (0.4 characters a token at head, 2.5 at base), "
        "+1.2 by longer answers"
    )
