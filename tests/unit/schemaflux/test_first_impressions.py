"""Public datasets as they are downloaded: what is said about them at first sight, and what is not."""

import gzip

import pytest

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.formats.detection import guess
from mist_ci.schemaflux.message import Object
from tests.unit.schemaflux.checking import check
from tests.unit.schemaflux.test_target_rules import target

SPOKEN: list[JsonValue] = [{"role": "user", "content": "What is 2+2?"}]


@pytest.mark.parametrize(
    "row",
    [
        {"question": "What is 2+2?", "answer": "4", "category": "maths"},
        {"prompt": "What is 2+2?", "response": "4", "category": "maths"},
        {"input": SPOKEN, "output": "4", "category": "maths"},
    ],
)
def test_a_category_beside_an_answer_does_not_make_a_label(row: Object) -> None:
    assert guess(row) is not DataFormat.CLASSIFICATION


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"context": "Oslo is old.", "question": "Who is old?", "answers": {"text": ["Oslo"]}},
            "prompt-completion",
        ),
        ({"message": SPOKEN}, "the closest is openai-chat"),
    ],
)
def test_the_closest_format_is_one_that_the_values_could_be(row: JsonValue, message: str) -> None:
    (found,) = check(rows(row)).findings
    assert message in found.message
    assert "contents" not in found.message + found.hint


def test_plain_text_has_no_speaker_who_could_begin() -> None:
    report = check(rows({"text": "Oslo is the capital of Norway."}), targets=[target("together")])
    assert "SF209" not in {finding.code for finding in report.findings}


def test_a_packed_file_is_to_be_unpacked_not_renamed() -> None:
    packed = gzip.compress(rows({"messages": [*SPOKEN, {"role": "assistant", "content": "4"}]}))
    report = check({"train.jsonl.gz": packed}, targets=[target("openai")])
    codes = {finding.code for finding in report.findings}
    assert "SF115" in codes
    assert "SF010" not in codes


def test_preferences_are_to_be_converted_to_preferences() -> None:
    row: JsonValue = {"prompt": "What is 2+2?", "chosen": "4", "rejected": "5"}
    found = check(rows(row), targets=[target("openai")]).findings
    assert ["convert them to openai-dpo" in one.hint for one in found if one.code == "SF114"] == [True]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (b'{"messages": []},', "take the comma behind the row away"),
        (b"{'messages': []}", "how Python prints a dict"),
        (b'{"messages": [],', "correct the line"),
    ],
)
def test_what_people_write_instead_of_json_lines_is_called_by_its_name(line: bytes, hint: str) -> None:
    good = rows({"messages": [*SPOKEN, {"role": "assistant", "content": "4"}]})
    (found,) = check(good + line + b"\n").findings
    assert (found.code, found.where.line) == ("SF002", 2)
    assert hint in found.hint
