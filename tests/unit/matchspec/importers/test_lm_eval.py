"""Claims about lm-evaluation-harness's results, on files that it really wrote and on changed copies of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.errors import ConfigError
from mist_ci.matchspec.importers import ResultFile, Wish, import_results, lm_eval
from mist_ci.models.record import FINISHED, Record, RecordStatus
from tests.unit.matchspec.importers.reading import DATA, by_case, refusal, unplaced

Json = dict[str, Any]
Change = Callable[[Json, list[Json]], object]
RESULTS, ROWS = "out/results_2026-11-26T12-00-01.5.json", "out/samples_reversal_2026-11-26T12-00-01.5.jsonl"


def files(model: str = "base") -> list[ResultFile]:
    return [ResultFile(file.name, file.read_bytes()) for file in sorted((DATA / "lm_eval" / model).iterdir())]


def loaded() -> tuple[Json, list[Json]]:
    """Results of one task, and its rows."""
    directory = DATA / "lm_eval" / "base"
    results = json.loads(next(directory.glob("results_*")).read_bytes())
    for part in ("results", "configs", "versions", "n-samples", "higher_is_better", "n-shot", "task_hashes"):
        results[part] = {"reversal": results[part]["reversal"]}
    return results, [
        json.loads(line) for line in next(directory.glob("samples_reversal*")).read_text().splitlines()
    ]


def run(change: Change = lambda *_: None, rows_name: str = ROWS) -> list[ResultFile]:
    results, rows = loaded()
    change(results, rows)
    text = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    return [ResultFile(RESULTS, json.dumps(results).encode()), ResultFile(rows_name, text)]


def records(change: Change = lambda *_: None, grader: str | None = None) -> tuple[Record, ...]:
    return import_results(run(change), Wish(grader=grader))


def every_row(**fields: object) -> Change:
    return lambda _, rows: [row.update(fields) for row in rows]


def test_every_document_of_every_task_is_a_record() -> None:
    found = import_results(files("naive"))
    assert len(found) == len({record.case_key for record in found}) == 20
    assert {record.suite for record in found} == {"arithmetic", "reversal"}
    one = by_case(found)["reversal-74042"]
    assert (one.model, one.grader, one.source.version, one.source.status) == (
        "naive",
        "exact_match",
        "0.4.13",
        FINISHED,
    )
    assert one.expected == "24047"
    assert "Reverse 74042." in one.input
    results = json.loads(next(file.data for file in files("naive") if "results_" in file.path))
    values = [record.value or 0 for record in found if record.suite == "reversal"]
    assert sum(values) / 10 == pytest.approx(results["results"]["reversal"]["exact_match,none"])


def test_both_models_were_asked_the_same_and_graded_alike() -> None:
    base, naive = (by_case(import_results(files(model))) for model in ("base", "naive"))
    assert base.keys() == naive.keys()
    for case, record in base.items():
        for name in ("case_key", "prompt_hash", "grader_fingerprint", "target_hash", "input_hash"):
            assert getattr(record, name) == getattr(naive[case], name)


@pytest.mark.slow
@given(st.permutations(range(10)))
def test_the_order_of_rows_and_their_numbers_never_matter(order: list[int]) -> None:
    def shuffle(_: Json, rows: list[Json]) -> None:
        rows[:] = [{**rows[index], "doc_id": place} for place, index in enumerate(order)]

    assert unplaced(records(shuffle)) == unplaced(records())


def test_equal_documents_are_repeats_of_one_case() -> None:
    def repeat(results: Json, rows: list[Json]) -> None:
        rows.append({**rows[0], "doc_id": 10})
        results["n-samples"]["reversal"]["effective"] = 11

    found = [record for record in records(repeat) if record.case_id == "reversal-74042"]
    assert [record.repeat for record in found] == [0, 1]


def test_a_row_that_is_gone_is_told_and_a_limit_is_not_blamed() -> None:
    assert {record.source.status for record in records(lambda _, rows: rows.pop())} == {
        "unfinished: 9 of 10 samples"
    }
    limited = records(lambda results, _: results["n-samples"]["reversal"].update(original=400))
    assert {record.source.status for record in limited} == {FINISHED}


def test_rows_of_two_runs_are_refused() -> None:
    error = refusal(*run(lambda _, rows: rows.append(rows[0])))
    assert "has 11 samples of filter 'none', and the results count 10" in error.message


def test_an_unknown_version_names_what_is_understood() -> None:
    for version in ("0.5.0", None):
        error = refusal(*run(lambda results, _, version=version: results.update(lm_eval_version=version)))  # type: ignore[misc]
        assert "0.4 is understood" in error.message
        assert lm_eval.EXPECTS in str(error.hint)


def test_results_without_samples_and_samples_without_results_name_the_other() -> None:
    results, samples = run()
    assert "--log_samples" in str(refusal(results).hint)
    assert "results_*.json" in str(refusal(samples).hint)


def test_a_file_that_belongs_to_no_task_is_refused() -> None:
    stray = ResultFile("out/samples_lookup_2026-11-26T12-00-01.5.jsonl", run()[1].data)
    assert "belongs to no task" in refusal(*run(), stray).message
    assert (
        "no file of samples for the task 'reversal'" in refusal(*run(rows_name="out/renamed.jsonl")).message
    )


def test_of_two_runs_in_one_directory_each_takes_its_own_samples() -> None:
    renamed = run(lambda results, _: results.update(model_name="naive"))
    other = [ResultFile(file.path.replace("12-00", "13-00"), file.data) for file in renamed]
    assert "several models: 'base', 'naive'" in refusal(*run(), *other).message
    assert {record.model for record in import_results([*run(), *other], Wish(model="naive"))} == {"naive"}
    again = [ResultFile(file.path.replace("12-00", "13-00"), file.data) for file in run()]
    assert "several files of results" in refusal(*run(), *again).message


def test_the_conventional_metric_decides_where_there_is_one() -> None:
    both = every_row(metrics=["acc", "acc_norm"], acc=1.0, acc_norm=0.0)
    (first, *_) = records(both)
    assert (first.grader, first.value, first.scores) == ("acc", 1.0, {"acc_norm": 0.0})
    assert records(both, "acc_norm")[0].value == 0
    strange = every_row(metrics=["f1", "rouge"], f1=0.5, rouge=0.5)
    assert "several scores: 'f1,none', 'rouge,none'" in refusal(*run(strange)).message
    assert "has no metric 'acc'" in refusal(*run(strange), grader="acc").message


def test_rows_that_do_not_list_their_metrics_have_those_of_the_results() -> None:
    def unlisted(_: Json, rows: list[Json]) -> None:
        for row in rows:
            del row["metrics"]

    assert {record.grader for record in records(unlisted)} == {"exact_match"}
    assert unplaced(records(unlisted)) == unplaced(records())


def test_several_filters_need_a_wish() -> None:
    def filtered(_: Json, rows: list[Json]) -> None:
        rows += [{**row, "filter": "strict-match", "exact_match": 0.0} for row in rows]

    assert "'exact_match,none', 'exact_match,strict-match'" in refusal(*run(filtered)).message
    assert "several filters" in refusal(*run(filtered), grader="exact_match").message
    found = records(filtered, "exact_match,strict-match")
    assert len(found) == 10
    assert {(record.grader, record.value) for record in found} == {("exact_match,strict-match", 0.0)}
    assert not {record.case_key for record in found} & {record.case_key for record in records()}


@pytest.mark.parametrize("value", [12.5, -1, float("nan"), [1, 2], "1", None])
def test_what_is_no_score_from_0_to_1_is_refused(value: object) -> None:
    error = refusal(*run(every_row(exact_match=value)))
    assert "not a number from 0 to 1" in error.message
    assert str(error.where) == f"{ROWS}:1: exact_match"


def test_the_direction_of_a_metric_is_carried() -> None:
    down = records(lambda results, _: results["higher_is_better"]["reversal"].update(exact_match=False))
    assert not any(record.higher_is_better for record in down)
    assert all(record.higher_is_better for record in records())


def test_another_prompt_and_other_settings_change_the_prompt_hash() -> None:
    hashes = {record.prompt_hash for record in records()}
    other = every_row(prompt_hash="0" * 64)
    assert not hashes & {record.prompt_hash for record in records(other)}

    def warm(_: Json, rows: list[Json]) -> None:
        for row in rows:
            row["arguments"]["gen_args_0"]["arg_1"]["temperature"] = 1.0

    assert not hashes & {record.prompt_hash for record in records(warm)}


def test_an_empty_answer_counts_and_is_marked() -> None:
    found = records(every_row(resps=[[" "]], filtered_resps=[" "], exact_match=0.0))
    assert {(record.status, record.value) for record in found} == {(RecordStatus.FAIL, 0.0)}


def test_fields_that_identify_a_case_must_be_there() -> None:
    for name in ("doc_hash", "prompt_hash", "target_hash", "filter"):
        error = refusal(*run(lambda _, rows, name=name: rows[3].pop(name)))  # type: ignore[misc]
        assert str(error.where) == f"{ROWS}:4: {name}"


def test_a_cut_off_line_is_told_with_its_number() -> None:
    results, samples = run()
    error = refusal(results, ResultFile(samples.path, samples.data[:-20]))
    assert str(error.where) == f"{ROWS}:10"
    assert "cut off" in str(error.hint)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_crash(data: bytes) -> None:
    results, samples = run()
    pairs = ([ResultFile(RESULTS, data), samples], [results, ResultFile(ROWS, data)])
    for pair in pairs:
        assert isinstance(lm_eval.recognises(pair[1]), bool)
        try:
            found = lm_eval.read(pair, Wish())
        except ConfigError as error:
            assert error.where is not None  # noqa: PT017 - not every input is refused
        else:
            assert found == []


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
)


@pytest.mark.slow
@given(st.data())
def test_a_field_of_the_wrong_type_is_an_error_or_does_not_matter(data: st.DataObject) -> None:
    def spoil(results: Json, rows: list[Json]) -> None:
        part = data.draw(st.sampled_from([results, *results.values(), *rows]))
        part = part if isinstance(part, dict) and part else results
        part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JSON)

    try:
        found = lm_eval.read(run(spoil), Wish())
    except ConfigError as error:
        assert error.where is not None  # noqa: PT017 - not every input is refused
    else:
        assert len(found) == 10 or {record.source.status for record in found} != {FINISHED}
