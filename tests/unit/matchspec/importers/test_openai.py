"""Claims: both kinds of OpenAI's evals are read by what was asked, never by an index; an unfinished log says so."""

import random
from typing import Any

import pytest

from mist_ci.matchspec.importers import Wish, import_results
from mist_ci.models.record import FINISHED, RecordStatus
from tests.unit.matchspec.importers.reading import edited, fixture, jsonl, read, refusal, unplaced

HOSTED = "openai-hosted/one-grader.jsonl"
TWO_GRADERS = "openai-hosted/two-graders.jsonl"
LOG = "openai-evals/finished.jsonl"
METRICS = "openai-evals/metrics.jsonl"


def test_a_hosted_row_is_a_record_with_its_question_answer_grade_and_tokens() -> None:
    sky, grass, coal, snow = read(HOSTED)
    assert (sky.value, sky.passed, sky.grader, sky.suite) == (1.0, True, "string_check", "one-grader")
    assert (sky.input, sky.expected, sky.output) == ("What colour is the sky?", "blue", "Blue.")
    assert (sky.tokens.input, sky.tokens.output, sky.model) == (21, 4, "gpt-4o-mini-2024-07-18")
    assert (grass.value, grass.status) == (0.0, RecordStatus.OK)
    assert (coal.value, coal.status) == (None, RecordStatus.ERROR)
    assert coal.reason == "rate_limit_exceeded: too many requests"
    assert (snow.value, snow.status, snow.reason) == (0.0, RecordStatus.FAIL, "cut off")


def test_several_hosted_graders_leave_a_choice() -> None:
    error = refusal(fixture(TWO_GRADERS))
    assert "'string_check', 'similarity'" in error.message
    assert [record.value for record in read(TWO_GRADERS, grader="similarity")] == [0.8, 0.35]
    assert "no grader is named 'x'" in refusal(fixture(TWO_GRADERS), grader="x").message


def test_an_index_of_the_hosted_export_means_nothing() -> None:
    def renumber(rows: list[dict[str, Any]]) -> None:
        random.Random(1).shuffle(rows)
        for index, row in enumerate(rows):
            row["data_source_idx"] = index

    assert unplaced(import_results([edited(HOSTED, renumber)])) == unplaced(read(HOSTED))


def test_an_item_that_comes_again_is_its_next_repeat() -> None:
    records = import_results([edited(HOSTED, lambda rows: rows.append(rows[0]))])
    assert [(record.case_id, record.repeat) for record in records if record.expected == "blue"] == [
        (records[0].case_id, 0), (records[0].case_id, 1),
    ]  # fmt: skip


def test_several_hosted_runs_are_no_one_side() -> None:
    file = edited(HOSTED, lambda rows: rows[1].update(run_id="other"))
    assert "several runs are in here: evalrun_6856a1, other" in refusal(file).message


def test_a_hosted_score_outside_zero_to_one_is_named() -> None:
    file = edited(HOSTED, lambda rows: rows[0].update(grades={"string_check": 4}))
    assert "is 4.0, not a number from 0 to 1" in refusal(file).message


def test_a_hosted_row_without_an_item_has_no_identity() -> None:
    assert "there is no item" in refusal(edited(HOSTED, lambda rows: rows[2].update(item={}))).message


def test_a_log_is_read_by_prompt_and_expectation() -> None:
    records = read(LOG)
    assert len(records) == 4
    assert {record.suite for record in records} == {"colours.dev.v1"}
    assert {record.model for record in records} == {"tiny-base"}
    sky = [record for record in records if "sky" in record.input]
    assert sorted(record.repeat for record in sky) == [0, 1]  # the same question is in the data twice
    grass = next(record for record in records if "grass" in record.input)
    assert (grass.value, grass.passed, grass.expected) == (0.0, False, "green")
    assert grass.output == "a kind of red"
    assert grass.source.status == FINISHED


def test_a_log_that_was_cut_by_a_kill_is_told() -> None:
    records = read("openai-evals/unfinished.jsonl")
    assert len(records) == 3
    assert {record.source.status for record in records} == {"unfinished: no final report"}


def test_a_report_before_the_events_does_not_hide_that_some_are_gone() -> None:
    file = edited(LOG, lambda rows: rows.pop(3))  # type: ignore[arg-type] # pop returns it
    records = import_results([file])
    assert records[0].source.status == "unfinished: 7 of 8 events"
    assert [record.reason for record in records if not record.status.counts] == ["no match was recorded"]


def test_metrics_decide_when_they_are_chosen() -> None:
    assert {record.grader for record in read(METRICS)} == {"match"}
    chosen = read(METRICS, grader="f1_score")
    assert sorted(record.value or 0 for record in chosen) == [0, 1, 1, 1]
    assert "there are: 'match', 'accuracy', 'f1_score'" in refusal(fixture(METRICS), grader="x").message


def test_several_metrics_without_a_match_leave_a_choice() -> None:
    def only_metrics(rows: list[dict[str, Any]]) -> None:
        rows[:] = [row for row in rows if row.get("type") != "match"]

    assert "one score has to decide" in refusal(edited(METRICS, only_metrics)).message


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_a_log_never_matters(seed: int) -> None:
    def shuffle(rows: list[dict[str, Any]]) -> None:
        events = rows[1:]
        random.Random(seed).shuffle(events)
        rows[1:] = events

    assert unplaced(import_results([edited(METRICS, shuffle)])) == unplaced(read(METRICS))


def test_a_sample_that_failed_is_missing_with_its_error() -> None:
    def fail(rows: list[dict[str, Any]]) -> None:
        match = next(row for row in rows if row.get("type") == "match")
        match |= {"type": "error", "data": {"type": "Timeout", "message": "no answer in 40 s"}}

    missing = [record for record in import_results([edited(LOG, fail)]) if not record.status.counts]
    assert [record.reason for record in missing] == ["no answer in 40 s"]


def test_a_log_without_prompts_is_refused() -> None:
    def hide(rows: list[dict[str, Any]]) -> None:
        rows[:] = [row for row in rows if row.get("type") != "sampling"]

    error = refusal(edited(LOG, hide))
    assert "nothing tells which case colours.dev" in error.message
    assert error.hint is not None
    assert "only a position" in error.hint


def test_a_log_without_its_spec_is_refused() -> None:
    file = edited(LOG, lambda rows: rows.pop(0))  # type: ignore[arg-type] # pop returns it
    assert "the line with the spec is not there" in refusal(file, tool="openai-evals").message


def test_an_event_of_no_sample_is_refused() -> None:
    file = edited(LOG, lambda rows: rows.append({"run_id": "x", "event_id": 8, "type": "match", "data": {}}))
    assert "must be an event with a type and a sample_id" in refusal(file).message


def test_a_log_with_nothing_but_a_spec_is_refused() -> None:
    assert refusal(jsonl([{"spec": {"eval_name": "e"}}])).message == "there are no results in it"


def test_hosted_graders_that_only_pass_or_fail_give_one_or_zero() -> None:
    def only_passes(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["grades"] = {}

    records = import_results([edited(HOSTED, only_passes)], Wish(suite="s"))
    assert [record.value for record in records] == [1.0, 0.0, None, 0.0]
