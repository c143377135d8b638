"""Claims: a comment sheds detail to fit, samples first, and never its verdict."""

from collections.abc import Callable
from functools import cache

import pytest

from mist_ci.models.report import Report
from mist_ci.models.verdict import SuiteVerdict
from mist_ci.report import comment, summary
from mist_ci.report.comment import BYTES_PER_CHARACTER, MAX_COMMENT_CHARACTERS
from tests.unit.gate.building import make_gate, make_suite, outcomes
from tests.unit.report.cases import RUN_PAGE, regressed
from tests.unit.report.hostile import flood
from tests.unit.report.rendered import Page, assert_inert, assert_text_is_inert
from tests.unit.report.reporting import report_on

pytestmark = pytest.mark.slow

MAX_COMMENT_BYTES = BYTES_PER_CHARACTER * MAX_COMMENT_CHARACTERS


def test_a_flood_of_findings_and_answers_sheds_detail_and_keeps_the_verdict() -> None:
    report = flood()
    text = comment(report)
    assert len(text) <= MAX_COMMENT_CHARACTERS == 65_000
    assert len(text.encode()) <= MAX_COMMENT_BYTES == 195_000
    lines = text.splitlines()
    assert lines[1] == "### ❌ MIST CI: gate <code>release</code> failed"
    assert "regressed&#58;" in lines[3]
    assert "math" in lines[3]
    assert "| ❌&nbsp;regressed |" in text
    assert "more new findings are in `report.json`" in text
    assert_inert(report)


@cache
def many_suites(passing: int = 400, failing: int = 4) -> Report:
    """More suites than a reader wants to see."""
    report = report_on(
        [(make_suite("bad", 80), outcomes(80, loss=30)), (make_suite("good", 80, floor=0.99), outcomes(80))],
        make_gate(),
    )
    (model,) = report.decision.models
    bad, good = model.suites
    suites = [_renamed(bad, f"bad-{i}") for i in range(failing)]
    suites += [_renamed(good, f"good-{i:03}") for i in range(passing)]
    model = model.model_copy(update={"suites": tuple(suites)})
    decision = report.decision.model_copy(update={"models": (model,)})
    return report.model_copy(update={"decision": decision})


def _renamed(suite: SuiteVerdict, name: str) -> SuiteVerdict:
    return suite.model_copy(update={"numbers": suite.numbers.model_copy(update={"suite": name})})


@pytest.mark.parametrize("limit", [60_000, 20_000, 12_000, 8_000, 6_000, 4_000, 3_000, 2_500])
@pytest.mark.parametrize("build", [regressed, flood, many_suites])
def test_a_smaller_limit_is_kept_and_the_verdict_with_it(build: Callable[[], Report], limit: int) -> None:
    text = comment(build(), limit=limit)
    assert len(text) <= limit
    assert text.splitlines()[1] == "### ❌ MIST CI: gate <code>release</code> failed"
    assert text.splitlines()[3].startswith("**")
    assert "| ❌&nbsp;regressed |" in text
    assert_text_is_inert(text)


@pytest.mark.parametrize("limit", [0, 1, 100, 500, 1_000, 1_500, 2_000])
def test_no_limit_is_so_small_that_the_verdict_goes(limit: int) -> None:
    text = comment(flood(), limit=limit)
    assert text.splitlines()[1] == "### ❌ MIST CI: gate <code>release</code> failed"
    assert text.splitlines()[3].startswith("**2 suites regressed")
    assert len(text) <= max(limit, 1_200)
    assert_text_is_inert(text)


def test_samples_go_before_findings_and_suites_that_pass_go_before_those_that_fail() -> None:
    everything = comment(many_suites(passing=30))
    assert "<details><summary><code>bad-0</code>" in everything
    without_samples = comment(many_suites(passing=200), limit=32_000)
    assert "<details><summary><code>bad-0</code>" not in without_samples
    assert "good-199" in without_samples
    short = comment(many_suites(passing=200), limit=9_000)
    assert all(f"<code>bad-{i}</code> | ❌&nbsp;regressed" in short for i in range(4))
    assert "good-199" not in short
    assert "more suites are in `report.json`: none of them failed." in short


def test_failing_suites_that_do_not_fit_are_counted() -> None:
    text = comment(many_suites(failing=20), limit=3_500)
    assert "of them failed or could not run." in Page(text).text


def test_what_cannot_be_shed_level_by_level_is_cut_at_a_line() -> None:
    report = regressed()
    (model,) = report.decision.models
    long = model.model_copy(update={"base_label": "é@<|" * 250, "base_model": "é@<|" * 250})
    models = (long,) * 100
    report = report.model_copy(update={"decision": report.decision.model_copy(update={"models": models})})
    text = comment(report)
    assert "\nThe rest does not fit here: it is in `report.json`.\n" in text
    assert_inert(report)
    linked = comment(report, details_url=RUN_PAGE)
    assert f"\nThe rest does not fit here: it is in `report.json`.\n\n[Full report]({RUN_PAGE})\n" in linked
    assert_text_is_inert(linked, links=1)
    assert len(linked) <= MAX_COMMENT_CHARACTERS
    assert len(text) <= MAX_COMMENT_CHARACTERS
    assert len(text.encode()) <= MAX_COMMENT_BYTES
    assert "| ❌&nbsp;regressed |" in text


def test_a_comment_in_wide_characters_keeps_to_its_bytes_as_well() -> None:
    report = regressed().model_copy(update={"notices": ("\N{GRINNING FACE}" * 1000,) * 56})
    text = comment(report)
    assert len(text) < MAX_COMMENT_CHARACTERS
    assert len(text.encode()) <= MAX_COMMENT_BYTES
    assert "36 more notices are in `report.json`." in text
    assert "| ❌&nbsp;regressed |" in text
    assert_inert(report)


def test_the_summary_has_every_reason_and_room_for_more_detail() -> None:
    report = regressed()
    text = summary(report)
    shown = Page(text).text
    assert len(report.decision.reasons) > 3
    assert all(reason in shown for reason in report.decision.reasons)
    assert not text.startswith("<!--")
    assert len(text) > len(comment(report))
    assert len(summary(flood()).encode()) <= 1_000_000
