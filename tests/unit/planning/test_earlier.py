"""Claims: an earlier run's report says how far answers spread and how long they are; nothing else passes for one."""

import json
from datetime import date

import pytest

from mist_ci.errors import Code, ConfigError
from mist_ci.models.report import Report
from mist_ci.planning import read_all_earlier
from tests.unit.gate.building import decide_suites, make_suite, outcomes
from tests.unit.report.reporting import make_report


def report(day: str, *, loss: int = 20) -> Report:
    decision = decide_suites([(make_suite("skill", 100), outcomes(100, gain=20, loss=loss))])
    return make_report(decision, started_at=f"{day}T10:00:00+00:00")


def as_file(one: Report) -> bytes:
    return one.model_dump_json().encode()


def test_spread_and_lengths_are_those_of_the_run() -> None:
    found = read_all_earlier({"report.json": as_file(report("2026-11-20"))})
    one = found["models/assistant.yml", "skill"]
    assert one.sd == pytest.approx(0.4**0.5, abs=0.01)
    assert (one.tokens_in, one.tokens_out) == (20, 5)
    assert (one.ran_on, one.base_model, one.head_model) == (date(2026, 11, 20), "assistant-1", "assistant-2")


def test_the_later_run_counts_whatever_order_they_are_named_in() -> None:
    files = {"new": as_file(report("2026-11-21", loss=0)), "old": as_file(report("2026-11-20"))}
    for named in (files, dict(reversed(files.items()))):
        found = read_all_earlier(named)
        assert found["models/assistant.yml", "skill"].ran_on == date(2026, 11, 21)


def test_a_run_without_a_baseline_says_nothing() -> None:
    decision = decide_suites([(make_suite("skill", 100), outcomes(100))], baseline=False)
    assert read_all_earlier({"report.json": as_file(make_report(decision))}) == {}


@pytest.mark.parametrize("text", ["", "{}", "[1]", json.dumps({"version": "0"})])
def test_what_is_no_report_is_told_with_its_name(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_all_earlier({"other.json": text.encode()})
    assert caught.value.code == Code.WRONG_VALUE
    assert caught.value.where is not None
    assert caught.value.where.file == "other.json"
