"""Claims: what a ledger adds up is exactly what was spent, in any order of lines; what cannot be used is counted."""

import json
import pickle
import random
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mist_ci.models.attempt import Attempt, Judgement, Side, spend_of
from mist_ci.models.ledger import NOT_ENDED, Ledger, Totals, percentiles_ms
from mist_ci.models.message import TraceAlert, TraceSpan, encode
from mist_ci.tokentrace import joined, read_ledger, read_part
from mist_ci.tokentrace.span_ids import hex_of
from tests.unit.gate.building import attempt, make_suite
from tests.unit.tokentrace.test_spans import END, RUN, START, runs
from tests.unit.tokentrace.trees import spans

NOW = END * 10
ABOVE = (b'mist.run"', b'mist.suite"', b'mist.sample"')
many = settings(deadline=None, max_examples=60)


def lines_of(tree: list[TraceSpan]) -> list[bytes]:
    return [encode(f"{number:032x}", "trace.span", 1, span) + b"\n" for number, span in enumerate(tree)]


def written(attempts: list[Attempt]) -> list[bytes]:
    return lines_of(list(spans(RUN, attempts, START, END, {"mist.branch": "main"})))


def some() -> list[Attempt]:
    suite = make_suite("skill", 4)
    return [attempt(suite, one, side, 1.0) for side in (Side.BASE, Side.HEAD) for one in suite.samples]


unjudged = runs.map(lambda attempts: [replace(one, judgement=None) for one in attempts])


def read(lines: list[bytes]) -> Ledger:
    return read_ledger(lines, NOW)


def only(lines: list[bytes]) -> Totals:
    (run,) = read(lines).runs
    return run.total()


def money(found: Decimal | None) -> Fraction | None:
    return None if found is None else Fraction(found)


def same(totals: Totals, attempts: list[Attempt]) -> None:
    spend = spend_of(attempts)
    assert (totals.calls, totals.tokens_in, totals.tokens_out) == (
        spend.calls, spend.tokens_in, spend.tokens_out,
    )  # fmt: skip
    assert totals.reused_calls == spend.reused_calls
    assert money(totals.cost.known_usd) == money(spend.cost_usd)
    assert money(totals.saved.known_usd) == money(spend.saved_usd)


@many
@given(unjudged, st.integers(0, 2**32))
def test_run_and_suites_and_samples_and_calls_come_to_the_same_in_any_order(
    attempts: list[Attempt], seed: int
) -> None:
    lines = written(attempts)
    random.Random(seed).shuffle(lines)
    found = read(lines)
    (run,) = found.runs
    assert run.flaws == []
    assert not found.left_out
    same(run.total(), attempts)
    for name in ("side", "model", "suite"):
        parted = defaultdict(list)
        for one in attempts:
            parted[str(getattr(one, name))].append(one)
        assert set(run.by(name)) == set(parted)
        for key, totals in run.by(name).items():
            same(totals, parted[key])


