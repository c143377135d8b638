"""Claims: spans form one tree, ids never collide, and every parent is exactly the sum of its children."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mist_ci.models.attempt import Attempt, AttemptStatus, Side
from mist_ci.models.message import TraceSpan
from mist_ci.models.usage import TokenBasis
from mist_ci.tokentrace import spans
from tests.unit.gate.building import answers, attempt, make_suite, outcomes

RUN = "20261123T120000Z-ab12cd34"
START, END = 1_000, 9_000_000_000
LEVELS = ("mist.run", "mist.suite", "mist.sample", "gen_ai.chat")
SUITES = [make_suite("skill", 3), make_suite("skill", 4, version="2"), make_suite("art", 2)]
SUMMED = ("calls", "tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning", "reused_calls")
MONEY = ("cost_usd", "saved_usd")

many = settings(deadline=None, max_examples=80)
costs = st.none() | st.decimals(Decimal(0), Decimal(50), places=9) | st.decimals(0, 1, places=31)


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
    if made.score is None:
        return made
    return replace(
        made,
        tokens_in=draw(st.integers(0, 10**6)),
        tokens_out=draw(st.integers(0, 10**6)),
        tokens_cached=draw(st.integers(0, 10**6)),
        tokens_reasoning=draw(st.integers(0, 10**6)),
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


def exact(span: TraceSpan, money: str) -> Fraction | None:
    cost = span.attrs[money]
    return None if cost is None else Fraction(str(cost))


@pytest.mark.slow
@many
@given(runs)
def test_spans_form_one_tree_with_parents_first(attempts: list[Attempt]) -> None:
    tree = list(spans(RUN, attempts, START, END))
    levels: dict[str, int] = {}
    for span in tree:
        assert span.span_id not in levels
        if span.parent_id is None:
            levels[span.span_id] = 0
        else:
            levels[span.span_id] = levels[span.parent_id] + 1
        assert span.operation == LEVELS[levels[span.span_id]]
    assert list(levels.values()).count(0) == 1
    assert list(levels.values()).count(3) == len(attempts)
    assert len({span.trace_id for span in tree}) == 1


@pytest.mark.slow
@many
@given(runs)
def test_every_parent_is_exactly_the_sum_of_its_children(attempts: list[Attempt]) -> None:
    tree = list(spans(RUN, attempts, START, END))
    children = children_of(tree)
    for parent in (span for span in tree if span.operation != LEVELS[-1]):
        mine = children[parent.span_id]
        for attribute in SUMMED:
            parts = [span.attrs[attribute] for span in mine]
            assert parent.attrs[attribute] == sum(part for part in parts if isinstance(part, int))
        for money in MONEY:
            costs_below = [exact(span, money) for span in mine]
            known = [cost for cost in costs_below if cost is not None]
            assert exact(parent, money) == (sum(known) if len(known) == len(costs_below) else None)


@pytest.mark.slow
@many
@given(runs)
def test_a_parent_lasts_from_its_first_to_its_last_child(attempts: list[Attempt]) -> None:
    tree = list(spans(RUN, attempts, START, END))
    by_id = {span.span_id: span for span in tree}
    for span in tree:
        assert span.start_ns <= span.end_ns
        if span.parent_id is not None:
            parent = by_id[span.parent_id]
            assert parent.start_ns <= span.start_ns
            assert span.end_ns <= parent.end_ns


@pytest.mark.slow
@many
@given(runs)
def test_the_same_run_has_the_same_spans(attempts: list[Attempt]) -> None:
    assert list(spans(RUN, attempts, START, END)) == list(spans(RUN, attempts, START, END))


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
    root, in_suite, *rest = spans(RUN, [priced, unpriced], START, END)
    assert root.attrs["cost_usd"] is in_suite.attrs["cost_usd"] is None
    assert [span.attrs["cost_usd"] for span in rest] == ["0.0001", "0.0001", None, None]


def test_a_reused_answer_is_marked_and_spent_nothing() -> None:
    suite = SUITES[0]
    asked = attempt(suite, suite.samples[0], Side.BASE, 1.0)
    reused = replace(attempt(suite, suite.samples[0], Side.HEAD, 1.0), reused=True)
    root, *_, first, second = spans(RUN, [asked, reused], START, END)
    assert (first.attrs["reused"], second.attrs["reused"]) == (False, True)
    spent = {"calls": 0, "tokens_in": 0, "tokens_out": 0, "cost_usd": "0"}
    assert second.attrs.items() >= {**spent, "reused_calls": 1, "saved_usd": "0.0001"}.items()
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
    call = list(spans(RUN, [one], START, END))[-1]
    expect = {
        "side": "head",
        "provider": "local",
        "model": "assistant-2",
        "fingerprint": "fp_1",
        "retries": 2,
        "tokens_basis": "counted",
        "cost_basis": "policy",
        "eval.score": 1.0,
        "tokens_in": 20,
        "tokens_out": 5,
        "cost_usd": "0.0001",
    }
    assert call.attrs.items() >= expect.items()
