"""Claims: a record says what the report said, and holds no prompt, no answer and nothing that commands anybody."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mist_ci.errors import CouldNotRun
from mist_ci.models.iteration import read_log
from mist_ci.models.modelref import TrainedOn
from mist_ci.models.report import Report
from mist_ci.models.verdict import Outcome
from mist_ci.pipeline import remember
from mist_ci.report import iterations
from tests.fakes import MemoryIterations, world
from tests.unit.gate.building import data_report, make_suite, outcomes
from tests.unit.report.cases import BUDGETS, CASES, regressed
from tests.unit.report.hostile import HOSTILE, hostile_report
from tests.unit.report.reporting import EVENT, report_on


def trained(report: Report, said: TrainedOn | None) -> Report:
    models = tuple(model.model_copy(update={"trained_on": said}) for model in report.decision.models)
    return report.model_copy(update={"decision": report.decision.model_copy(update={"models": models})})


def test_a_record_says_what_the_report_said() -> None:
    report = regressed()
    (one,) = iterations(report)
    (model,) = report.decision.models
    assert (one.run_id, one.gate, one.config) == (report.run_id, "release", "mist.yml")
    assert one.when == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert one.outcome is Outcome.FAILED
    assert (one.head, one.base, one.base_ref) == (EVENT.head, EVENT.base, "main")
    assert (one.head_model, one.head_digest) == (model.head_model, model.head_digest)
    suites = {suite.name: suite for suite in one.suites}
    assert list(suites) == sorted(suite.numbers.suite for suite in model.suites)
    math = next(suite for suite in model.suites if suite.numbers.suite == "math")
    assert math.interval is not None
    assert suites["math"].head == math.numbers.head.mean
    assert suites["math"].digest == "sha256:math@1"
    assert (suites["math"].estimate, suites["math"].low) == (math.interval.estimate, math.interval.low)
    assert (suites["math"].n, suites["math"].verdict) == (200, "regressed")
    assert suites["support-qa"].verdict == "improved"
    assert one.overall is not None
    assert one.overall.verdict == "regressed"


def test_tokens_and_money_of_each_side_are_exact() -> None:
    report = regressed()
    (one,) = iterations(report)
    assert one.base_expense is not None
    assert one.head_expense is not None
    spent = {line.side: line.spend for line in report.spend}
    for side, kept in (("base", one.base_expense), ("head", one.head_expense)):
        assert (kept.calls, kept.tokens_in, kept.tokens_out) == (
            spent[side].calls, spent[side].tokens_in, spent[side].tokens_out,
        )  # fmt: skip
        assert kept.cost_usd == spent[side].cost_usd
    (data,) = one.data
    assert (data.training_tokens, data.training_usd) == (144_000, Decimal("1.152"))


def test_the_data_is_what_the_model_was_trained_on_and_then_what_was_validated() -> None:
    report = regressed()
    validated = report.data[0]
    (plain,) = iterations(report)
    assert [(one.data_hash, one.rows) for one in plain.data] == [(validated.data_hash, validated.rows)]
    other = TrainedOn(dataset="chat", data_hash="sha256:" + "1" * 64)
    (one,) = iterations(trained(report, other))
    assert [data.data_hash for data in one.data] == [other.data_hash, validated.data_hash]
    assert [data.rows for data in one.data] == [None, validated.rows]
    (same,) = iterations(trained(report, TrainedOn(dataset="chat")))
    assert same.data == plain.data


def test_without_a_baseline_there_are_scores_and_no_difference() -> None:
    report = report_on([(make_suite("math", 40), outcomes(40, wrong=4))], BUDGETS, baseline=False)
    (one,) = iterations(report)
    (suite,) = one.suites
    assert one.base_expense is None
    assert (suite.base, suite.head, suite.estimate, suite.verdict) == (None, 0.9, None, "no baseline")


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_report_becomes_records_that_can_be_read(name: str) -> None:
    report = CASES[name]()
    found = iterations(report)
    assert len(found) == len(report.decision.models)
    assert read_log([one.line for one in found], "here").iterations == found


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_cut_and_inert_before_they_are_kept(text: str) -> None:
    found = iterations(hostile_report(text))
    assert read_log([one.line for one in found], "here").iterations == found
    for one in found:
        assert all(name.isprintable() for name in (one.model, one.head_model, one.base_ref))


def test_no_prompt_and_no_answer_is_kept() -> None:
    data = data_report([])
    report = report_on([(make_suite("math", 50), outcomes(50, loss=20))], BUDGETS, data=[data])
    (model,) = report.decision.models
    flips = model.suites[0].numbers.flips
    assert flips
    (one,) = iterations(report)
    for flip in flips:
        assert flip.prompt.encode() not in one.line
        assert flip.head_output.encode() not in one.line or not flip.head_output


@pytest.mark.slow
def test_what_fits_into_no_record_is_one_error_that_the_gate_survives() -> None:
    report = regressed()
    (model,) = report.decision.models
    many = model.model_copy(update={"suites": model.suites * 10_001})
    flooded = report.model_copy(update={"decision": report.decision.model_copy(update={"models": (many,)})})
    with pytest.raises(CouldNotRun, match="suites does not fit into a record"):
        iterations(flooded)
    kept = MemoryIterations()
    (told,) = remember(world(iterations=kept), (flooded,))
    assert told.startswith("this run is not in the history: MC321")
    assert kept.kept == []
