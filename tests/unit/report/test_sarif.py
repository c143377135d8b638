"""Claims: SARIF has every finding once, worst first, at a place inside the repository."""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.errors import Where
from mist_ci.models.finding import Finding, Severity
from mist_ci.report import sarif
from mist_ci.report.sarif import MAX_RESULTS
from tests.unit.gate.building import data_report, finding
from tests.unit.report.cases import CASES, regressed
from tests.unit.report.hostile import HOSTILE, hostile_finding, pieces
from tests.unit.report.reporting import make_report


def run_of(findings: Sequence[Finding], gates: int = 1) -> dict[str, Any]:
    """The only run of the log, after a look at all that SARIF 2.1.0 and GitHub demand."""
    report = make_report(CASES["nothing-to-gate"]().decision, data=(data_report(findings),))
    log = json.loads(sarif([report] * gates))
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "MIST CI"
    assert re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
    rules = [rule["id"] for rule in driver["rules"]]
    assert rules == sorted(set(rules))
    for rule in driver["rules"]:
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["baselineState"] in {"new", "unchanged"}
        assert result["message"]["text"]
        assert "](" not in result["message"]["text"]
        (location,) = (one["physicalLocation"] for one in result["locations"])
        assert location["region"]["startLine"] >= 1
        assert location["region"].get("startColumn", 1) >= 1
        assert is_inside(location["artifactLocation"]["uri"])
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]]
    assert len(prints) == len(set(prints))
    assert len(run["results"]) <= MAX_RESULTS
    found: dict[str, Any] = run
    return found


def is_inside(uri: str) -> bool:
    """A relative reference in plain characters, which no base turns into another place."""
    parts = urlsplit(uri)
    plain = re.fullmatch(r"[A-Za-z0-9._~/%-]*", uri) is not None
    return plain and not parts.scheme and not parts.netloc and ".." not in uri.split("/") and uri[:1] != "/"


def test_a_finding_has_its_rule_its_place_and_what_to_do() -> None:
    run = run_of([finding(), finding(Severity.WARNING, line=9, code="SF804"), finding(known=True, line=3)])
    assert [(one["ruleId"], one["level"], one["baselineState"]) for one in run["results"]] == [
        ("SF212", "error", "new"),
        ("SF804", "warning", "new"),
        ("SF212", "error", "unchanged"),
    ]
    first = run["results"][0]
    assert first["message"]["text"] == (
        "the assistant says nothing (messages[1].content). write the answer or remove the row"
    )
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "data/chat.jsonl"},
        "region": {"startLine": 7},
    }
    assert run["tool"]["driver"]["rules"][0]["help"]["text"].endswith("`mist-ci explain SF212` says more.")


def test_two_gates_that_look_at_the_same_data_report_it_once() -> None:
    assert len(run_of([finding(), finding(line=8)], gates=3)["results"]) == 2


def test_a_fingerprint_outlives_rows_above_and_differs_between_equal_rows() -> None:
    def prints(lines: Sequence[int]) -> list[str]:
        results = run_of([finding(line=line) for line in lines])["results"]
        return [one["partialFingerprints"]["mistFinding/v1"] for one in results]

    assert prints([7, 9]) == prints([107, 109])
    assert len(set(prints([7, 9]))) == 2


@pytest.mark.slow
def test_five_thousand_are_shown_the_worst_first_and_the_others_counted() -> None:
    many = [finding(Severity.WARNING, line=line) for line in range(1, 6001)]
    run = run_of([*many, finding(line=9000), finding(known=True, line=9001)])
    assert len(run["results"]) == 5000
    assert run["results"][0]["level"] == "error"
    (invocation,) = run["invocations"]
    (told,) = invocation["toolExecutionNotifications"]
    assert told["message"]["text"] == "1,002 more findings are left out, the least severe ones"
    assert run_of(many[:5000])["invocations"][0]["toolExecutionNotifications"] == []


def test_a_path_is_percent_encoded_and_stays_inside() -> None:
    paths = {
        "data/a b%20#?.jsonl": "data/a b%20#?.jsonl",
        "größe/日本.jsonl": "größe/日本.jsonl",
        "https://evil.example/x": "https:/evil.example/x",
        "../../etc/passwd": "etc/passwd",
        "/etc/passwd": "etc/passwd",
        "javascript:alert(1)": "javascript:alert(1)",
    }
    for path, expected in paths.items():
        one = finding().model_copy(update={"where": Where(path)})
        (result,) = run_of([one])["results"]
        location = result["locations"][0]["physicalLocation"]
        assert unquote(location["artifactLocation"]["uri"]) == expected
        assert location["region"] == {"startLine": 1}


@pytest.mark.parametrize("name", CASES)
def test_every_report_has_a_log_and_always_the_same(name: str) -> None:
    report = CASES[name]()
    assert sarif([report]) == sarif([report])
    assert len(json.loads(sarif([report]))["runs"]) == 1
    assert json.loads(sarif([]))["runs"][0]["results"] == []


def test_findings_of_an_evaluated_report_are_there_too() -> None:
    assert len(json.loads(sarif([regressed()]))["runs"][0]["results"]) == 2


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.sampled_from(HOSTILE) | pieces | st.text(st.characters(codec=None), max_size=20), max_size=4)
)
def test_hostile_text_is_text_at_a_place_inside(texts: list[str]) -> None:
    run = run_of([hostile_finding(text) for text in texts])
    assert len(run["results"]) == len(set(texts))
