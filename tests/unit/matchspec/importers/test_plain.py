"""Claims: a table is read cell by cell, and no misspelt column or strange value is dropped in silence."""

import random
from decimal import Decimal
from typing import Any

import pytest

from mist_ci.matchspec.importers import ResultFile, import_results
from mist_ci.models.record import RecordStatus
from tests.unit.matchspec.importers.reading import by_case, jsonl, read, refusal, unplaced


def csv(text: str) -> ResultFile:
    return ResultFile("scores.csv", text.encode())


def test_every_cell_of_a_csv_table_is_read() -> None:
    records = read("plain/scores.csv")
    assert len(records) == 4
    first, second, coal, rose = records
    assert (first.suite, first.case_id, first.repeat, first.value, first.passed) == (
        "colours",
        "sky",
        0,
        1.0,
        True,
    )
    assert (first.output, first.expected) == ("Blue, of course.", "blue")
    assert (first.tokens.input, first.tokens.output, first.cost_usd) == (12, 3, Decimal("0.00021"))
    assert first.latency_ms == 8.5
    assert (second.repeat, second.case_key, second.output) == (1, first.case_key, "Blue-ish,\nmostly")
    assert (coal.value, coal.status, coal.cost_usd) == (None, RecordStatus.ERROR, None)
    assert (rose.value, rose.passed) == (0.0, False)


def test_jsonl_is_the_same_table() -> None:
    cases = by_case(read("plain/scores.jsonl"))
    assert [(case.value, case.group) for case in cases.values()] == [
        (1.0, "air"), (0.25, "air"), (0.0, None), (None, None),
    ]  # fmt: skip
    assert "17" in cases


def test_order_never_matters() -> None:
    rows: list[dict[str, Any]] = [{"case_id": f"c{number}", "score": number / 10} for number in range(9)]
    shuffled = random.Random(3).sample(rows, 9)
    assert unplaced(import_results([jsonl(rows)])) == unplaced(import_results([jsonl(shuffled)]))


def test_a_byte_order_mark_and_windows_lines_are_nothing() -> None:
    file = ResultFile("a.csv", b"\xef\xbb\xbfcase_id,score\r\na,1\r\n\r\nb,0\r\n")
    assert [record.value for record in import_results([file])] == [1.0, 0.0]


def test_a_line_separator_inside_a_cell_is_no_new_row() -> None:
    assert import_results([csv("case_id,score,output\na,1,x\u2028y\n")])[0].output == "x\u2028y"


@pytest.mark.parametrize("file", [
    csv("case_id,score,repaet\na,1,0\n"), jsonl([{"case_id": "a", "score": 1, "repaet": 0}])
])  # fmt: skip
def test_a_misspelt_column_is_an_error(file: ResultFile) -> None:
    error = refusal(file)
    assert 'no column is named "repaet"' in error.message
    assert error.hint is not None
    assert "repeat" in error.hint


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("case_id,score\na,abc\n", 'must be a number, not "abc"'),
        ("case_id,score\na,nan\n", 'must be a number, not "nan"'),
        ("case_id,score\na,12.5\n", "is 12.5, not a number from 0 to 1"),
        ("case_id,passed\na,perhaps\n", "must be true or false"),
        ("case_id,score,repeat\na,1,-1\n", "must be a whole number"),
        ("case_id,score,repeat\na,1,0.5\n", "must be a whole number"),
        ("case_id,score,cost_usd\na,1,-3\n", "must be dollars"),
        ("case_id,score\n,1\n", "must be there"),
        ("case_id,score\na,1,2\n", "has 3 cells, and the header has 2"),
        ("case_id,score,score\na,1,2\n", "is there twice"),
        ('case_id,score\n"a,1\n', "is not CSV"),
        ("case_id,score,group,cluster\na,1,g,c\n", "give either"),
        ("case_id,score\n", "there are no results"),
        ("case_id,score\na,1\na,0\n", "case 'a' of suite 'scores' comes twice as repeat 0"),
    ],
)
def test_what_cannot_be_used_is_one_clear_message(text: str, told: str) -> None:
    assert told in refusal(csv(text)).message


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("case_id,scor", 'no column is named "scor"'),
        ("case_id,x_score", "no column that is named score or passed"),
    ],
)
def test_a_table_whose_score_is_misspelt_is_told_so_and_not_that_nobody_knows_it(
    header: str, told: str
) -> None:
    error = refusal(csv(f"{header}\na,1\n"))
    assert told in error.message
    assert str(error.where) == "scores.csv:1"


def test_a_bad_cell_is_named_with_its_line() -> None:
    assert str(refusal(csv("case_id,score\na,1\nb,x\n")).where) == "scores.csv:3: score"


def test_a_grader_that_is_not_in_the_table_is_an_error() -> None:
    assert "the grader is 'score'" in refusal(csv("case_id,score\na,1\n"), grader="other").message


def test_passed_is_not_the_same_as_a_score() -> None:
    """0.6 may be enough to pass, and 1 after that is no improvement."""
    scored, passed = (
        import_results([csv(f"case_id,{name}\na,{value}\n")])[0]
        for name, value in (("score", "0.6"), ("passed", "true"))
    )
    assert scored.case_key == passed.case_key
    assert scored.grader_fingerprint != passed.grader_fingerprint
