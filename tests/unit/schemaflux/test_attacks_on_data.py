"""Data of a hostile head: nothing hides a finding, nothing goes on for ever, and what is private stays so."""

from mist_ci.adapters.targets import load_targets
from mist_ci.models.finding import DataReport
from mist_ci.schemaflux.example import chat, rows
from tests.unit.schemaflux.checking import check

ALPACA = b"".join(
    rows({"instruction": f"Add {one} to it.", "input": f"It is {one}", "output": f"That is {2 * one}"})
    for one in range(10)
)


def talk(count: int) -> bytes:
    return b"".join(
        rows(chat(("user", f"Question {one}?"), ("assistant", f"Answer {one}."))) for one in range(count)
    )


def new(report: DataReport, code: str) -> int:
    return sum(one.count for one in report.all_counts if one.code == code and not one.known)


def test_rows_that_become_wrong_because_others_come_before_them_are_new() -> None:
    report = check(talk(20) + ALPACA, known={"train.jsonl": ALPACA})
    assert new(report, "SF103") == 10


def test_rows_that_move_into_a_file_of_another_format_are_new() -> None:
    report = check({"b.jsonl": talk(20) + ALPACA}, known={"a.jsonl": ALPACA, "b.jsonl": talk(20)})
    assert new(report, "SF103") == 10
    assert report.rows_new == 10


def test_rows_that_move_into_a_file_of_the_same_format_stay_known() -> None:
    report = check({"b.jsonl": talk(20)}, known={"a.jsonl": talk(20)})
    assert report.rows_new == 0


def test_a_file_of_the_size_that_it_had_is_not_the_same_file() -> None:
    target = load_targets(["azure"])
    before = talk(10)
    lost = talk(9)
    after = lost[:-4] + b" " * (len(before) - len(lost)) + lost[-4:]
    assert len(after) == len(before)
    first = check(talk(9), targets=target)
    assert new(first, "SF012") == 1
    assert new(check(after, known={"train.jsonl": before}, targets=target), "SF012") == 1
    assert new(check(before, known={"train.jsonl": before}, targets=target), "SF012") == 0
