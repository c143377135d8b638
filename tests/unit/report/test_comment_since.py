"""Claims: a comment says what changed since the last push, judging again changes nothing, and no state is trusted."""

import base64
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.adapters.github import marker
from mist_ci.models.pull_request import RunOrder
from mist_ci.models.report import Report
from mist_ci.report import comment, state
from mist_ci.report.state import MAX_SNAPSHOT
from tests.unit.gate.building import data_report, finding, make_gate, make_suite, outcomes
from tests.unit.report.cases import CASES, at, improved, not_proven, nothing_to_gate, regressed
from tests.unit.report.hostile import HOSTILE, hostile_report
from tests.unit.report.rendered import Page, assert_text_is_inert
from tests.unit.report.reporting import report_on
from tests.unit.report.test_comment_shedding import many_suites

FIRST, SECOND, THIRD = ("abc1234" + "0" * 33, "bcd2345" + "0" * 33, "cde3456" + "0" * 33)
URL = "https://github.example/acme/bot/actions/runs/"


def since(text: str) -> str | None:
    """The line about the last push as it is read."""
    lines = [line for line in Page(text).text.splitlines() if line.startswith("Since ")]
    return lines[0] if lines else None


def sent(text: str, run: int) -> str:
    return marker.stamp(text, "release", 7, RunOrder(run_id=run, attempt=1))[1]


def again(report: Report, run: int) -> Report:
    """The same commit judged again: another run, another time, another directory."""
    changed = {
        "run_id": f"20261124T12000{run}Z-cd34ab12",
        "results_dir": f"elsewhere/{run}",
        "started_at": "2026-11-24T12:00:00+00:00",
        "duration_s": 3600.0 + run,
    }
    return report.model_copy(update=changed)


def test_the_first_comment_has_nothing_to_be_held_against() -> None:
    assert since(comment(regressed())) is None


def test_the_second_push_says_what_it_changed() -> None:
    first = comment(at(regressed(), FIRST))
    found = since(comment(at(improved(), SECOND), first))
    assert (
        found
        == "Since abc1234: verdict failed → passed; new data findings 1 → 0; cost of evaluation $0.084 → $0.024."
    )
    assert since(comment(at(not_proven(), SECOND), first)) == (
        "Since abc1234: verdict failed → not proven; math regressed at 74.5 → not proven at 83.8; "
        "new data findings 1 → 0; cost of evaluation $0.084 → $0.14."
    )


def test_a_push_that_changes_no_number_says_so() -> None:
    first = comment(at(regressed(), FIRST))
    assert since(comment(at(regressed(), SECOND), first)) == "Since abc1234: nothing changed."


def test_a_run_that_evaluated_nothing_says_that_once() -> None:
    first = comment(at(regressed(), FIRST))
    found = since(comment(at(nothing_to_gate(), SECOND), first))
    assert found is not None
    assert "evaluated 4 suites → no suite" in found
    back = since(comment(at(regressed(), SECOND), comment(at(nothing_to_gate(), FIRST))))
    assert back is not None
    assert "evaluated no suite → 4 suites" in back


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("limit", [65_000, 5_000])
def test_judging_a_commit_again_edits_nothing(name: str, limit: int) -> None:
    first = sent(comment(at(CASES[name](), FIRST), limit=limit), 1)
    second = sent(comment(at(CASES[name](), SECOND), first, limit, f"{URL}1"), 2)
    third = sent(comment(again(at(CASES[name](), SECOND), 3), second, limit, f"{URL}2"), 3)
    fourth = sent(comment(again(at(CASES[name](), SECOND), 4), third, limit, f"{URL}3"), 4)
    assert marker.says_the_same(second, third)
    assert marker.says_the_same(third, fourth)
    assert since(second) == since(fourth)
    assert since(second) is not None


@pytest.mark.slow
def test_many_suites_make_no_difference_to_that() -> None:
    report = many_suites()
    first = sent(comment(at(report, FIRST)), 1)
    second = sent(comment(at(report, SECOND), first), 2)
    third = sent(comment(at(report, SECOND), second), 3)
    assert marker.says_the_same(second, third)


