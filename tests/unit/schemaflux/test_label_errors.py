"""Doubted labels: when they are looked for, and what is said when they are not."""

from collections.abc import Iterable

import pytest

from mist_ci.errors import CouldNotRun
from mist_ci.ports.label_judge import Doubt
from mist_ci.schemaflux import label_errors
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.rules import sf811_label_error, sf812_sorted_by_label
from mist_ci.schemaflux.selection import Selection
from tests.fakes import VotingJudge
from tests.unit.schemaflux.checking import check

BAD = sf811_label_error.META.bad
SELECTED = Selection(select=("SF811",))
NAMED = Selection(extend=("SF811",))


class Unasked:
    def doubts(self, rows: Iterable[tuple[str, str]]) -> list[Doubt]:
        raise AssertionError(f"nobody should ask: {rows}")


def test_without_the_extra_that_is_said_and_only_where_there_are_labels() -> None:
    assert check(BAD).notices == ("label errors (SF811) were not looked for: pip install 'mist-ci[labels]'",)
    assert check(rows(chat(("user", "a"), ("assistant", "b")))).notices == ()
    assert check(BAD, selection=Selection(ignore=("SF811",))).notices == ()


def test_without_the_extra_who_asks_for_it_is_refused() -> None:
    with pytest.raises(CouldNotRun, match="needs the extra `labels`"):
        check(BAD, selection=NAMED)
    assert len(check(BAD, selection=Selection(select=("SF8",))).notices) == 1


def test_a_doubt_is_a_finding_at_its_row() -> None:
    (finding,) = check(BAD, selection=SELECTED, labels=VotingJudge()).findings
    assert finding.where.line == 120
    assert '"delay"; other rows that read like this one are "refund"' in finding.message


def test_rows_that_base_has_are_known() -> None:
    report = check({"a.jsonl": BAD}, known={"a.jsonl": BAD}, selection=SELECTED, labels=VotingJudge())
    assert [one.known for one in report.findings] == [True]


def test_many_rows_are_judged_only_when_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_errors, "MOST_ROWS", 100)
    (notice,) = check(BAD, labels=Unasked()).notices
    assert "there are more than 100 rows of 2 classes; --extend-select SF811 does it" in notice
    assert [one.code for one in check(BAD, selection=NAMED, labels=VotingJudge()).findings] == ["SF811"]
    monkeypatch.setattr(label_errors, "MOST_ROWS_ASKED", 110)
    assert check(BAD, selection=NAMED, labels=Unasked()).notices == (
        "label errors (SF811) were not looked for: there are more than 110 rows of 2 classes",
    )


@pytest.mark.parametrize(
    "answers",
    [
        ["yes"] * 100,
        ["yes", "no"] * 20,
        [f"{number}" for number in range(100)],
        ["yes", "no"] * 30 + [f"It depends on what you mean, and that is the {n}th time." for n in range(30)],
    ],
)
def test_answers_that_are_no_labels_are_not_judged(answers: list[str]) -> None:
    content = rows(*(chat(("user", f"Is {n} odd?"), ("assistant", told)) for n, told in enumerate(answers)))
    report = check(content, labels=Unasked(), selection=Selection(select=("SF811", "SF812")))
    assert report.findings == ()
    assert report.notices == ()


def test_lines_that_are_no_rows_do_not_shift_the_others() -> None:
    content = BAD.replace(b"\n", b"\n\n{oops\n", 3)
    found = check(content, selection=SELECTED, labels=VotingJudge()).findings
    assert [one.where.line for one in found if one.code == "SF811"] == [126]


def test_each_file_is_sorted_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    meta = sf812_sorted_by_label.META
    selection = Selection(select=("SF812",))
    whole = check({"a.jsonl": meta.bad, "b.jsonl": meta.good}, selection=selection).findings
    assert [(one.where.file, one.where.line) for one in whole] == [("a.jsonl", None)]
    assert "80 rows change their label 1 times" in whole[0].message
    monkeypatch.setattr("mist_ci.schemaflux.lines._FIRST_SPAN", 300)
    assert check({"a.jsonl": meta.bad, "b.jsonl": meta.good}, selection=selection).findings == whole


def test_a_file_of_one_label_is_not_sorted() -> None:
    lines = sf812_sorted_by_label.META.bad.splitlines(keepends=True)
    files = {"a.jsonl": b"".join(lines[:40]), "b.jsonl": b"".join(lines[40:])}
    assert check(files, selection=Selection(select=("SF812",))).findings == ()
