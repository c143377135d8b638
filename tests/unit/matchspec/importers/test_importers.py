"""Claims that hold for every importer: who reads what is certain, nothing is lost, and no bytes bring one down."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec.importers import IMPORTERS, ResultFile, Wish, detect, encode, import_results
from mist_ci.report.imported import summarise, table
from tests.unit.matchspec.importers.reading import DATA, fixture, jsonl, refusal

FIXTURES = {
    "promptfoo/finished.json": ("promptfoo", 10),
    "promptfoo/finished.jsonl": ("promptfoo", 10),
    "promptfoo/interrupted.json": ("promptfoo", 5),
    "promptfoo/interrupted.jsonl": ("promptfoo", 5),
    "promptfoo/timed-out.json": ("promptfoo", 5),
    "openai-hosted/one-grader.jsonl": ("openai-hosted", 4),
    "openai-evals/finished.jsonl": ("openai-evals", 4),
    "openai-evals/metrics.jsonl": ("openai-evals", 4),
    "openai-evals/unfinished.jsonl": ("openai-evals", 3),
    "junit/pytest.xml": ("junit", 6),
    "plain/scores.csv": ("plain", 4),
    "plain/scores.jsonl": ("plain", 4),
    "mist/attempts.jsonl": ("mist", 12),
    "mist/eval-results.jsonl": ("mist", 12),
}
"""Each file, the tool that wrote it, and its rows."""

TOOLS = sorted({tool for tool, _ in FIXTURES.values()})
pieces = st.sampled_from(sorted(FIXTURES))


@pytest.mark.parametrize("name", FIXTURES)
def test_every_file_is_recognised_by_the_importer_of_its_tool_alone(name: str) -> None:
    tool, _ = FIXTURES[name]
    assert [each.NAME for each in IMPORTERS if each.recognises(fixture(name))] == [tool]
    assert tool == detect([fixture(name)], None).NAME


@pytest.mark.parametrize("name", FIXTURES)
def test_no_row_is_lost(name: str) -> None:
    assert len(import_results([fixture(name)])) == FIXTURES[name][1]


@pytest.mark.parametrize("name", FIXTURES)
def test_a_file_that_is_cut_off_is_still_recognised(name: str) -> None:
    file = fixture(name)
    cut = ResultFile(file.path, file.data[: len(file.data) * 2 // 3])
    assert FIXTURES[name][0] in [each.NAME for each in IMPORTERS if each.recognises(cut)]


def test_a_file_that_nobody_knows_names_what_each_importer_expects() -> None:
    error = refusal(ResultFile("notes.txt", b"hello"))
    assert "no importer knows this file" in error.message
    assert error.hint is not None
    assert all(each.EXPECTS in error.hint for each in IMPORTERS)


@pytest.mark.parametrize("data", [b"", b" \n"])
def test_a_file_that_is_empty_is_called_so(data: bytes) -> None:
    assert refusal(ResultFile("scores.csv", data)).message == "the file is empty"


def test_files_of_two_tools_are_no_one_run() -> None:
    error = refusal(fixture("plain/scores.csv"), fixture("junit/pytest.xml"))
    assert "plain/scores.csv is plain; junit/pytest.xml is junit" in error.message


def test_no_file_is_an_error() -> None:
    assert "no file" in refusal().message
    assert "no file" in refusal(tool="junit", grader="x").message


def test_a_tool_that_does_not_exist_is_an_error_that_lists_them() -> None:
    assert (
        "no importer is named 'x'; there are: promptfoo"
        in refusal(fixture("junit/pytest.xml"), tool="x").message
    )


def test_a_tool_that_is_named_is_taken_at_its_word() -> None:
    assert detect([], "junit").NAME == "junit"
    refusal(fixture("plain/scores.csv"), tool="junit")


def test_several_files_of_one_run_are_read_together() -> None:
    first = jsonl([{"case_id": "a", "score": 1, "suite": "s"}], "1.jsonl")
    second = jsonl([{"case_id": "b", "score": 0, "suite": "s"}], "2.jsonl")
    assert [record.case_id for record in import_results([first, second])] == ["a", "b"]
    assert "(1.jsonl and 3.jsonl)" in refusal(first, ResultFile("3.jsonl", first.data)).message


@pytest.mark.parametrize("name", ["junit/pytest.xml", "plain/scores.csv", "mist/eval-results.jsonl"])
def test_a_choice_that_cannot_be_made_is_an_error_and_never_ignored(name: str) -> None:
    assert "'nonsense'" in refusal(fixture(name), grader="nonsense").message
    assert "no results of model 'nonsense'" in refusal(fixture(name), model="nonsense").message
    assert "no choice of prompts" in refusal(fixture(name), prompt="nonsense").message


def test_one_model_of_a_table_can_be_chosen() -> None:
    rows = [{"case_id": "a", "score": score, "model": model} for model, score in (("x", 0), ("y", 1))]
    (record,) = import_results([jsonl(rows)], Wish(model="y"))
    assert record.value == 1
    assert "comes twice" in refusal(jsonl(rows)).message


def survives(files: list[ResultFile], tool: str | None) -> None:
    """Records that can be written, or MC113; anything else is a traceback in somebody's job."""
    try:
        records = import_results(files, None, tool)
    except ConfigError as error:
        if error.code is not Code.BAD_RESULTS:
            raise
        return
    assert records
    written = b"".join(encode(record) + b"\n" for record in records)
    assert import_results([ResultFile("records.jsonl", written)]) == records
    assert table(summarise(records))


@given(st.binary(max_size=200), st.sampled_from(TOOLS))
def test_arbitrary_bytes_bring_no_importer_down(data: bytes, tool: str) -> None:
    file = ResultFile("file", data)
    for each in IMPORTERS:
        each.recognises(file)
    survives([file], tool)
    survives([file], None)


@given(pieces, st.floats(0, 1))
def test_no_cut_brings_an_importer_down(name: str, share: float) -> None:
    data = (DATA / name).read_bytes()
    survives([ResultFile(name, data[: int(share * len(data))])], FIXTURES[name][0])


@pytest.mark.slow
@given(pieces, st.integers(0, 10**9), st.binary(min_size=1, max_size=4), st.sampled_from(TOOLS))
def test_no_damage_brings_an_importer_down(name: str, place: int, damage: bytes, tool: str) -> None:
    data = bytearray((DATA / name).read_bytes())
    start = place % len(data)
    data[start : start + len(damage)] = damage
    survives([ResultFile(name, bytes(data))], tool)
    survives([ResultFile(name, bytes(data))], FIXTURES[name][0])


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6
)


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path, *(each for key, child in children for each in _paths(child, (*path, key)))]


@pytest.mark.slow
@given(st.data(), st.sampled_from([name for name in FIXTURES if name.endswith(".jsonl")]))
def test_no_field_of_a_real_row_can_hold_what_brings_an_importer_down(data: st.DataObject, name: str) -> None:
    rows: Any = [json.loads(line) for line in (DATA / name).read_text().splitlines()]
    path = data.draw(st.sampled_from([each for each in _paths(rows) if len(each) > 1]))
    parent = rows
    for step in path[:-1]:
        parent = parent[step]
    if data.draw(st.booleans()):
        parent[path[-1]] = data.draw(VALUES)
    else:
        del parent[path[-1]]
    survives([jsonl(rows, name)], FIXTURES[name][0])
