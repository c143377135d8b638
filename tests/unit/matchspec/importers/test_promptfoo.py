"""Claims: what promptfoo really wrote is read case by case, whatever the order; and what did not finish says so."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from mist_ci.matchspec.importers import ResultFile, import_results
from mist_ci.models.record import FINISHED, RecordStatus
from tests.unit.matchspec.importers.reading import (
    DATA,
    by_case,
    edited,
    fixture,
    jsonl,
    read,
    refusal,
    unplaced,
)

FINISHED_JSON = "promptfoo/finished.json"
FINISHED_JSONL = "promptfoo/finished.jsonl"


def changed(change: Any, name: str = FINISHED_JSON) -> ResultFile:
    """The JSON fixture after `change(document)`."""
    whole = json.loads((DATA / name).read_text())
    change(whole)
    return ResultFile(name, json.dumps(whole).encode())


def test_every_row_becomes_a_record_and_repeats_are_told_from_cases() -> None:
    records = read(FINISHED_JSON)
    assert len(records) == 10
    assert len({record.case_key for record in records}) == 5
    assert sorted(record.repeat for record in records) == [0] * 5 + [1] * 5


def test_a_row_says_what_was_asked_answered_expected_and_spent() -> None:
    sky = by_case(read(FINISHED_JSON))["sky"]
    assert (sky.suite, sky.value, sky.passed, sky.status) == ("colours", 1.0, True, RecordStatus.OK)
    assert (sky.input, sky.expected, sky.output) == ("What colour is the sky?", "blue", "Blue.")
    assert (sky.tokens.input, sky.tokens.output, sky.cost_usd) == (12, 3, Decimal("0.00021"))
    assert (sky.model, sky.source.tool, sky.source.version) == ("tiny-base", "promptfoo", "0.121.20")
    assert sky.latency_ms is not None
    assert all((sky.input_hash, sky.target_hash, sky.prompt_hash, sky.grader_fingerprint))


def test_a_wrong_answer_counts_and_an_error_is_missing() -> None:
    cases = by_case(read(FINISHED_JSON))
    assert (cases["rose"].value, cases["rose"].status) == (0.0, RecordStatus.OK)
    assert (cases["coal"].value, cases["coal"].status) == (None, RecordStatus.ERROR)
    assert cases["coal"].reason == "HTTP 503 from the model server"
    assert cases["coal"].cost_usd is None  # promptfoo's row says 0


def test_a_model_that_grades_and_gives_no_verdict_is_no_zero() -> None:
    judged = by_case(read(FINISHED_JSON))["snow, judged"]
    assert (judged.value, judged.status) == (None, RecordStatus.ERROR)
    assert "Could not extract JSON" in judged.reason


def test_a_refusal_counts_with_its_score() -> None:
    def refuse(rows: list[dict[str, Any]]) -> None:
        rows[0]["response"]["isRefusal"] = True

    first = import_results([edited(FINISHED_JSONL, refuse)])[0]
    assert (first.status, first.value) == (RecordStatus.FAIL, 1.0)


def test_a_suite_is_named_by_the_test_then_the_config_then_the_file() -> None:
    assert {record.suite for record in read(FINISHED_JSON)} == {"plants", "colours"}
    assert {record.suite for record in read(FINISHED_JSONL)} == {"plants", "finished"}
    assert {record.suite for record in read(FINISHED_JSON, suite="mine")} == {"mine"}


def test_json_and_jsonl_of_a_run_hold_the_same_records() -> None:
    assert unplaced(read(FINISHED_JSON, suite="s")) == unplaced(read(FINISHED_JSONL, suite="s"))


@pytest.mark.parametrize("seed", range(5))
def test_position_never_matters(seed: int) -> None:
    shuffled = edited(FINISHED_JSONL, random.Random(seed).shuffle)
    assert unplaced(import_results([shuffled])) == unplaced(read(FINISHED_JSONL))


def test_keys_stay_when_tests_are_inserted_before_them() -> None:
    def insert(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["testIdx"] += 1
        rows.insert(0, rows[0] | {"id": "new", "testIdx": 0, "vars": {"thing": "new"}})

    before = {record.case_key for record in read(FINISHED_JSONL)}
    after = {record.case_key for record in import_results([edited(FINISHED_JSONL, insert)])}
    assert len(after - before) == 1
    assert before < after


def test_a_grader_is_chosen_by_metric_or_by_type() -> None:
    def only_grass(whole: dict[str, Any]) -> None:
        results = whole["results"]
        results["results"] = [row for row in results["results"] if "grass" in row["vars"]["thing"]]
        for index, row in enumerate(results["results"]):
            row["testIdx"] = index
        results["stats"] |= {"successes": 2, "failures": 0, "errors": 0}

    from mist_ci.matchspec.importers import Wish

    file = changed(only_grass)
    assert import_results([file])[0].value == pytest.approx(0.56)
    assert import_results([file], Wish(grader="icontains"))[0].value == 1.0
    assert import_results([file], Wish(grader="brevity"))[0].value == pytest.approx(0.12)
    assert "there are: brevity, icontains, javascript" in refusal(file, grader="nonsense").message


def test_a_run_that_was_interrupted_is_told() -> None:
    records = read("promptfoo/interrupted.jsonl")
    assert len(records) == 5
    assert {record.source.status for record in records} == {"unfinished: rows without id"}


def test_an_interrupted_run_that_was_exported_later_is_told() -> None:
    records = read("promptfoo/interrupted.json")
    assert len(records) == 5
    assert {record.source.status for record in records} == {"unfinished: no duration in its stats"}


def test_a_run_that_was_out_of_time_is_told() -> None:
    records = read("promptfoo/timed-out.json")
    assert {record.source.status for record in records} == {"timed out"}
    assert sum(record.status.counts for record in records) == 2


def test_rows_that_the_totals_know_and_the_file_has_not_are_told() -> None:
    file = changed(lambda whole: whole["results"]["results"].pop())
    assert import_results([file])[0].source.status == "unfinished: 9 of 10 results"


def test_a_test_that_is_not_there_is_told() -> None:
    file = edited(FINISHED_JSONL, lambda rows: rows.pop(3))  # type: ignore[arg-type] # pop returns it
    assert import_results([file])[0].source.status == "unfinished: 9 of 10 or more tests"
    assert read(FINISHED_JSONL)[0].source.status == FINISHED


def test_two_providers_are_no_one_side_until_one_is_chosen() -> None:
    error = refusal(fixture("promptfoo/two-providers.json"))
    assert "more than one provider: 'tiny-base', 'tuned'" in error.message
    assert error.hint is not None
    assert "--model" in error.hint
    tuned = read("promptfoo/two-providers.json", model="tuned")
    assert {record.model for record in tuned} == {"tuned"}
    assert len(tuned) == 5
    assert "no provider 'other'" in refusal(fixture("promptfoo/two-providers.json"), model="other").message


def test_two_prompts_are_no_one_side_until_one_is_chosen() -> None:
    def add(rows: list[dict[str, Any]]) -> None:
        for row in list(rows):
            prompt = row["prompt"] | {"label": "short"}
            rows.append(row | {"id": row["id"] + "x", "promptId": "b", "promptIdx": 1, "prompt": prompt})

    file = edited(FINISHED_JSONL, add)
    assert "more than one prompt" in refusal(file).message
    from mist_ci.matchspec.importers import Wish

    assert len(import_results([file], Wish(prompt="short"))) == 10


def test_two_prompts_of_one_name_are_not_repeats() -> None:
    def add(rows: list[dict[str, Any]]) -> None:
        rows.extend([row | {"id": row["id"] + "x", "promptIdx": 1} for row in rows])

    assert "two prompts or providers have the same name" in refusal(edited(FINISHED_JSONL, add)).message


def test_the_same_run_in_two_files_is_not_a_second_repeat() -> None:
    error = refusal(fixture(FINISHED_JSON), fixture(FINISHED_JSONL))
    assert "is in promptfoo/finished.json as well" in error.message


def test_a_labelled_prompt_that_changes_its_text_changes_its_hash() -> None:
    def reword(whole: dict[str, Any]) -> None:
        whole["results"]["prompts"][0]["raw"] = "Name the colour of {{thing}}."

    before, after = read(FINISHED_JSON)[0], import_results([changed(reword)])[0]
    assert before.prompt_hash != after.prompt_hash
    assert before.case_key == after.case_key


@pytest.mark.parametrize("version", [1, 2, 4, "3", None])
def test_another_version_is_an_error_that_names_what_is_understood(version: object) -> None:
    error = refusal(changed(lambda whole: whole["results"].update(version=version)))
    assert "version 3 is understood" in error.message
    assert str(error.where) == "promptfoo/finished.json: results.version"


@pytest.mark.parametrize("score", [1.5, -0.1, 12])
def test_a_score_outside_zero_to_one_is_named(score: float) -> None:
    def spoil(rows: list[dict[str, Any]]) -> None:
        rows[0]["score"] = score

    error = refusal(edited(FINISHED_JSONL, spoil))
    assert "case 'sky'" in error.message
    assert str(score) in error.message
    assert error.hint is not None
    assert "--grader" in error.hint


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("failureReason", 7, "must be 0, 1 or 2, not 7"),
        ("failureReason", True, "must be 0, 1 or 2, not true"),
        ("score", "1", "must be a number"),
        ("score", None, "there is no score"),
        ("vars", [1], "must be an object"),
        ("testIdx", -1, "must be a whole number"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named_with_its_line(field: str, value: object, told: str) -> None:
    def spoil(rows: list[dict[str, Any]]) -> None:
        rows[2][field] = value

    error = refusal(edited(FINISHED_JSONL, spoil))
    assert told in error.message
    assert str(error.where) == f"promptfoo/finished.jsonl:3: {field}"


def test_json_that_is_cut_off_is_told_with_its_line() -> None:
    data = (DATA / FINISHED_JSON).read_bytes()[:5000]
    error = refusal(ResultFile("results.json", data))
    assert error.message.startswith("is not JSON that can be read")
    assert error.hint is not None
    assert "cut off" in error.hint
    lines = data.count(b"\n") + 1
    assert str(error.where) == f"results.json:{lines}"


def test_numbers_that_are_none_are_refused() -> None:
    data = (DATA / FINISHED_JSON).read_bytes().replace(b'"score": 0.56', b'"score": NaN', 1)
    assert "is not JSON that can be read" in refusal(ResultFile("results.json", data)).message


def test_integers_beyond_a_double_bring_no_file_down() -> None:
    big = (
        (DATA / FINISHED_JSONL)
        .read_bytes()
        .replace(b'"config":{}', b'"config":{"seed":12345678901234567890}')
    )
    found = import_results([ResultFile(FINISHED_JSONL, big)])
    assert unplaced(found) == unplaced(read(FINISHED_JSONL))


def test_a_file_without_rows_is_an_error() -> None:
    assert "no results" in refusal(changed(lambda whole: whole["results"].update(results=[]))).message
    assert refusal(jsonl([]), tool="promptfoo").message == "there are no results in it"
