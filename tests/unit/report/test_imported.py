"""Claims: a suite's line adds up, and what nobody knows is unknown, never zero."""

from decimal import Decimal

from msgspec.structs import replace

from mist_ci.models.record import Record, RecordStatus, RecordTokens, Source
from mist_ci.report.imported import summarise, table

RECORD = Record(
    suite="s", case_key="a", case_id="a", repeat=0, grader="g", value=1.0, status=RecordStatus.OK,
    source=Source("tool", "1", "h"), model="m", tokens=RecordTokens(2, 3), cost_usd=Decimal("0.1"),
)  # fmt: skip


def test_the_mean_is_over_cases_whatever_their_repeats() -> None:
    many = [replace(RECORD, repeat=number, value=0.0) for number in range(9)]
    (suite,) = summarise([*many, replace(RECORD, case_key="b")])
    assert (suite.cases, suite.repeats, suite.records, suite.mean_score) == (2, 9, 10, 0.5)


def test_tokens_and_money_add_up_exactly() -> None:
    (suite,) = summarise([replace(RECORD, repeat=number) for number in range(10)])
    assert (suite.tokens, suite.cost_usd) == (50, Decimal("1.0"))


def test_one_unknown_makes_a_sum_unknown() -> None:
    unknown = replace(RECORD, repeat=1, tokens=RecordTokens(2, None), cost_usd=None)
    (suite,) = summarise([RECORD, unknown])
    assert (suite.tokens, suite.cost_usd) == (None, None)
    assert table([suite]).count("unknown") == 2


def test_a_suite_without_any_score_has_no_mean() -> None:
    (suite,) = summarise([replace(RECORD, value=None, status=RecordStatus.SKIPPED)])
    assert (suite.mean_score, suite.missing) == (None, 1)


def test_sides_are_lines_of_their_own_and_one_bad_source_is_enough() -> None:
    cut = replace(RECORD, side="head", source=Source("tool", "1", "i", status="cancelled"))
    base, head = summarise([cut, replace(RECORD, side="base"), replace(RECORD, side="head")])
    assert (base.side, base.is_comparable, head.side, head.is_comparable) == ("base", True, "head", False)
    assert table([head]).splitlines()[-1].startswith("s is not comparable: its source did not finish")
