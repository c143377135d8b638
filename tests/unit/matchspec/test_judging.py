"""Claims: what a judge says is asked once, stored, paid for out of the same money, and blind to whose answer it is."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
import pytest

from mist_ci.errors import Code, ConfigError, CouldNotRun, UsageError
from mist_ci.matchspec import Contestant, Evaluation, Portion, evaluate, load, read
from mist_ci.models.attempt import Attempt, AttemptStatus, Judgement, Side, judging_of, paid_for, spend_of
from mist_ci.models.ceilings import UNLIMITED, Ceilings
from mist_ci.models.config import Limits, PriceList, Provider
from mist_ci.models.embedding import encode_vector
from mist_ci.models.modelref import ModelReference
from mist_ci.models.output import RequestIdentity, StoredAnswer
from mist_ci.models.suite import ChatMessage, Suite
from mist_ci.ports.model_client import NoAnswer, Request
from tests.fakes import (
    Answer,
    FakeModels,
    InlineExecutor,
    MemoryOutputs,
    MemoryStores,
    MemoryTree,
    SignalDuring,
    completion,
    jsonl,
    world,
)
from tests.judging import JUDGE, contains, criteria_judge, grading_judge, longer, pair_judge

HELPFUL = f"judge: {{provider: judges, model: {JUDGE}, criteria: ['Does it say yes?']}}"
PAIRS = f"pairwise: {{provider: judges, model: {JUDGE}}}"
NEAR = f"similarity: {{provider: judges, model: {JUDGE}}}"
CENTS = PriceList.model_validate_json(
    '{"input_per_mtok": 500, "output_per_mtok": 2500, "as_of": "2026-11-01"}'
)
"""A cent for a call of 10 tokens in and 2 out."""

Judge = Callable[[str, Sequence[ChatMessage]], Answer]


def provider(connections: int = 1, prices: PriceList | None = CENTS) -> Provider:
    limits = Limits(connections=connections)
    return Provider(type="openai", base_url="http://127.0.0.1:1/v1", limits=limits, prices=prices)


def suite(grader: str = HELPFUL, samples: int = 3, header: str = "", expected: str = "") -> Suite:
    rows = jsonl(f'{{"input": "question {number}"{expected}}}' for number in range(samples))
    text = f"version: 1\nname: qa\ngraders:\n  - {grader}\ndata: qa.jsonl\n{header}"
    return load(read(MemoryTree({"qa.yml": text, "qa.jsonl": rows}), "qa.yml"), InlineExecutor())


def models(judge: Judge, answers: Mapping[str, str] | None = None) -> FakeModels:
    """Base says yes to even questions, head to all; or what is said. The judge is `judge`."""

    def answer(model: str, messages: Sequence[ChatMessage]) -> Answer:
        if model == JUDGE:
            return judge(model, messages)
        if answers is not None:
            return answers[model]
        number = int(messages[-1].content.split()[-1])
        return "yes, it is" if model == "head" or number % 2 == 0 else "no"

    return FakeModels(answer)


def run(
    asked: FakeModels,
    suites: Sequence[Suite],
    *,
    sides: Sequence[Side] = (Side.BASE, Side.HEAD),
    outputs: MemoryOutputs | None = None,
    ceiling: str | None = None,
    connections: int = 1,
    stop: SignalDuring | None = None,
    judges: str = "judges",
    prices: PriceList | None = CENTS,
) -> Evaluation:
    where = provider(connections)
    seats = [
        Contestant(one, ModelReference(version=1, provider="prod", model=one.value), where) for one in sides
    ]
    stores = MemoryStores()
    outside = world(models=asked, results=stores, outputs=outputs, interrupts=stop)
    return evaluate(
        [Portion.whole(one) for one in suites],
        seats,
        outside,
        stores.create("run"),
        Ceilings(usd=Decimal(ceiling)) if ceiling else UNLIMITED,
        {"prod": where, judges: provider(connections, prices)},
    )


def of_side(found: Evaluation, side: Side) -> dict[str, Attempt]:
    return {one.sample: one for one in found.attempts if one.side is side}


def questions(asked: FakeModels) -> list[Request]:
    return [one for one in asked.asked if one.model == JUDGE]


def test_a_judge_scores_what_it_finds_met_and_says_what_is_not() -> None:
    found = run(models(criteria_judge(contains)), [suite()])
    assert found.failure is None
    assert found.complete
    assert [one.score for one in of_side(found, Side.HEAD).values()] == [1, 1, 1]
    assert [one.score for one in of_side(found, Side.BASE).values()] == [1, 0, 1] or len(found.attempts) == 6
    wrong = [one for one in found.attempts if one.score == 0]
    assert len(wrong) == 1
    assert wrong[0].judgement is not None
    assert "not met: Does it say yes?" in wrong[0].judgement.told


def test_the_share_of_criteria_counts_or_all_of_them() -> None:
    two = HELPFUL.replace("yes?'", "yes?', 'Does it say why?'")
    judge = criteria_judge(contains)
    share = run(models(judge), [suite(two)])
    every = run(models(judge), [suite(two.replace("criteria", "counts: all, criteria"))])
    assert max(one.score or 0 for one in share.attempts) == 0.5
    assert {one.score for one in every.attempts} == {0.0}


def test_a_sample_may_bring_its_own_criteria_and_a_reference_that_the_judge_sees() -> None:
    own = ', "expected": {"criteria": ["Does it say is?"], "reference": "It is, as everybody knows."}'
    asked = models(criteria_judge(contains))
    found = run(asked, [suite(expected=own)])
    assert sorted({one.score for one in found.attempts if one.score is not None}) == [0.0, 1.0]
    assert all("It is, as everybody knows." in one.messages[-1].content for one in questions(asked))


def test_a_grade_on_a_scale_becomes_a_score_from_0_to_1() -> None:
    rubric = f"judge: {{provider: judges, model: {JUDGE}, rubric: 5 is right, scale: [1, 2, 3, 4, 5]}}"
    found = run(models(grading_judge(lambda answer: 4 if "yes" in answer else 1)), [suite(rubric)])
    assert {one.score for one in found.attempts} == {0.75, 0.0}


def test_a_judge_is_asked_at_temperature_0_and_held_to_a_schema() -> None:
    asked = models(criteria_judge(contains))
    run(asked, [suite()])
    assert {one.parameters.temperature for one in questions(asked)} == {0.0}
    assert all(one.reply_schema is not None for one in questions(asked))


def test_equal_answers_of_both_sides_are_judged_once_and_the_same() -> None:
    asked = models(criteria_judge(contains), {"base": "yes", "head": "yes"})
    found = run(asked, [suite()])
    assert len(questions(asked)) == 3
    assert {one.score for one in found.attempts} == {1.0}
    total = judging_of(found.attempts)
    assert total is not None
    assert (total.calls, total.reused_calls, total.cost_usd) == (3, 3, Decimal("0.03"))


def test_what_comes_out_of_a_recording_is_saved_and_not_spent() -> None:
    criteria = criteria_judge(contains)

    def played(model: str, messages: Sequence[ChatMessage]) -> Answer:
        told = criteria(model, messages) if model == JUDGE else "yes"
        assert isinstance(told, str)
        return dataclasses.replace(completion(told), replayed=True)

    found = run(FakeModels(played), [suite()])
    spent, judging = spend_of(found.attempts), judging_of(found.attempts)
    assert judging is not None
    assert (spent.calls, spent.tokens_in, spent.cost_usd, spent.reused_calls) == (0, 0, Decimal(0), 6)
    assert spent.saved_usd
    assert (judging.calls, judging.cost_usd, judging.reused_calls) == (0, Decimal(0), 6)
    assert judging.saved_usd


def test_whoever_answered_the_judge_is_asked_the_same() -> None:
    here, there = (models(criteria_judge(contains)) for _ in range(2))
    run(here, [suite()])

    def swapped(model: str, messages: Sequence[ChatMessage]) -> Answer:
        other = {"base": "head", "head": "base"}.get(model, model)
        return here.answer(other, messages)

    there.answer = swapped
    run(there, [suite()])
    texts = [sorted(one.messages[-1].content for one in questions(asked)) for asked in (here, there)]
    assert texts[0] == texts[1]
    assert not any("base" in text or "head" in text for text in texts[0])


def test_what_a_judge_said_is_stored_and_grading_again_costs_nothing() -> None:
    outputs = MemoryOutputs()
    first = run(models(criteria_judge(contains)), [suite()], outputs=outputs)
    asked = models(criteria_judge(contains))
    again = run(asked, [suite()], outputs=outputs.next_run(), ceiling="0")
    assert again.complete
    assert asked.asked == []
    assert {one.key + one.side: one.score for one in again.attempts} == {
        one.key + one.side: one.score for one in first.attempts
    }
    assert paid_for(again.attempts) == 0
    saved = judging_of(again.attempts)
    assert saved is not None
    assert saved.saved_usd is not None
    assert saved.saved_usd > 0


def test_another_judge_judges_stored_answers_and_nobody_else_is_asked() -> None:
    outputs = MemoryOutputs()
    run(models(criteria_judge(contains)), [suite()], outputs=outputs)
    asked = models(criteria_judge(contains))
    run(asked, [suite(HELPFUL.replace("say yes", "say is"))], outputs=outputs.next_run())
    assert {one.model for one in asked.asked} == {JUDGE}


def test_an_answer_is_stored_before_it_is_judged() -> None:
    outputs = MemoryOutputs()
    judge: Judge = lambda _model, _messages: RuntimeError("killed")  # noqa: E731
    found = run(models(judge), [suite()], outputs=outputs)
    assert found.failure is not None
    assert [identity.model for identity, _ in outputs.kept][:1] == ["base"]
    assert sum(one.cost_usd or 0 for one in found.attempts) == Decimal("0.01") * len(outputs.kept)


def test_a_reply_that_cannot_be_read_is_asked_for_once_more_and_then_missing() -> None:
    asked = models(lambda _model, _messages: "I think it is fine.")
    found = run(asked, [suite(samples=1)], sides=[Side.HEAD])
    (one,) = found.attempts
    assert (one.status, one.score) == (AttemptStatus.GRADER_FAILURE, None)
    assert "not JSON" in one.reason
    assert "twice" in one.reason
    assert len(questions(asked)) == 2
    assert one.judgement is not None
    assert (one.judgement.calls, one.judgement.failed) == (2, True)


def test_a_second_reply_that_can_be_read_counts() -> None:
    said: list[str] = []

    def judge(model: str, messages: Sequence[ChatMessage]) -> Answer:
        said.append("")
        return "well" if len(said) == 1 else criteria_judge(contains)(model, messages)

    found = run(models(judge), [suite(samples=1)], sides=[Side.HEAD])
    assert [one.score for one in found.attempts] == [1.0]


def test_a_judge_that_gives_no_answer_is_a_missing_score_and_never_a_zero() -> None:
    busy = NoAnswer("HTTP 503, five times", retries=4, server_gone=False)
    found = run(models(lambda _model, _messages: busy), [suite()], sides=[Side.HEAD])
    assert {one.status for one in found.attempts} == {AttemptStatus.GRADER_FAILURE}
    assert all("no reply" in one.reason for one in found.attempts)


def test_tries_of_a_judge_that_brought_nothing_are_kept_with_their_times_whatever_came_after() -> None:
    tries = {"tried": ("HTTP 429", "timed out"), "tried_s": ((0.0, 1.0), (2.0, 3.0))}
    busy = NoAnswer("timed out (after 1 retries)", retries=1, server_gone=False, **tries)  # type: ignore[arg-type]

    def judge(model: str, messages: Sequence[ChatMessage]) -> Answer:
        said = criteria_judge(contains)(model, messages)
        assert isinstance(said, str)
        return busy if "no" in messages[-1].content.split() else completion(said, retries=2, **tries)

    found = run(models(judge, {"base": "no", "head": "yes"}), [suite(samples=1)])
    for side, status in ((Side.BASE, AttemptStatus.GRADER_FAILURE), (Side.HEAD, AttemptStatus.SCORED)):
        (one,) = of_side(found, side).values()
        assert (one.status, one.tried) == (status, ())
        assert one.judgement is not None
        assert one.judgement.tried == ("HTTP 429", "timed out")
        assert all(
            one.judgement.start_ns <= began <= ended <= one.judgement.end_ns
            for began, ended in one.judgement.tried_ns
        )
    old = msgspec.json.decode(b'{"models": ["m"], "start_ns": 1, "end_ns": 2}', type=Judgement)
    assert (old.tried, old.tried_ns) == ((), ()), "what older versions wrote"


def test_a_judge_whose_server_is_gone_ends_the_run_and_what_was_tried_is_kept() -> None:
    silent = NoAnswer(
        "connection refused", retries=0, server_gone=True, tried=("refused",), tried_s=((0, 1),)
    )
    found = run(models(lambda _model, _messages: silent), [suite(samples=9)], sides=[Side.HEAD])
    assert isinstance(found.failure, CouldNotRun)
    assert found.failure.code is Code.SERVER_GONE
    assert "'judges'" in found.failure.message
    assert sum(len(one.judgement.tried) for one in found.attempts if one.judgement) == 3


def test_an_empty_answer_scores_nothing_and_nobody_is_asked() -> None:
    asked = models(criteria_judge(contains), {"base": " ", "head": " "})
    found = run(asked, [suite()])
    assert questions(asked) == []
    assert {(one.status, one.score) for one in found.attempts} == {(AttemptStatus.MODEL_FAILURE, 0.0)}


def test_judging_is_paid_out_of_the_same_money_and_its_ceiling_holds() -> None:
    found = run(models(criteria_judge(contains)), [suite(samples=50)], sides=[Side.HEAD], ceiling="0.20")
    assert not found.complete
    spent = paid_for(found.attempts)
    assert spent is not None
    assert spent <= Decimal("0.25")


def test_a_judge_without_a_price_under_a_ceiling_is_an_error_before_anybody_is_asked() -> None:
    asked = models(criteria_judge(contains))
    with pytest.raises(CouldNotRun) as caught:
        run(asked, [suite()], ceiling="1", prices=None)
    assert caught.value.code is Code.UNPRICED
    assert asked.asked == []


def test_a_provider_that_the_policy_does_not_have_is_an_error_before_anybody_is_asked() -> None:
    asked = models(criteria_judge(contains))
    with pytest.raises(ConfigError) as caught:
        run(asked, [suite()], judges="others")
    assert caught.value.code is Code.UNKNOWN_NAME
    assert asked.asked == []


def test_every_client_that_is_opened_is_closed_and_a_shared_provider_is_opened_once() -> None:
    shared = models(criteria_judge(contains))
    run(shared, [suite(HELPFUL.replace("judges", "prod"))])
    assert shared.opened == shared.closed == ["prod"]
    apart = models(criteria_judge(contains))
    run(apart, [suite()])
    assert sorted(apart.opened) == sorted(apart.closed) == ["judges", "prod"]


# Pairs.


@pytest.mark.parametrize("connections", [1, 4])
def test_the_better_answer_of_a_pair_scores_1_and_both_orders_are_asked(connections: int) -> None:
    asked = models(pair_judge(longer), {"base": "short", "head": "a longer answer"})
    found = run(asked, [suite(PAIRS)], connections=connections)
    assert found.complete
    assert {(one.side, one.score) for one in found.attempts} == {(Side.HEAD, 1.0), (Side.BASE, 0.0)}
    assert len(questions(asked)) == 6


def test_a_judge_that_prefers_what_comes_first_decides_nothing_and_is_told() -> None:
    asked = models(pair_judge(lambda _first, _second: "first"), {"base": "one", "head": "two"})
    found = run(asked, [suite(PAIRS)])
    assert {one.score for one in found.attempts} == {0.5}
    flips = [one.judgement.order_flipped for one in found.attempts if one.judgement is not None]
    assert sorted(flips, key=str) == [None, None, None, True, True, True]


def test_equal_answers_tie_and_an_empty_one_loses_without_a_judge() -> None:
    equal = models(pair_judge(longer), {"base": "one", "head": "one"})
    assert {one.score for one in run(equal, [suite(PAIRS)]).attempts} == {0.5}
    empty = models(pair_judge(longer), {"base": "one", "head": ""})
    scores = {(one.side, one.score) for one in run(empty, [suite(PAIRS)]).attempts}
    assert scores == {(Side.HEAD, 0.0), (Side.BASE, 1.0)}
    assert questions(equal) == questions(empty) == []


def test_swapping_the_sides_of_a_pair_asks_the_same_questions() -> None:
    here = models(pair_judge(longer), {"base": "short", "head": "a longer answer"})
    there = models(pair_judge(longer), {"head": "short", "base": "a longer answer"})
    for asked in (here, there):
        run(asked, [suite(PAIRS)])
    texts = [sorted(one.messages[-1].content for one in questions(asked)) for asked in (here, there)]
    assert texts[0] == texts[1]


def test_a_pair_without_its_other_side_is_missing_and_both_answers_are_kept() -> None:
    def answer(model: str, messages: Sequence[ChatMessage]) -> Answer:
        if model == "base" and messages[-1].content.endswith("1"):
            return NoAnswer("HTTP 503", retries=4, server_gone=False)
        return pair_judge(longer)(model, messages) if model == JUDGE else f"{model} says"

    found = run(FakeModels(answer), [suite(PAIRS)])
    assert len(found.attempts) == 6
    lonely = of_side(found, Side.HEAD)["line-2"]
    assert (lonely.status, lonely.score) == (AttemptStatus.GRADER_FAILURE, None)
    assert "other side" in lonely.reason


def test_one_model_alone_cannot_be_compared_and_that_is_said_before_anybody_is_asked() -> None:
    asked = models(pair_judge(longer))
    with pytest.raises(UsageError, match="compares base with head"):
        run(asked, [suite(PAIRS)], sides=[Side.HEAD])
    assert asked.asked == []


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("attempts: {base: 2, head: 1}\n", "as many attempts of base as of head"),
        ("attempts: {base: 1, head: 1, max_head: 3}\n", "no `max_head`"),
        ("  - exact\nprimary: exact\n", "can only be the grader that decides"),
    ],
)
def test_a_suite_of_pairs_that_cannot_work_is_refused_at_load(header: str, words: str) -> None:
    text = f"version: 1\nname: qa\nsamples: [{{input: a, expected: b}}]\ngraders:\n  - {PAIRS}\n{header}"
    with pytest.raises(ConfigError) as caught:
        read(MemoryTree({"qa.yml": text}), "qa.yml")
    assert words in caught.value.message
    assert caught.value.where is not None
    assert caught.value.where.line is not None


# Embeddings.


def near(model: str, messages: Sequence[ChatMessage]) -> Answer:
    del model
    text = messages[-1].content
    return encode_vector([1.0, 0.0] if "yes" in text else [0.6, 0.8] if "no" in text else [0.0, 1.0])


def test_similarity_is_the_cosine_and_the_expected_text_is_asked_once() -> None:
    asked = models(near)
    found = run(asked, [suite(NEAR, expected=', "expected": "yes"')])
    assert {round(one.score or 0, 6) for one in found.attempts} == {1.0, 0.6}
    assert len(questions(asked)) == 3  # two answers and what is expected
    assert "judges embeddings" in asked.opened


def test_a_threshold_makes_right_and_wrong_of_it() -> None:
    strict = NEAR.replace("}", ", threshold: 0.7}")
    found = run(models(near), [suite(strict, expected=', "expected": "yes"')])
    assert {one.score for one in found.attempts} == {1.0, 0.0}


def test_what_is_no_vector_is_missing() -> None:
    found = run(
        models(lambda _model, _messages: completion("hello")), [suite(NEAR, expected=', "expected": "x"')]
    )
    assert {one.status for one in found.attempts} == {AttemptStatus.GRADER_FAILURE}


def test_pairs_are_of_one_suite_also_where_two_suites_ask_the_same() -> None:
    twins = [suite(PAIRS), suite(PAIRS).model_copy(update={"name": "twin"})]
    assert twins[0].digest == twins[1].digest
    found = run(models(pair_judge(longer)), twins, connections=4)
    assert len(found.attempts) == 12
    assert {one.status for one in found.attempts} == {AttemptStatus.SCORED}


class Watched(MemoryOutputs):
    """Remembers how old an answer of a model may be."""

    def get(self, identity: RequestIdentity, not_before: datetime | None = None) -> StoredAnswer | None:
        oldest[identity.model] = not_before
        return super().get(identity, not_before)


oldest: dict[str, datetime | None] = {}


@pytest.mark.parametrize(("kind", "expires"), [("openai", False), ("azure", True)])
def test_what_a_deployment_said_expires_whatever_it_is_called(kind: str, expires: bool) -> None:
    """Whoever runs it can point a dated name at another model, and be judged by what the old one said."""
    place = provider().model_copy(update={"type": kind})
    seat = Contestant(Side.HEAD, ModelReference(version=1, provider="prod", model="head"), provider())
    outside = world(models=models(criteria_judge(contains)), results=MemoryStores(), outputs=Watched())
    store = outside.results.create("run")
    evaluate(
        [Portion.whole(suite())], [seat], outside, store, UNLIMITED, {"prod": provider(), "judges": place}
    )
    assert (oldest[JUDGE] is not None) == expires