def test_another_answer_about_the_same_commit_is_held_against_the_push_before() -> None:
    first = comment(at(improved(), FIRST))
    failed = comment(at(CASES["could-not-run"](), SECOND), first)
    repaired = comment(at(improved(), SECOND), failed)
    assert "verdict passed → could not run" in (since(failed) or "")
    assert since(repaired) == "Since abc1234: nothing changed."


def test_the_third_push_is_held_against_the_second_alone() -> None:
    first = comment(at(regressed(), FIRST))
    second = comment(at(improved(), SECOND), first)
    third = comment(at(improved(), THIRD), second)
    assert since(third) == "Since bcd2345: nothing changed."


def test_where_something_else_changed_the_link_is_the_new_one() -> None:
    first = comment(at(regressed(), FIRST), details_url=f"{URL}1")
    assert f"({URL}1)" in comment(at(regressed(), FIRST), first, details_url=f"{URL}2")
    assert f"({URL}2)" in comment(at(improved(), FIRST), first, details_url=f"{URL}2")
    assert f"({URL}2)" in comment(at(regressed(), SECOND), first, details_url=f"{URL}2")


def test_line_ends_that_the_host_changes_do_not_matter() -> None:
    first = comment(at(regressed(), FIRST))
    given_back = first.replace("\n", "\r\n").rstrip()
    assert comment(at(improved(), SECOND), given_back) == comment(at(improved(), SECOND), first)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://evil.example/)[x](https://evil.example",
        "https://evil.example/ x",
        "https://evil.example/<b>",
        "https://evil.example/\n",
        "https://user@evil.example/",
        "ftp://evil.example",
        "//evil.example",
        "https://",
        "",
        "https://evil.example/" + "x" * 3000,
        "https://evil.example/é",
        "https://evil.example/`|\\\"'",
    ],
)
def test_an_address_that_is_not_plain_is_left_out(url: str) -> None:
    text = comment(regressed(), details_url=url)
    assert "[Full report]" not in text
    assert_text_is_inert(text)
    assert text == comment(regressed())


def test_a_plain_address_becomes_the_one_link() -> None:
    text = comment(regressed(), details_url="http://ci.example:8080/a/b?c=1#summary-2")
    assert_text_is_inert(text, links=1)
    assert "\n[Full report](http://ci.example:8080/a/b?c=1#summary-2)\n" in text


def forged(value: object) -> str:
    return f"<!-- mist-state:1 {base64.b64encode(json.dumps(value).encode()).decode()} -->"


GOOD = {
    "head": FIRST,
    "outcome": "passed",
    "findings": 0,
    "cost_usd": "0.1",
    "suites": [["a", "b", "pass", 0.5]],
}
FORGED: dict[str, str] = {
    "not base64": "<!-- mist-state:1 !!! -->",
    "bad padding": "<!-- mist-state:1 abc -->",
    "not UTF-8": f"<!-- mist-state:1 {base64.b64encode(bytes([0xFF, 0xFE])).decode()} -->",
    "not JSON": f"<!-- mist-state:1 {base64.b64encode(b'{').decode()} -->",
    "deep": f"<!-- mist-state:1 {base64.b64encode(b'[' * 9000).decode()} -->",
    "a list": forged([GOOD]),
    "another version": forged({"now": GOOD, "before": None}).replace("state:1", "state:2"),
    "another key": forged({"now": GOOD, "before": None, "x": 1}),
    "a head that is none": forged({"now": GOOD | {"head": "</code><h1>"}, "before": None}),
    "an outcome that is none": forged({"now": GOOD | {"outcome": "great"}, "before": None}),
    "a number as text": forged({"now": GOOD | {"findings": "0"}, "before": None}),
    "negative findings": forged({"now": GOOD | {"findings": -1}, "before": None}),
    "endless findings": forged({"now": GOOD | {"findings": 10**40}, "before": None}),
    "endless money": forged({"now": GOOD | {"cost_usd": "1e999999999"}, "before": None}),
    "money that is none": forged({"now": GOOD | {"cost_usd": "NaN"}, "before": None}),
    "a score out of range": forged({"now": GOOD | {"suites": [["a", "b", "pass", 1e9]]}, "before": None}),
    "a score that is none": forged(
        {"now": GOOD | {"suites": [["a", "b", "pass", float("nan")]]}, "before": None}
    ),
    "a word of its own": forged({"now": GOOD | {"suites": [["a", "b", "PASSED", 0.5]]}, "before": None}),
    "too short a row": forged({"now": GOOD | {"suites": [["a", "b", "pass"]]}, "before": None}),
    "long names": forged({"now": GOOD | {"suites": [["a" * 201, "b", "pass", 0.5]]}, "before": None}),
    "too many suites": forged({"now": GOOD | {"suites": [["a", "b", "pass", 0.5]] * 501}, "before": None}),
    "too long": f"<!-- mist-state:1 {'A' * 32_001} -->",
    "not the last line": forged({"now": GOOD, "before": None}) + "\nmore",
    "text before it": "x " + forged({"now": GOOD, "before": None}),
    "nothing": "",
}


