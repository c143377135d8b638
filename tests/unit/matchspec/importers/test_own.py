"""Claims: records come back as they were written; runs of ours are read side by side, and damage is noticed."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.matchspec.importers import ResultFile, Wish, encode, import_results
from mist_ci.models.record import FINISHED, Record, RecordStatus, RecordTokens, Source
from tests.unit.matchspec.importers.reading import DATA, edited, fixture, read, refusal

ATTEMPTS = "mist/attempts.jsonl"
MESSAGES = "mist/eval-results.jsonl"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
COUNTS = st.none() | st.integers(0, 10**9)
SCORES = st.floats(0, 1)
MONEY = st.decimals(0, 1000, allow_nan=False, allow_infinity=False)


def records_file(*records: Record) -> ResultFile:
    return ResultFile("records.jsonl", b"".join(encode(record) + b"\n" for record in records))


@st.composite
def records(draw: st.DrawFn) -> Record:
    status = draw(st.sampled_from(RecordStatus))
    return Record(
        suite=draw(TEXT),
        case_key=draw(st.text("0123456789abcdef", min_size=64, max_size=64)),
        case_id=draw(TEXT),
        repeat=draw(st.integers(0, 9)),
        grader=draw(TEXT),
        value=draw(SCORES) if status.counts else None,
        status=status,
        source=Source(draw(TEXT), draw(TEXT), draw(TEXT), draw(TEXT), draw(TEXT)),
        model=draw(TEXT),
        side=draw(st.sampled_from(["base", "head", None])),
        group=draw(st.none() | TEXT),
        higher_is_better=draw(st.booleans()),
        passed=draw(st.none() | st.booleans()),
        scores=draw(st.dictionaries(TEXT, st.floats(allow_nan=False, allow_infinity=False))),
        input=draw(TEXT),
        expected=draw(TEXT),
        output=draw(TEXT),
        reason=draw(TEXT),
        tokens=RecordTokens(draw(COUNTS), draw(COUNTS), draw(COUNTS), draw(COUNTS), draw(COUNTS)),
        cost_usd=draw(st.none() | MONEY),
        cost_basis=draw(TEXT),
        latency_ms=draw(st.none() | st.floats(0, 1e9)),
        input_hash=draw(TEXT),
        target_hash=draw(TEXT),
        prompt_hash=draw(TEXT),
        grader_fingerprint=draw(TEXT),
    )


@pytest.mark.slow
@given(records())
def test_a_record_comes_back_exactly(record: Record) -> None:
    (back,) = import_results([records_file(record)])
    assert back == record
    assert str(back.cost_usd) == str(record.cost_usd)
    assert b"\n" not in encode(record)


def test_what_another_tool_wrote_comes_back_exactly() -> None:
    first = read("promptfoo/finished.json")
    assert import_results([records_file(*first)]) == first


def test_a_line_that_another_program_wrote_again_is_understood() -> None:
    (record, *_) = read("promptfoo/finished.json")
    line = encode(record).replace(b'{"record":1,', b'{ "record": 1, ')
    assert import_results([ResultFile("r.jsonl", line)]) == (record,)


def test_another_version_of_our_records_is_an_error() -> None:
    line = encode(read("promptfoo/finished.json")[0]).replace(b'"record":1', b'"record":2')
    error = refusal(ResultFile("r.jsonl", line))
    assert "is version 2 of our records; version 1 is understood" in error.message


def test_a_bad_line_is_named_with_its_number() -> None:
    lines = [encode(record) for record in read("promptfoo/finished.json")]
    lines[4] = lines[4].replace(b'"repeat":0', b'"repeat":"0"').replace(b'"repeat":1', b'"repeat":"1"')
    assert str(refusal(ResultFile("r.jsonl", b"\n".join(lines))).where) == "r.jsonl:5"


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"status":"ok"', b'"status":"ko"'), (b'"value":1.0', b'"value":1.1'), (b'"repeat":0', b'"repeat":-1'),
     (b'"case_key":"', b'"case_key":"x'), (b'"suite":"colours",', b""), (b'"status":"ok"', b'"status":"error"')],
)  # fmt: skip
def test_a_record_that_was_tampered_with_is_refused(old: bytes, new: bytes) -> None:
    line = encode(read("promptfoo/finished.json")[0])
    assert old in line
    refusal(ResultFile("r.jsonl", line.replace(old, new, 1)))


def test_attempts_of_a_run_are_read_side_by_side() -> None:
    found = read(ATTEMPTS)
    assert len(found) == 12
    assert {(record.side, record.suite) for record in found} == {
        (side, suite) for side in ("base", "head") for suite in ("arithmetic", "sorting")
    }
    first = found[0]
    assert (first.case_id, first.model, first.cost_usd) == ("arithmetic-89-49", "base", Decimal("0.00000420"))
    assert first.case_key == "245fa3dfb2edd1d803cc7e7ae405752aaa5da722ff35919d090dc428d76fa098"
    assert {record.side for record in read(ATTEMPTS, side="head")} == {"head"}


def test_a_grader_of_an_attempt_can_be_chosen() -> None:
    assert len(read(ATTEMPTS, grader="exact")) == 12
    assert "no grader is named 'x'" in refusal(fixture(ATTEMPTS), grader="x").message


def test_an_attempt_without_an_answer_is_missing() -> None:
    lost: dict[str, object] = {"status": "infra_failure", "score": None, "scores": {}, "reason": "timeout"}
    (first, *_) = import_results([edited(ATTEMPTS, lambda rows: rows[0].update(lost))])
    assert (first.value, first.status, first.reason) == (None, RecordStatus.ERROR, "timeout")


def test_messages_give_both_sides_of_a_sample_and_the_same_keys_as_attempts() -> None:
    found = read(MESSAGES)
    assert {record.side for record in found} == {"base", "head"}
    assert len(found) == 12
    attempts = {(record.side, record.case_key): record.value for record in read(ATTEMPTS)}
    assert {(record.side, record.case_key): record.value for record in found} == attempts
    assert {record.source.status for record in found} == {FINISHED}


def test_messages_without_the_suite_s_own_result_come_from_a_run_that_did_not_finish() -> None:
    lines = [line for line in (DATA / MESSAGES).read_bytes().splitlines() if b'"task":""' not in line]
    found = import_results([ResultFile("m.jsonl", b"\n".join(lines))])
    assert found[0].source.status == "unfinished: no result of arithmetic, sorting"


def test_a_payload_that_was_changed_is_noticed() -> None:
    data = (DATA / MESSAGES).read_bytes().replace(b'"score":1.0', b'"score":0.9', 1)
    error = refusal(ResultFile("m.jsonl", data))
    assert "not what its checksum says" in error.message
    assert str(error.where) == "m.jsonl:1: checksum"


@pytest.mark.parametrize(
    ("field", "value"), [("version", "2"), ("id", "x"), ("source", ""), ("type", ""), ("payload", [])]
)
def test_an_envelope_that_is_none_is_refused(field: str, value: object) -> None:
    refusal(edited(MESSAGES, lambda rows: rows[0].update({field: value, "checksum": 0})), tool="mist")


def test_a_message_about_something_else_is_no_result() -> None:
    span = b'{"version":"1","id":"%s","source":"t","type":"trace.span","payload":{}}' % (b"0" * 32)
    assert len(import_results([ResultFile("m.jsonl", (DATA / MESSAGES).read_bytes() + span)])) == 12


def test_a_side_is_given_to_records_that_have_none() -> None:
    assert {record.side for record in read("promptfoo/finished.json", side="base")} == {"base"}
    sided = records_file(*read("promptfoo/finished.json", side="base"))
    assert refusal(sided, side="head").message == "there are no results of head in it, only of base"
    assert len(import_results([sided], Wish(side="base"))) == 10


def test_samples_that_a_change_brought_along_do_not_thin_out_the_suite() -> None:
    """A run asks new samples under the suite's own name; read as one suite, easy ones would hide a loss."""
    lines = (DATA / ATTEMPTS).read_bytes().splitlines(keepends=True)
    row = json.loads(lines[0])
    added = json.dumps({**row, "suite_digest": "sha256:new", "key": "sha256:" + "f" * 64}).encode()
    refused = refusal(ResultFile("attempts.jsonl", b"".join(lines) + added))
    assert f"another version of suite {row['suite']!r}" in refused.message
