"""Claims: what an answer costs is compared on the same samples, and what nobody knows is unknown."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.difference import InferenceDifference, Moved
from mist_ci.models.usage import TokenBasis
from mist_ci.tokentrace import inference_difference
from tests.unit.gate.building import attempt, make_suite

SUITE = make_suite("skill", 80)
COHORT = {SUITE.digest}


def one(number: int, side: Side, repeat: int = 0, **told: Any) -> Attempt:
    made = attempt(SUITE, SUITE.samples[number], side, 1.0, repeat)
    return replace(made, **{"prompt_hash": f"hash {number}", **told})


def both(number: int, base: dict[str, Any], head: dict[str, Any]) -> list[Attempt]:
    return [one(number, Side.BASE, **base), one(number, Side.HEAD, **head)]


def compared(attempts: list[Attempt], **more: object) -> InferenceDifference:
    found = inference_difference("bot", attempts, COHORT, alpha=0.05, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_tokens_and_money_are_those_of_one_answer_and_of_a_thousand_requests() -> None:
    attempts = [
        *both(
            0,
            {"tokens_out": 10, "cost_usd": Decimal("0.001")},
            {"tokens_out": 20, "cost_usd": Decimal("0.003")},
        ),
        *both(
            1,
            {"tokens_out": 20, "cost_usd": Decimal("0.001")},
            {"tokens_out": 40, "cost_usd": Decimal("0.003")},
        ),
    ]
    found = compared(attempts)
    assert found.tokens_out is not None
    assert (found.tokens_out.base, found.tokens_out.head, found.tokens_out.samples) == (15, 30, 2)
    assert found.usd_per_1000 == Moved(base=1.0, head=3.0, low=2.0, high=2.0, samples=2)


def test_an_interval_is_about_differences_so_long_and_short_questions_do_not_widen_it() -> None:
    attempts = [
        each
        for number in range(40)
        for each in both(number, {"tokens_out": 50 * number}, {"tokens_out": 50 * number + 7 + number % 3})
    ]
    moved = compared(attempts).tokens_out
    assert moved is not None
    assert moved.low is not None
    assert moved.high is not None
    assert 7.5 < moved.low < moved.difference < moved.high < 8.5


def test_samples_that_belong_together_make_an_interval_wider() -> None:
    attempts = [
        each for number in range(40) for each in both(number, {}, {"tokens_out": 5 + 10 * (number // 10)})
    ]
    together = {(SUITE.digest, sample.key): str(i // 10) for i, sample in enumerate(SUITE.samples)}
    alone, clustered = (compared(attempts, clusters=labels).tokens_out for labels in ({}, together))
    assert alone is not None
    assert clustered is not None
    assert alone.low is not None
    assert clustered.low is not None
    assert clustered.low < alone.low


def test_a_sample_counts_once_however_often_it_is_asked() -> None:
    attempts = [
        *both(0, {"tokens_out": 2}, {"tokens_out": 2}),
        *both(1, {"tokens_out": 8}, {"tokens_out": 8}),
    ]
    attempts += [one(1, Side.HEAD, repeat, tokens_out=8) for repeat in range(1, 6)]
    moved = compared(attempts).tokens_out
    assert moved == Moved(base=5.0, head=5.0, low=0.0, high=0.0, samples=2)


def test_only_samples_that_decide_and_that_both_have_answered_are_compared() -> None:
    unanswered = attempt(SUITE, SUITE.samples[1], Side.HEAD, None)
    elsewhere = replace(one(2, Side.BASE), suite_digest="sha256:head-only")
    attempts = [*both(0, {}, {}), one(1, Side.BASE, tokens_out=900), unanswered, elsewhere]
    assert compared(attempts).tokens_out == Moved(base=5.0, head=5.0, low=None, high=None, samples=1)
    assert inference_difference("bot", attempts[2:], COHORT, alpha=0.05) is None


def test_the_anchor_is_another_comparison() -> None:
    attempts = [*both(0, {}, {}), one(0, Side.ANCHOR, tokens_out=900)]
    assert compared(attempts) == compared(attempts[:2])


def test_one_unknown_price_makes_the_cost_unknown_and_never_zero() -> None:
    attempts = [*both(0, {}, {}), *both(1, {}, {"cost_usd": None})]
    found = compared(attempts)
    assert found.usd_per_1000 is None
    assert found.tokens_out is not None


def test_tokens_are_compared_where_both_sides_come_from_one_place_and_it_is_told_which() -> None:
    counted = {"token_basis": TokenBasis.COUNTED}
    attempts = [*both(0, {**counted, "tokens_out": 5}, {**counted, "tokens_out": 8}), *both(1, counted, {})]
    found = compared(attempts)
    assert found.tokens_out == Moved(base=5.0, head=8.0, low=None, high=None, samples=1)
    assert found.are_counted
    found = compared([*attempts, *both(2, {}, {"tokens_out": 9})])
    assert found.tokens_out is not None
    assert (found.tokens_out.head, found.tokens_out.samples, found.are_counted) == (9.0, 1, False)


def test_tokens_of_a_count_and_of_a_report_say_nothing_about_the_models() -> None:
    attempts = both(0, {"token_basis": TokenBasis.COUNTED}, {"tokens_in": 90})
    found = compared(attempts)
    assert (found.tokens_in, found.tokens_out, found.prompts) == (None, None, None)
    assert found.usd_per_1000 is not None


def test_stored_answers_took_no_time_and_cost_what_they_cost() -> None:
    found = compared([*both(0, {"reused": True}, {}), *both(1, {}, {})])
    assert found.usd_per_1000 is not None
    assert found.p50_ms is not None
    assert (found.usd_per_1000.samples, found.p50_ms.samples) == (2, 1)
    assert compared(both(0, {"reused": True}, {})).p50_ms is None


def test_latency_has_both_its_middle_and_its_tail_with_intervals() -> None:
    attempts = [
        each
        for number in range(80)
        for each in both(
            number, {"end_ns": (100 + number) * 1_000_000}, {"end_ns": (150 + number) * 1_000_000}
        )
    ]
    found = compared(attempts)
    assert found.p50_ms == Moved(base=139.0, head=189.0, low=50.0, high=50.0, samples=80)
    assert found.p95_ms == Moved(base=175.0, head=225.0, low=50.0, high=50.0, samples=80)


def test_too_few_answers_for_a_tail_have_no_interval_and_keep_their_figures() -> None:
    found = compared([each for number in range(10) for each in both(number, {}, {})])
    assert found.p95_ms == Moved(base=2.0, head=2.0, low=None, high=None, samples=10)


SAME = "have another number of tokens at head, though they are word for word the same"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ([0, 0, 0], None),
        ([3], None),
        ([3, 3, 3], f"3 of 3 prompts {SAME}: +3 each, as another chat template does"),
        ([0, -2, 4], f"2 of 3 prompts {SAME}: −2 to +4, as another tokenizer does"),
    ],
)
def test_another_number_of_tokens_in_the_same_prompt_is_explained(more: list[int], told: str | None) -> None:
    attempts = [
        each for number, tokens in enumerate(more) for each in both(number, {}, {"tokens_in": 20 + tokens})
    ]
    assert compared(attempts).prompts == told


@pytest.mark.parametrize("asked", ["", "something else"])
def test_prompts_that_are_not_known_to_be_the_same_are_not_explained(asked: str) -> None:
    attempts = [
        each
        for number in range(2)
        for each in both(number, {"prompt_hash": ""}, {"prompt_hash": asked, "tokens_in": 30})
    ]
    assert compared(attempts).prompts is None
