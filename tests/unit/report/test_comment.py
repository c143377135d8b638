"""Claims: the comment reads as in golden/*.md, says what was decided, and stays inert and short whatever comes.

`UPDATE_GOLDEN=1 python -m pytest tests/unit/report/test_comment.py` writes golden/*.md again; read the diff.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings

from mist_ci.models.report import Report, TrainingEstimate
from mist_ci.models.suite import Role
from mist_ci.models.verdict import Decision, Outcome
from mist_ci.report import comment, headline, status
from mist_ci.report.status import MAX_DESCRIPTION
from tests.unit.gate.building import Pair, data_report, finding, make_gate, make_suite, outcomes
from tests.unit.report.cases import CASES, PAGES, changed_suite
from tests.unit.report.hostile import HOSTILE, hostile_problem, hostile_report, pieces
from tests.unit.report.rendered import Page, assert_inert, assert_text_is_inert
from tests.unit.report.reporting import make_report, report_on

GOLDEN = Path(__file__).parent / "golden"
every_page = pytest.mark.parametrize("name", PAGES)
every_case = pytest.mark.parametrize("name", CASES)


@every_page
def test_the_comment_reads_as_its_golden_page(name: str) -> None:
    page, found = GOLDEN / f"{name}.md", PAGES[name]()
    if os.environ.get("UPDATE_GOLDEN"):
        page.write_text(found, encoding="utf-8")
    assert found == page.read_text(encoding="utf-8")


def test_every_golden_page_has_its_case() -> None:
    assert {page.stem for page in GOLDEN.glob("*.md")} == set(PAGES)


@every_page
def test_a_golden_page_is_inert_whole_and_short(name: str) -> None:
    text = PAGES[name]()
    assert_text_is_inert(text, links=text.count("[Full report]"))
    assert "\n\n\n" not in text
    assert len(text) < 8000


hostile = pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))


@pytest.mark.slow
@hostile
@pytest.mark.parametrize("build", [hostile_report, hostile_problem])
def test_hostile_text_anywhere_leaves_the_comment_inert(build: Callable[[str], Report], text: str) -> None:
    assert_inert(build(text))


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(pieces)
def test_any_text_anywhere_leaves_the_comment_inert(text: str) -> None:
    assert_inert(hostile_report(text))
    assert_inert(hostile_problem(text))


@pytest.mark.slow
@hostile
def test_hostile_text_cannot_change_what_the_comment_says_first(text: str) -> None:
    lines = comment(hostile_report(text)).splitlines()
    assert lines[1] == "### ❌ MIST CI: gate <code>release</code> failed"


@pytest.mark.slow
@hostile
@pytest.mark.parametrize("build", [hostile_report, hostile_problem])
def test_a_status_description_is_one_short_line_whatever_it_says(
    build: Callable[[str], Report], text: str
) -> None:
    found = status(build(text))
    assert found.context == "mist/release"
    assert found.state is build(text).decision.outcome.state
    assert 1 <= len(found.description) <= MAX_DESCRIPTION
    assert len(found.description.splitlines()) == 1
    assert not found.description.startswith("::")


@every_case
def test_a_status_says_in_one_line_what_the_comment_says_in_bold(name: str) -> None:
    report = CASES[name]()
    found = status(report)
    assert found.state is report.decision.outcome.state
    assert found.description in headline(report)[:MAX_DESCRIPTION] or found.description.endswith("…")
    assert found.description.startswith("not proven:") == (report.decision.outcome is Outcome.NOT_PROVEN)


def test_a_long_reason_is_cut_to_140_characters() -> None:
    report = make_report(Decision(outcome=Outcome.FAILED, reasons=("x" * 500,)))
    assert status(report).description == "x" * 139 + "…"


def test_a_suite_that_fails_is_never_marked_as_good() -> None:
    """Improved, and still below its floor; held, and leaked; undecided, and critical."""
    report = report_on(
        [
            (make_suite("floor", 200, floor=0.8), outcomes(200, gain=60, wrong=100)),
            (make_suite("critical", 30, Role.CRITICAL), outcomes(30)),
        ],
        make_gate(),
    )
    rows = [line for line in comment(report).splitlines() if line.startswith("| <code>")]
    assert [row.split(" | ")[:2] for row in rows[:2]] == [
        ["| <code>critical</code> (critical)", "❌&nbsp;not&nbsp;proven"],
        ["| <code>floor</code>", "❌&nbsp;failed"],
    ]


def test_without_a_baseline_what_could_not_run_is_not_called_a_failure() -> None:
    pairs: list[Pair] = [*outcomes(50), *[(1.0, None)] * 10]
    text = comment(report_on([(make_suite("math", 60, floor=0.8), pairs)], make_gate(), baseline=False))
    assert "could not run" in text.splitlines()[1]
    assert "⚠️&nbsp;not&nbsp;comparable" in text
    assert "❌" not in text


def test_how_tokens_are_counted_is_explained_once_however_many_data_sets_there_are() -> None:
    why = "the tokenizer of this model is not known"
    basis = f"tiktoken o200k_base, approximate: {why}"
    data = [
        data_report().model_copy(update={"dataset": name, "token_basis": basis})
        for name in ("chat", "tools", "code")
    ]
    text = Page(comment(make_report(Decision(outcome=Outcome.PASSED, reasons=()), data=tuple(data)))).text
    assert text.count("48,000 tokens (tiktoken o200k_base, approximate)") == 3
    assert text.count(why) == 1
    assert text.index(why) > text.index("What runs and why")


def test_one_of_a_thing_is_told_in_the_singular() -> None:
    data = data_report([finding()]).model_copy(update={"rows": 1, "tokens": 1})
    estimate = TrainingEstimate(dataset="chat", tokens=1, token_basis="t", epochs=1, cost_usd=None)
    report = make_report(Decision(outcome=Outcome.FAILED, reasons=()), data=(data,), training=(estimate,))
    text = Page(comment(report)).text
    assert "1 row (20 new), 1 token (tiktoken o200k_base), 1 new finding, 0 known." in text
    assert "1 epoch" in text
    assert "1 epochs" not in text


def test_a_changed_suite_is_named_once_in_its_line_and_an_impossible_one_is_marked() -> None:
    lines = Page(comment(changed_suite())).text.splitlines()
    assert [line[0] for line in lines if "as changed" in line and line[0] in "✅🟡❌"] == ["✅", "🟡", "❌"]
    (impossible,) = (line for line in lines if line.startswith("🟡"))
    assert impossible.count("riddles") == 1
    assert "a suite that nobody can pass measures nothing" in impossible
