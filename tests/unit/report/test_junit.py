"""Claims: JUnit XML shows a failure exactly when the gate fails, and holds any text."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.models.finding import Severity
from mist_ci.models.report import Report
from mist_ci.models.suite import Role
from mist_ci.models.verdict import Outcome, State
from mist_ci.report import junit
from tests.unit.gate.building import data_report, finding, make_gate, make_suite, outcomes
from tests.unit.report.cases import CASES, waivers_in_force
from tests.unit.report.hostile import HOSTILE, flood, hostile_problem, hostile_report, pieces
from tests.unit.report.reporting import report_on

# The shape that Jenkins' junit-10.xsd and GitLab agree on.
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "timestamp", "time"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}


def parsed(*reports: Report) -> ET.Element:
    """The document, after a look at its shape and its counts."""
    root = ET.fromstring(junit(reports).encode())
    for element in root.iter():
        assert set(element.attrib) == ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        if element.tag in {"testsuite", "testsuites"}:
            assert int(element.attrib["tests"]) == len(list(element.iter("testcase"))) > 0
            for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                assert int(element.attrib[counted]) == len(list(element.iter(tag)))
        if element.tag == "testcase":
            assert sum(child.tag != "system-out" for child in element) <= 1
    return root


def cases(root: ET.Element) -> dict[tuple[str, str], ET.Element]:
    found = {(one.attrib["classname"], one.attrib["name"]): one for one in root.iter("testcase")}
    assert len(found) == len(list(root.iter("testcase")))
    return found


def mark(case: ET.Element) -> str:
    return next((child.tag for child in case if child.tag != "system-out"), "passed")


@pytest.mark.parametrize("name", CASES)
def test_there_is_a_failure_exactly_when_the_gate_fails_and_an_error_when_it_could_not_run(name: str) -> None:
    report = CASES[name]()
    root = parsed(report)
    state = report.decision.outcome.state
    assert (int(root.attrib["failures"]) > 0) == (state is State.FAILURE)
    assert (int(root.attrib["errors"]) > 0) == (state is State.ERROR)
    expected = {State.FAILURE: "failure", State.ERROR: "error", State.SUCCESS: "passed"}[state]
    assert mark(cases(root)["mist.release", "gate"]) == expected


def test_each_suite_of_a_model_is_a_test_suite_with_its_verdict() -> None:
    root = parsed(CASES["regressed"]())
    names = [suite.attrib["name"] for suite in root]
    assert names == [
        "mist.release",
        "mist.release.assistant.math",
        "mist.release.assistant.safety",
        "mist.release.assistant.support-qa",
        "mist.release.assistant.tone",
        "mist.release.assistant.overall",
        "mist.release.data.chat",
    ]
    found = {key[1]: mark(case) for key, case in cases(root).items()}
    assert found == {
        "gate": "failure",
        "eval_usd": "passed",
        "cost_per_request_increase": "passed",
        "math": "failure",
        "safety": "passed",
        "safety: floor": "passed",
        "support-qa": "passed",
        "tone": "failure",
        "overall": "failure",
        "chat": "passed",
    }


def test_a_waiver_is_skipped_with_its_reason_and_a_doubt_passes_and_is_told() -> None:
    waived = cases(parsed(waivers_in_force()))["mist.release.assistant", "haiku"]
    skipped = waived.find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "waived: dropped feature, RFC 12"
    doubtful = cases(parsed(CASES["not-proven"]()))["mist.release.assistant", "math"]
    assert mark(doubtful) == "passed"
    told = doubtful.findtext("system-out") or ""
    assert told.startswith(
        "not proven\na drop of up to 7.5 points is not ruled out\nneeds about 188 more samples"
    )


def test_a_floor_fails_apart_from_the_comparison() -> None:
    played = [
        (make_suite("low", 200, floor=0.8), outcomes(200, gain=60, wrong=100)),
        (make_suite("held", 400, Role.CRITICAL, floor=0.97), outcomes(400, wrong=8)),
    ]
    found = cases(parsed(report_on(played, make_gate())))
    assert mark(found["mist.release.assistant", "low"]) == "passed"
    assert mark(found["mist.release.assistant", "low: floor"]) == "failure"
    assert mark(found["mist.release.assistant", "held"]) == "passed"
    assert mark(found["mist.release.assistant", "held: floor"]) == "failure"


def test_data_fails_at_the_severity_that_the_gate_names() -> None:
    data = data_report([finding(Severity.WARNING), finding(known=True, line=9)])
    report = CASES["nothing-to-gate"]().model_copy(update={"data": (data,)})
    key = ("mist.release.data", "chat")
    assert mark(cases(parsed(report))[key]) == "passed"
    strict = report.model_copy(update={"fail_on": Severity.WARNING})
    failure = cases(parsed(strict))[key].find("failure")
    assert failure is not None
    assert failure.attrib["message"].startswith(
        "1 new problem: data/chat.jsonl:7: messages[1].content: SF212"
    )


def test_several_gates_are_one_document_and_the_same_reports_the_same_text() -> None:
    other = CASES["regressed"]().model_copy(update={"gate": "nightly"})
    root = parsed(CASES["improved"](), other)
    assert {suite.attrib["name"].split(".")[1] for suite in root} == {"release", "nightly"}
    assert junit([other]) == junit([other])
    assert ET.fromstring(junit([])).attrib["tests"] == "0"


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("build", [hostile_report, hostile_problem])
def test_hostile_text_is_text(build: Callable[[str], Report], text: str) -> None:
    report = build(text)
    assert report.decision.outcome in (Outcome.FAILED, Outcome.CONFIG_ERROR)
    parsed(report)


@pytest.mark.slow
@settings(deadline=None, max_examples=20)
@given(pieces | st.text(st.characters(codec=None), max_size=40))
def test_any_text_is_text(text: str) -> None:
    parsed(hostile_report(text))
    parsed(hostile_problem(text))


@pytest.mark.slow
def test_a_flood_stays_a_document_of_a_reasonable_size() -> None:
    assert len(junit([flood()])) < 100_000
