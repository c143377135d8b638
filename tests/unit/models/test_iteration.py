"""Claims: a record comes back exactly as it was kept; anything else is left out and counted, never guessed at."""

import json
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.iteration import MAX_LINE_BYTES, read_log
from tests.remembering import expense, iteration, score


def told(*lines: bytes) -> tuple[str, ...]:
    return read_log(lines, "here").notices


def test_a_record_comes_back_exactly() -> None:
    one = iteration(0, score("math", None), score("tone", 1 / 3), base_expense=expense(usd=None))
    assert b"\n" not in one.line
    assert read_log([one.line], "here").iterations == (one,)


def test_money_keeps_every_digit() -> None:
    exact = "0.000000000000000000000000000000001234567890123456789"
    (back,) = read_log([iteration(head_expense=expense(usd=exact)).line], "here").iterations
    assert back.head_expense is not None
    assert back.head_expense.cost_usd == Decimal(exact)


def test_records_come_in_the_order_of_time_and_each_once() -> None:
    lines = [iteration(number).line for number in (2, 0, 1, 0)]
    log = read_log(lines, "here")
    assert log.iterations == tuple(iteration(number) for number in range(3))
    assert log.notices == ()


def test_a_newer_version_is_told_and_not_guessed_at() -> None:
    newer = json.loads(iteration().line) | {"version": 2}
    assert told(json.dumps(newer).encode(), b'{"version": 3}') == (
        "entries in here that are not shown: 2 of a newer version of mist-ci",
    )


WRONG = [
    {"version": 0},
    {"version": "1"},
    {"more": 1},
    {"head": "main"},
    {"when": "2026-11-20T12:00:00"},
    {"run_id": "../../escape"},
    {"outcome": "splendid"},
    {"duration_s": -1},
    {"model": "m" * 301},
    {"head_expense": {"calls": 1, "tokens_in": 1, "tokens_out": 1, "cost_usd": "1E+999999999"}},
    {"head_expense": {"calls": 1, "tokens_in": 1, "tokens_out": 1, "cost_usd": "1E-999999999"}},
    {"head_expense": {"calls": 1, "tokens_in": 1, "tokens_out": 1, "cost_usd": "NaN"}},
    {"head_expense": {"calls": 1, "tokens_in": 1, "tokens_out": 1, "cost_usd": "-1"}},
]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_a_field_that_is_not_as_it_should_be_makes_the_record_none(wrong: dict[str, object]) -> None:
    line = json.dumps(json.loads(iteration().line) | wrong).encode()
    assert told(line) == ("entries in here that are not shown: 1 not understood",)


@pytest.mark.parametrize("number", ["NaN", "1e999", "1.01", "-0.01", '"0.5"'])
def test_a_score_is_a_number_from_0_to_1(number: str) -> None:
    line = iteration(0, score("math", 0.515625)).line.replace(b'"head":0.515625', f'"head":{number}'.encode())
    assert told(line) == ("entries in here that are not shown: 1 not understood",)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_stop_the_reading(line: bytes) -> None:
    log = read_log([line, iteration().line], "here", Counter({"cut off": 1}))
    assert log.iterations == (iteration(),)
    assert "1 cut off" in log.notices[0]


@given(st.integers(0, 500), st.integers(0, 255))
def test_a_damaged_byte_is_told_or_gives_a_whole_record(place: int, value: int) -> None:
    line = bytearray(iteration().line)
    line[place % len(line)] = value
    log = read_log([bytes(line)], "here")
    assert len(log.iterations) + len(log.notices) == 1


def test_depth_and_length_are_no_weapons() -> None:
    deep, wide = b"[" * 100_000, b'{"version": ' + b"9" * 10_000 + b"}"
    large = b" " * (MAX_LINE_BYTES + 1)
    assert told(deep, wide, large) == ("entries in here that are not shown: 2 not understood, 1 too large",)


@pytest.mark.slow
def test_a_record_that_nobody_would_read_is_not_written() -> None:
    suites = [score(f"{number:04}" + "s" * 280, 0.5) for number in range(3000)]
    with pytest.raises(CouldNotRun, match="over the limit") as caught:
        _ = iteration(0, *suites).line
    assert caught.value.code is Code.HISTORY