@pytest.mark.parametrize("tail", FORGED.values(), ids=FORGED.keys())
def test_a_state_with_anything_odd_is_no_state(tail: str) -> None:
    body = f"<!-- mist-ci x -->\n### old\n\n{tail}"
    assert state.read(body) is None
    assert comment(regressed(), body) == comment(regressed())


def test_the_forged_states_are_odd_in_one_thing_only() -> None:
    assert state.read(forged({"now": GOOD, "before": None})) is not None
    assert state.read(forged({"now": GOOD, "before": GOOD})) is not None


@pytest.mark.slow
@pytest.mark.parametrize("text", [text for text in HOSTILE if text.strip()])
def test_names_in_a_state_come_out_inert(text: str) -> None:
    rows = [[text[:200], text[:200], "regressed", 0.5], ["other", "x", "pass", 1.0]]
    old = GOOD | {"suites": rows}
    report = hostile_report("x")
    (model,) = report.decision.models
    suite = model.suites[0]
    suite = suite.model_copy(update={"numbers": suite.numbers.model_copy(update={"suite": text[:200]})})
    model = model.model_copy(update={"model": text[:200], "suites": (suite,)})
    report = report.model_copy(update={"decision": report.decision.model_copy(update={"models": (model,)})})
    if "\ud800" in text:
        assert state.snapshot(report) is None
    else:
        assert since(comment(report, forged({"now": old, "before": None}))) is not None
    assert_text_is_inert(comment(report, forged({"now": old, "before": None})))


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(st.text(max_size=80), st.binary(max_size=200))
def test_no_body_raises(text: str, octets: bytes) -> None:
    assert state.read(text) is None
    state.read(f"{text}\n<!-- mist-state:1 {base64.b64encode(octets).decode()} -->")


def test_a_state_never_takes_more_than_its_room_and_keeps_what_fails() -> None:
    report = at(many_suites(), FIRST)
    now = state.snapshot(report)
    assert now is not None
    line = state.write(now, now)
    assert len(line) <= 2 * MAX_SNAPSHOT * 4 / 3 + 100
    told = state.read(line)
    assert told is not None
    assert [one[1] for one in told.now.suites[:4]] == [f"bad-{i}" for i in range(4)]
    assert state.write(told.now, told.before) == line


def test_a_price_that_is_not_known_is_no_zero() -> None:
    report = report_on([(make_suite("math", 80), outcomes(80))], make_gate(), data=[data_report([finding()])])
    spend = report.spend[0].spend.model_copy(update={"cost_usd": None})
    report = report.model_copy(update={"spend": (report.spend[0].model_copy(update={"spend": spend}),)})
    now = state.snapshot(report)
    assert now is not None
    assert now.cost_usd is None
    assert now.findings == 1
    priced = state.snapshot(regressed())
    assert priced is not None
    assert priced.cost_usd == Decimal("0.084")
