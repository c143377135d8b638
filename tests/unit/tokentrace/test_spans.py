"""Claims: spans form one tree, ids never collide, every parent is exactly the sum of its children, at any moment."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mist_ci.models.attempt import Attempt, AttemptStatus, Judgement, Side, both, judging_of, spend_of
from mist_ci.models.message import TraceSpan
from mist_ci.models.usage import TokenBasis
from mist_ci.tokentrace import Origin, Tracer
from mist_ci.tokentrace import spans as tracing
from tests.fakes import spans_in
from tests.unit.gate.building import answers, attempt, make_suite, outcomes
from tests.unit.tokentrace.trees import lines, spans

RUN = "20261123T120000Z-ab12cd34"
START, END = 1_000, 9_000_000_000
LEVELS = ("mist.run", "mist.suite", "mist.sample", "mist.attempt", "gen_ai.chat")
SUITES = [make_suite("skill", 3), make_suite("skill", 4, version="2"), make_suite("art", 2)]
SUMMED = (
    *("calls", "tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning", "tokens_cache_written"),
    "reused_calls",
)
MONEY = ("cost_usd", "saved_usd")

many = settings(deadline=None, max_examples=80)
costs = st.none() | st.decimals(Decimal(0), Decimal(50), places=9) | st.decimals(0, 1, places=31)


@st.composite
def judgements(draw: st.DrawFn, start_ns: int, end_ns: int) -> Judgement:
    """What graders may have asked: something now, something that was stored, or nothing at all."""
    return Judgement(
        models=("judge",),
        calls=(asked := draw(st.integers(0, 3))),
        tokens_in=asked * 100,
        tokens_out=asked * 7,
        cost_usd=draw(costs) if asked else Decimal(0),
        reused=(stored := draw(st.integers(0, 2))),
        saved_usd=draw(costs) if stored else Decimal(0),
        start_ns=start_ns + 1,
        end_ns=end_ns + draw(st.integers(0, 1_000)),
        tried=("HTTP 429",) * (tries := draw(st.integers(0, 2))),
        tried_ns=((start_ns + 1, start_ns + 2),) * tries,
    )


@st.composite
def calls(draw: st.DrawFn) -> Attempt:
    """Any attempt, also one that is in every respect like another."""
    suite = draw(st.sampled_from(SUITES))
    made = attempt(
        suite,
        draw(st.sampled_from(suite.samples)),
        draw(st.sampled_from(Side)),
        draw(st.sampled_from([None, 0.0, 1.0])),
        draw(st.integers(0, 2)),
        cost_usd=draw(costs),
        start_ns=draw(st.integers(START, END - 10_000_000)),
    )
    tries = draw(st.integers(0, 2))
    made = replace(
        made,
        tried=("no reply",) * tries,
        tried_ns=tuple((made.start_ns + number, made.start_ns + number + 1) for number in range(tries)),
        judgement=draw(st.none() | judgements(made.start_ns, made.end_ns))
        if made.score is not None
        else None,
    )
    if made.score is None:
        return made
    if made.judgement is not None and draw(st.booleans()):  # an answer that people labelled
        return replace(made, model="", provider="", token_basis=None, tried=(), tried_ns=())
    if tries:
        made = replace(made, tried_ns=(*made.tried_ns, (made.end_ns - 1, made.end_ns)))
    return replace(
        made,
        tokens_in=draw(st.integers(0, 10**6)),
        tokens_out=draw(st.integers(0, 10**6)),
        tokens_cached=draw(st.integers(0, 10**6)),
        tokens_reasoning=draw(st.integers(0, 10**6)),
        tokens_cache_written=draw(st.integers(0, 10**6)),
        reused=draw(st.booleans()),
        model=draw(st.sampled_from(["one", "two"])),
    )


runs = st.lists(calls(), max_size=14)


def children_of(tree: list[TraceSpan]) -> dict[str, list[TraceSpan]]:
    found = defaultdict(list)
    for span in tree:
        if span.parent_id is not None:
            found[span.parent_id].append(span)
    return found


def figures(span: TraceSpan) -> tuple[int | Fraction | None, ...]:
    """Its sums. What is left out is nothing, but a cost of something that is left out is unknown."""
    attrs = span.attrs
    counts = [int(attrs.get(name) or 0) for name in SUMMED]
    cost = attrs.get("cost_usd", None if attrs["calls"] else "0")
    saved = attrs.get("saved_usd", None if attrs.get("reused_calls") else "0")
    return (*counts, *(None if one is None else Fraction(str(one)) for one in (cost, saved)))


def added(parts: Iterable[tuple[int | Fraction | None, ...]]) -> tuple[int | Fraction | None, ...]:
    columns = list(zip((0,) * (len(SUMMED) + len(MONEY)), *parts, strict=True))
    return tuple(
        None if None in column else sum(one for one in column if one is not None) for column in columns
    )


def spent(attempts: list[Attempt]) -> tuple[int | Fraction | None, ...]:
    """What attempts say, added up by other means."""
    judging = judging_of(attempts)
    spend = spend_of(attempts) if judging is None else both(spend_of(attempts), judging)
    counts = [getattr(spend, name) for name in SUMMED]
    money = [getattr(spend, name) for name in MONEY]
    return (*counts, *(None if one is None else Fraction(one) for one in money))


@many
@given(runs)
def test_spans_form_one_tree_whose_parents_are_exactly_the_sum_of_their_children(
    attempts: list[Attempt],
) -> None:
    tree = spans(RUN, attempts, START, END)
    by_id = {span.span_id: span for span in tree}
    assert len(by_id) == len(tree)
    assert [span.operation for span in tree].count("mist.attempt") == len(attempts)
    (root,) = (span for span in tree if span.parent_id is None)
    assert figures(root) == spent(attempts)
    children = children_of(tree)
    for span in tree:
        assert span.trace_id == root.trace_id
        assert span.start_ns <= span.end_ns
        if span.operation in {"gen_ai.chat", "gen_ai.judge"}:
            assert by_id[span.parent_id or ""].operation == "mist.attempt"
            continue
        mine = children[span.span_id]
        assert figures(span) == added(figures(one) for one in mine)
        assert {LEVELS.index(one.operation) for one in mine if one.operation in LEVELS} <= {
            LEVELS.index(span.operation) + 1
        }
        for one in mine if span is not root else ():
            assert span.start_ns <= one.start_ns
            assert one.end_ns <= span.end_ns


@many
@given(runs, st.data())
def test_a_run_that_is_killed_at_any_line_has_every_attempt_but_the_last_with_its_calls(
    attempts: list[Attempt], data: st.DataObject
) -> None:
    written = lines(RUN, attempts, START, END)
    cut = spans_in(b"".join(written[: data.draw(st.integers(0, len(written)))]))
    children = children_of(cut)
    whole = [span for span in cut if span.operation == "mist.attempt"]
    assert added(figures(one) for one in whole) == spent(attempts[: len(whole)])
    for one in whole:
        assert figures(one) == added(figures(call) for call in children.pop(one.span_id))
    in_flight = {parent for parent in children if parent not in {span.span_id for span in cut}}
    calls_left = {one.parent_id for one in cut if one.operation.startswith("gen_ai")} - {
        one.span_id for one in whole
    }
    assert calls_left <= in_flight
    assert len(calls_left) <= 1


def test_another_run_has_other_ids() -> None:
    attempts = answers(SUITES[0], outcomes(3))
    one, other = (list(spans(run, attempts, START, END)) for run in (RUN, RUN + "2"))
    assert not {span.span_id for span in one} & {span.span_id for span in other}
    assert one[0].trace_id != other[0].trace_id


def test_ids_do_not_depend_on_which_call_ended_first() -> None:
    attempts = answers(SUITES[0], outcomes(3)) + answers(SUITES[1], outcomes(4))
    one, other = (list(spans(RUN, order, START, END)) for order in (attempts, attempts[::-1]))
    assert {span.span_id: span for span in one} == {span.span_id: span for span in other}


def test_two_versions_of_a_suite_have_a_span_each() -> None:
    attempts = answers(SUITES[0], outcomes(3)) + answers(SUITES[1], outcomes(4))
    found = [span for span in spans(RUN, attempts, START, END) if span.operation == "mist.suite"]
    assert [(span.attrs["eval.suite"], span.attrs["calls"]) for span in found] == [("skill", 6), ("skill", 8)]


def test_a_run_without_calls_is_its_root_alone() -> None:
    (root,) = spans(RUN, [], START, END)
    assert root.parent_id is None
    assert (root.start_ns, root.end_ns) == (START, END)
    assert (root.attrs["calls"], root.attrs["cost_usd"]) == (0, "0")


def test_an_unknown_price_makes_every_sum_above_it_unknown_and_no_other() -> None:
    suite = SUITES[0]
    priced = attempt(suite, suite.samples[0], Side.BASE, 1.0)
    unpriced = attempt(suite, suite.samples[1], Side.BASE, 1.0, cost_usd=None)
    *below, in_suite, root = spans(RUN, [priced, unpriced], START, END)
    assert root.attrs["cost_usd"] is in_suite.attrs["cost_usd"] is None
    assert [span.attrs["cost_usd"] for span in below] == ["0.0001", "0.0001", None, None, "0.0001", None]


def test_a_reused_answer_is_marked_and_spent_nothing() -> None:
    suite = SUITES[0]
    asked = attempt(suite, suite.samples[0], Side.BASE, 1.0)
    reused = replace(attempt(suite, suite.samples[0], Side.HEAD, 1.0), reused=True)
    first, _, second, *_, root = spans(RUN, [asked, reused], START, END)
    assert (first.attrs.get("reused"), second.attrs.get("reused")) == (None, True)
    nothing = {"calls": 0, "tokens_in": 0, "tokens_out": 0, "cost_usd": "0"}
    assert second.attrs.items() >= {**nothing, "reused_calls": 1, "saved_usd": "0.0001"}.items()
    assert root.attrs.items() >= {"calls": 1, "cost_usd": "0.0001", "saved_usd": "0.0001"}.items()


def test_a_call_without_an_answer_is_an_error_up_to_its_suite() -> None:
    suite = SUITES[0]
    lost = attempt(suite, suite.samples[0], Side.HEAD, None)
    fine = attempt(suite, suite.samples[1], Side.HEAD, 1.0)
    found = {(span.operation, span.status) for span in spans(RUN, [lost, fine], START, END)}
    assert ("mist.suite", "error") in found
    assert found >= {("mist.sample", "error"), ("mist.sample", "ok"), ("gen_ai.chat", "error")}


def test_a_bad_answer_is_no_error_of_the_call() -> None:
    suite = SUITES[0]
    empty = attempt(suite, suite.samples[0], Side.HEAD, 0.0)
    empty = replace(empty, status=AttemptStatus.MODEL_FAILURE, reason="empty")
    assert {span.status for span in spans(RUN, [empty], START, END)} == {"ok"}


def test_a_call_says_who_answered_and_how_its_tokens_were_counted() -> None:
    suite = SUITES[0]
    one = replace(
        attempt(suite, suite.samples[0], Side.HEAD, 1.0),
        token_basis=TokenBasis.COUNTED,
        fingerprint="fp_1",
        retries=2,
    )
    call, above, *_ = spans(RUN, [one], START, END)
    expect = {
        "side": "head",
        "provider": "local",
        "model": "assistant-2",
        "fingerprint": "fp_1",
        "retries": 2,
        "tokens_basis": "counted",
        "cost_basis": "policy",
        "price_as_of": "2026-11-01",
        "tokens_in": 20,
        "tokens_out": 5,
        "cost_usd": "0.0001",
    }
    assert call.attrs.items() >= expect.items()
    expect = {"mist.run_id": RUN, "eval.suite": "skill", "eval.key": one.key, "side": "head", "attempt": 0}
    assert above.attrs.items() >= (expect | {"eval.score": 1.0, "eval.status": "scored"}).items()


def test_every_try_that_brought_nothing_is_an_error_without_tokens_or_cost_and_the_answer_is_apart() -> None:
    one = replace(
        attempt(SUITES[0], SUITES[0].samples[0], Side.HEAD, 1.0, start_ns=100),
        tried=("429: slow down", "x" * 1_000),
        tried_ns=((100, 200), (300, 400), (900, 1_000)),
        retries=2,
    )
    *tries, call, above = spans(RUN, [one], START, END)[:4]
    assert [(span.status, span.start_ns, span.end_ns) for span in (*tries, call)] == [
        ("error", 100, 200), ("error", 300, 400), ("ok", 900, 1_000),
    ]  # fmt: skip
    assert {span.parent_id for span in (*tries, call)} == {above.span_id}
    for span in tries:
        assert span.attrs["calls"] == 0
        assert not {"tokens_in", "tokens_out", "cost_usd"} & set(span.attrs)
    assert tries[0].attrs["reason"] == "429: slow down"
    assert len(str(tries[1].attrs["reason"])) == 300


def test_tries_of_a_judge_are_beside_the_judging_and_an_answer_that_people_labelled_is_no_call() -> None:
    judged = Judgement(
        models=("judge",), calls=1, tokens_in=9, tokens_out=2, cost_usd=Decimal(1), start_ns=100, end_ns=900,
        tried=("HTTP 429", "HTTP 500"), tried_ns=((200, 300), (400, 500)),
    )  # fmt: skip
    one = attempt(SUITES[0], SUITES[0].samples[0], Side.HEAD, 1.0, start_ns=100)
    labelled = replace(one, judgement=judged, provider="", model="", token_basis=None)
    *tries, judging, above = spans(RUN, [labelled], START, END)[:4]
    assert {span.operation for span in (*tries, judging)} == {"gen_ai.judge"}
    assert {span.parent_id for span in (*tries, judging)} == {above.span_id}
    assert [(one.status, one.start_ns, one.attrs["calls"], one.attrs["reason"]) for one in tries] == [
        ("error", 200, 0, "HTTP 429"), ("error", 400, 0, "HTTP 500"),
    ]  # fmt: skip
    assert (judging.status, figures(judging)) == ("ok", figures(above))
    assert figures(above) == spent([labelled])


def test_an_attempt_says_which_commit_and_which_data_its_model_comes_from() -> None:
    one = attempt(SUITES[0], SUITES[0].samples[0], Side.HEAD, 1.0)
    call, above = spans_in(Tracer(RUN).attempt(one, Origin("c0ffee", "sha256:12")))
    assert call.attrs["iteration"] == above.attrs["iteration"] == "c0ffee"
    assert above.attrs["mist.data_hash"] == "sha256:12"


@many
@given(calls(), st.sampled_from([None, 'ü"%d%\n']), st.sampled_from([Origin(), Origin("c0%ffee", 'sha"%b')]))
def test_the_quick_way_to_write_an_attempt_makes_the_same_bytes(
    one: Attempt, fingerprint: str | None, origin: Origin
) -> None:
    one = replace(one, fingerprint=fingerprint, sample='a "sample" %s')
    several = (one, one, replace(one, reused=True), replace(one, reused=True, cost_usd=None))
    quick, slow = Tracer(RUN), Tracer(RUN)
    with mock.patch.object(tracing, "is_plain", return_value=False):
        expected = [slow.attempt(each, origin) for each in several], list(slow.end(START, END))
    assert ([quick.attempt(each, origin) for each in several], list(quick.end(START, END))) == expected


@pytest.mark.parametrize(
    "keys", [["0", "00", "000"], ["0" * 64, "0" * 63 + "1", "1" * 64], ["a", "A", "ä", ""]]
)
def test_no_two_spans_have_one_id_whatever_keys_look_like(keys: list[str]) -> None:
    asked = [attempt(SUITES[0], SUITES[0].samples[0], side, 1.0) for side in (Side.BASE, Side.HEAD)]
    tree = spans(RUN, [replace(one, key=key) for key in keys for one in asked], START, END)
    assert len({span.span_id for span in tree}) == len(tree) == 2 + len(keys) * 5
