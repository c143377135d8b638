"""Claims: annotations say the worst first, at most ten of a level, and are never another command than they seem."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.errors import Where
from mist_ci.models.finding import Finding, Severity
from mist_ci.models.report import Report
from mist_ci.models.verdict import State
from mist_ci.report import annotations, plain
from mist_ci.report.text import clean, workflow_safe
from tests.unit.gate.building import data_report, finding
from tests.unit.report.cases import CASES, policy_change, regressed, waivers_in_force
from tests.unit.report.hostile import HOSTILE, flood, hostile_finding, hostile_problem, hostile_report, pieces
from tests.unit.report.reporting import make_report
from tests.unit.report.runner_parser import Command, commands, parse

LEVELS = ["error", "warning", "notice"]


def carried_out(*reports: Report) -> list[Command]:
    """What the runner makes of the lines: one annotation each, and nothing else."""
    lines = annotations(reports)
    assert all(len(line.splitlines()) == 1 for line in lines)
    found = [parse(line) for line in lines]
    assert commands("\n".join(lines)) == [one.name if one else "" for one in found]
    made = [one for one in found if one is not None]
    assert len(made) == len(lines)
    assert [LEVELS.index(one.name) for one in made] == sorted(LEVELS.index(one.name) for one in made)
    for level in LEVELS:
        assert sum(one.name == level for one in made) <= 10
    for one in made:
        assert set(one.properties) <= {"file", "line", "col", "title"}
        assert one.properties["title"]
        assert one.data
    return made


def data_only(findings: Sequence[Finding], fail_on: Severity = Severity.ERROR) -> Report:
    decision = CASES["nothing-to-gate"]().decision
    return make_report(decision, data=(data_report(findings),), fail_on=fail_on)


def test_a_finding_is_shown_at_its_line() -> None:
    (one,) = annotations([data_only([finding()])])
    assert one == (
        "::error file=data/chat.jsonl,line=7,title=SF212 empty-content::"
        "the assistant says nothing (messages[1].content): write the answer or remove the row"
    )


def test_a_failing_suite_is_shown_at_its_file_and_comes_before_the_data() -> None:
    found = carried_out(regressed())
    assert [(one.name, one.properties.get("file"), one.properties["title"]) for one in found] == [
        ("error", "suites/math.yml", "release: math regressed"),
        ("error", "suites/tone.yml", "release: tone regressed"),
        ("error", None, "release: old skills regressed"),
        ("warning", "data/chat.jsonl", "SF212 empty-content"),
    ]
    assert found[0].data.startswith("-12.5 points, 31 of 200 samples got worse, 6 better; 3 samples are in")


@pytest.mark.parametrize("name", CASES)
def test_there_is_an_error_exactly_when_the_gate_is_not_green(name: str) -> None:
    report = CASES[name]()
    errors = [one for one in carried_out(report) if one.name == "error"]
    assert bool(errors) == (report.decision.outcome.state is not State.SUCCESS)


def test_doubt_is_a_warning_a_waiver_a_notice_and_a_budget_an_error() -> None:
    assert [one.name for one in carried_out(CASES["not-proven"]())] == ["warning"]
    assert [one.name for one in carried_out(waivers_in_force())] == ["notice"]
    told = {one.name: one.data for one in carried_out(CASES["over-budget"]())}
    assert told == {
        "error": "cost_per_request_increase: +135.0% of +20.0%",
        "warning": "pull_request_tokens is not held: no ledger, so earlier runs do not count",
    }
    assert carried_out(policy_change()) == []


def test_what_could_not_run_is_shown_where_it_is_wrong() -> None:
    (one,) = carried_out(CASES["configuration-error"]())
    assert one.properties == {"file": "suites/math.yml", "line": "5", "title": "release: MC103"}
    assert one.data == "unknown key 'margn': did you mean 'margin'?"


def test_what_the_gate_fails_on_is_an_error_and_what_the_base_has_is_not_shown() -> None:
    findings = [finding(Severity.INFO), finding(Severity.WARNING, line=8), finding(known=True, line=9)]
    assert [one.name for one in carried_out(data_only(findings))] == ["warning", "notice"]
    assert [one.name for one in carried_out(data_only(findings, Severity.WARNING))] == ["error", "notice"]


def test_ten_of_a_level_at_most_and_the_tenth_counts_the_others() -> None:
    errors = [finding(line=line) for line in range(1, 31)]
    warnings = [finding(Severity.WARNING, line=line) for line in range(1, 11)]
    found = carried_out(data_only([*errors, *warnings]))
    assert [one.name for one in found] == ["error"] * 10 + ["warning"] * 10
    assert found[9].data == "21 more errors are in the report"
    assert found[9].properties == {"title": "MIST CI"}
    assert found[19].properties["line"] == "10"


def test_the_limit_is_one_for_all_gates_and_the_same_finding_is_shown_once() -> None:
    reports = [data_only([finding(line=line) for line in range(1, 7)])] * 3
    assert len(carried_out(*reports)) == 6
    others = [data_only([finding(line=10 * gate + line) for line in range(1, 7)]) for gate in range(3)]
    assert carried_out(*others)[-1].data == "9 more errors are in the report"


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("build", [hostile_report, hostile_problem])
def test_hostile_text_is_no_other_command(build: Callable[[str], Report], text: str) -> None:
    carried_out(build(text))


@pytest.mark.slow
def test_a_flood_of_hostile_findings_is_ten_lines_of_a_level() -> None:
    assert len(carried_out(flood())) == 10


AWKWARD = [
    "::error::",
    "##[error]",
    "%0D%0A",
    "%0A",
    "%25",
    "%3A",
    "%",
    ",",
    ":",
    "::",
    "=",
    "]",
    "\r",
    "\n",
    " ",
]


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(AWKWARD) | pieces | st.text(max_size=3), max_size=8).map("".join))
def test_what_is_written_is_what_the_runner_reads(text: str) -> None:
    one = hostile_finding(text).model_copy(update={"where": Where(f"data/{text}.jsonl", 7)})
    (found,) = carried_out(data_only([one]))
    path = f"data/{text}.jsonl"
    assert found.name == "error"
    assert found.properties == {
        "file": workflow_safe(path if path.isprintable() else clean(path)),
        "line": "7",
        "title": "SF212 empty-content",
    }
    assert found.data == plain(f"{text}: {text}", 1000)