@many
@given(runs, st.integers(0, 2**32), st.integers(1, 5), st.booleans())
def test_parts_that_processes_read_come_to_what_one_reading_comes_to(
    attempts: list[Attempt], seed: int, parts: int, is_doubled: bool
) -> None:
    lines = written(attempts)
    lines += lines[: len(lines) // 2] if is_doubled else []
    random.Random(seed).shuffle(lines)
    read_apart = [pickle.loads(pickle.dumps(read_part(lines[at::parts], NOW))) for at in range(parts)]
    found, expected = joined(read_apart, NOW), read(lines)
    if found is None:
        assert parts > 1
        assert is_doubled
        return
    assert found.notices == expected.notices
    for run, other in zip(found.runs, expected.runs, strict=True):
        assert (run.run_id, run.about, run.spans, run.start_ns) == (
            other.run_id, other.about, other.spans, other.start_ns,
        )  # fmt: skip
        assert {group: totals.figures for group, totals in run.groups.items()} == {
            group: totals.figures for group, totals in other.groups.items()
        }
        assert sorted(run.total().latencies_ns) == sorted(other.total().latencies_ns)


def test_calls_that_need_another_part_are_left_to_one_reading() -> None:
    nameless = lines_of([call(tokens_in=3), call().model_copy(update={"span_id": "c" * 16})])
    assert joined([read_part([line], NOW) for line in nameless], NOW) is None
    assert joined([read_part(nameless, NOW)], NOW) is not None


@many
@given(runs.filter(bool), st.data())
def test_a_sum_that_does_not_agree_is_told(attempts: list[Attempt], data: st.DataObject) -> None:
    tree = list(spans(RUN, attempts, START, END))
    index = data.draw(st.integers(0, len(tree) - 1))
    calls = tree[index].attrs["calls"]
    assert isinstance(calls, int)
    tree[index] = tree[index].model_copy(update={"attrs": {**tree[index].attrs, "calls": calls + 1}})
    (run,) = read(lines_of(tree)).runs
    assert run.flaws


def test_a_span_that_is_there_twice_counts_once() -> None:
    lines = written(some())
    found = read(lines + lines)
    assert found.runs[0].total().figures == only(lines).figures
    assert found.left_out == {"that are there twice, and count once": len(lines)}


@pytest.mark.parametrize(("line", "why"), [
    (b'{"version": "1", "id": "0', "damaged"),
    (b"\xff\xfe\n", "damaged"),
    (b"[" * 5000, "damaged"),
    (b'{"version": "2", "id": "0", "source": "s", "type": "trace.span", "payload": {}}', "damaged"),
    (b'{"version": "1", "id": "0", "source": "s", "type": "trace.span", "payload": {}}', "that are no spans"),
])  # fmt: skip
def test_a_line_that_cannot_be_used_is_counted_and_the_others_count(line: bytes, why: str) -> None:
    lines = written(some())
    found = read([*lines[:3], line, *lines[3:]])
    assert found.left_out == {why: 1}
    assert found.runs[0].total().figures == only(lines).figures
    assert why in found.notices[0]


def test_a_flipped_bit_is_found_by_the_checksum() -> None:
    lines = written(some())
    lines[0] = lines[0].replace(b'"attempt":0', b'"attempt":1')
    assert read(lines).left_out == {"with a wrong checksum": 1}


def test_messages_of_other_types_and_empty_lines_are_nothing() -> None:
    other = b'{"version": "1", "id": "0", "source": "s", "type": "eval.result", "payload": {"suite": "s"}}\n'
    found = read([other, b"\n", *written(some())])
    assert not found.left_out
    assert len(found.runs) == 1


def call(**attrs: str | float | None) -> TraceSpan:
    return TraceSpan(
        trace_id="a" * 32, span_id="b" * 16, operation="infer", start_ns=1, end_ns=3_000_001, status="ok", attrs=attrs
    )  # fmt: skip


@pytest.mark.parametrize(("amount", "usd"), [("0.10", "0.10"), (0.1, "0.1"), (3, "3"), ("1.2E-7", "1.2E-7")])
def test_money_of_other_writers_is_taken_as_it_is_written(amount: str | float, usd: str) -> None:
    totals = only(lines_of([call(cost_usd=amount, tokens_in=3)]))
    assert totals.cost.known_usd == Decimal(usd)
    assert totals.calls == 1


@pytest.mark.parametrize(
    "amount", ["NaN", "-1", "1e99", "Infinity", "one", "1e-999999", "0." + "0" * 100 + "1"]
)
def test_an_amount_that_nobody_can_have_paid_is_counted_as_such(amount: str) -> None:
    found = read(lines_of([call(cost_usd=amount)]))
    assert sum(found.left_out.values()) == 1
    assert not found.runs


def test_negative_tokens_are_no_span() -> None:
    assert read(lines_of([call(tokens_in=-1)])).left_out == {"that are no spans": 1}


def test_an_unknown_price_makes_the_sum_unknown_and_not_zero() -> None:
    assert only(lines_of([call()])).cost.known_usd is None


def test_a_clock_that_is_wrong_is_told_and_no_latency_counts() -> None:
    backwards = call().model_copy(update={"end_ns": 0})
    late = call().model_copy(update={"end_ns": NOW + 25 * 3600 * 10**9, "span_id": "c" * 16})
    found = read(lines_of([backwards, late]))
    assert sum(found.doubted.values()) == 2
    assert len(found.runs[0].total().latencies_ns) == 1


def test_a_run_that_was_cut_off_still_has_its_calls() -> None:
    calls = [line for line in written(some()) if b"gen_ai.chat" in line]
    (run,) = read(calls).runs
    same(run.total(), some())
    assert (run.run_id, run.status) == ("", "")
    assert run.end_ns > 0


def test_a_run_whose_calls_are_elsewhere_is_what_was_added_up_of_them() -> None:
    tree = [TraceSpan.model_validate(json.loads(line)["payload"]) for line in written(some())]
    run = tree[-1]
    spend = run.model_copy(
        update={"operation": "gen_ai.spend", "span_id": "d" * 16, "attrs": {**run.attrs, "side": "head"}}
    )
    (kept,) = read(lines_of([run, spend])).runs
    (both,) = read(lines_of([*tree, spend])).runs
    assert kept.total().figures == both.total().figures == only(lines_of(tree)).figures
    assert (kept.flaws, both.flaws) == ([], [])


def test_a_run_that_was_killed_adds_up_what_had_ended_and_says_so() -> None:
    killed = [line for line in written(some()) if not any(name in line for name in ABOVE)]
    found = read(killed)
    (run,) = found.runs
    same(run.total(), some())
    assert (run.run_id, run.status, run.has_ended) == (RUN, "", False)
    assert run.flaws == []  # nothing is wrong with what is there
    assert run.total().score == 1.0
    assert found.notices == [f"{RUN}: {NOT_ENDED}"]


def test_alerts_belong_to_their_run_once_and_are_no_spans() -> None:
    alert = TraceAlert(
        level="critical", metric="eval_usd", value=1.2, threshold=1, message="passed",
        trace_id=hex_of(32, RUN),
    )  # fmt: skip
    lost = alert.model_copy(update={"trace_id": None})
    lines = [encode("0" * 32, "trace.alert", 1, one) + b"\n" for one in (alert, alert, lost)]
    found = read([*written(some()), *lines])
    (run,) = found.runs
    assert [(one.level, one.message) for one in run.alerts] == [("critical", "passed")]
    assert not found.left_out
    same(run.total(), some())
    torn = lines[0].replace(b"passed", b"passes")
    assert read([torn]).left_out == {"with a wrong checksum": 1}


def test_percentiles_are_latencies_that_were_measured() -> None:
    totals = Totals()
    assert percentiles_ms(totals.latencies_ns, 0.5) == (None,)
    totals.latencies_ns.extend(number * 10**6 for number in range(100, 0, -1))
    assert percentiles_ms(totals.latencies_ns, 0.5, 0.95, 1.0) == (50.0, 95.0, 100.0)


def test_what_judging_took_is_a_side_of_its_own_and_in_the_whole() -> None:
    asked = Judgement(
        models=("judge",), calls=2, tokens_in=50, tokens_out=9, cost_usd=Decimal("0.5"), start_ns=START, end_ns=END,
        tried=("HTTP 429", "no reply"), tried_ns=((START, END), (START, END)),
    )  # fmt: skip
    unpriced = replace(asked, cost_usd=None)
    for judgement, usd in ((asked, Decimal("4.0008")), (unpriced, None)):
        attempts = [replace(one, judgement=judgement) for one in some()]
        (run,) = read(written(attempts)).runs
        assert run.flaws == []
        assert (run.total().calls, run.total().cost.known_usd) == (8 * 3, usd)
        sides = run.by("side")
        assert list(sides) == ["base", "base (judging)", "head", "head (judging)"]
        assert (sides["head"].calls, sides["head (judging)"].calls) == (4, 8)
        assert (sides["head"].failed, sides["head (judging)"].failed) == (0, 8)
        assert (run.by("model")["judge"].calls, run.by("model")["judge"].failed) == (16, 16)
        assert len(sides["head (judging)"].latencies_ns) == 0
