"""Every format: what is valid is silent, what is said is read with its true path, and nothing crashes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux import format_page
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.formats import FORMATS, of
from mist_ci.schemaflux.formats.detection import detect, guess
from mist_ci.schemaflux.formats.format import Format
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.shape import Flaw, problems
from tests.unit.schemaflux.checking import check
from tests.unit.schemaflux.format_rows import CALL_ARGUMENTS, DEFECTS, PARAMETERS, RICH, TALKS

F = DataFormat
ROOT = Path(__file__).parents[3]
every_format = pytest.mark.parametrize("one", FORMATS, ids=[one.name for one in FORMATS])


def read(data_format: DataFormat, value: JsonValue) -> Row:
    row = Row(1, "f.jsonl", json.dumps(value).encode(), data_format)
    row.value = value
    return row


@every_format
def test_the_example_of_a_format_is_valid_and_recognised(one: Format) -> None:
    report = check(rows(dict(one.example)))
    assert report.findings == ()
    assert report.details[0].format is one.name
    assert report.details[0].evidence == f"{one.evidence} in 1 of 1 rows"


@pytest.mark.parametrize("name", RICH)
def test_a_valid_row_is_recognised_and_silent(name: str) -> None:
    data_format, row = RICH[name]
    report = check(rows(row))
    assert report.details[0].format is data_format
    assert report.findings == ()
    assert read(data_format, row).is_sound


def at(value: JsonValue, path: str) -> Any:
    """What stands at a JSON path of a row."""
    for step in path.replace("[", ".[").split("."):
        value = value[int(step[1:-1])] if step.startswith("[") else value[step]  # type: ignore[index, call-overload]
    return value


@pytest.mark.parametrize("name", RICH)
def test_paths_are_those_of_the_file(name: str) -> None:
    data_format, value = RICH[name]
    row = read(data_format, value)
    assert row.said
    for message in row.said:
        at(value, message.field)
        if message.at_role:
            written = at(value, message.at_role)
            assert of(data_format).roles[written] == message.role
        written = at(value, message.at_content) if message.content is not None else None
        if isinstance(message.content, str) and message.role != "tool":
            assert (
                written == message.content
                or message.field == "instruction"
                or data_format is F.CLASSIFICATION
            )
        for call in message.calls:
            assert at(value, call.field)
            assert at(value, call.at_name) == call.name or data_format is F.SHAREGPT
            assert at(value, call.at_arguments) == call.arguments or data_format is F.SHAREGPT
    for tool in row.tools:
        if isinstance(at(value, "tools") if "tools" in row.object else None, str):
            continue
        assert at(value, tool.at_name) == tool.name == "weather"
        assert at(value, tool.at_parameters) == tool.parameters == PARAMETERS


def arguments(value: JsonValue) -> JsonValue:
    return json.loads(value) if isinstance(value, str) else value


@pytest.mark.parametrize("data_format", TALKS)
def test_one_conversation_is_the_same_in_every_format(data_format: DataFormat) -> None:
    row = read(data_format, TALKS[data_format])
    said = [
        (one.role, one.text, [(call.name, arguments(call.arguments)) for call in one.calls])
        for one in row.messages
    ]
    assert said == [
        ("system", "Be brief.", []),
        ("user", "Weather in Oslo?", []),
        ("assistant", "", [("weather", CALL_ARGUMENTS)]),
        ("tool", '{"sky":"rain"}', []),
        ("assistant", "It rains.", []),
    ]
    assert [(tool.name, tool.description, tool.parameters) for tool in row.tools] == [
        ("weather", "The weather.", PARAMETERS)
    ]
    assert row.messages[3].result_of == (row.messages[2].calls[0].id or None)
    assert [one.is_trained for one in row.messages] == [False, False, True, False, True]


@pytest.mark.parametrize(
    "name", [name for name in RICH if "preference" in name or "side" in name or "impl" in name]
)
def test_both_sides_of_a_preference(name: str) -> None:
    row = read(*RICH[name])
    assert {side.name: side.text for side in row.sides} == {"chosen": "4", "rejected": "5"}
    assert [message.role for side in row.sides for message in side.messages] == ["assistant"] * 2
    assert next(message.text for message in row.messages if message.role == "user").startswith(
        ("What is 2+2?", "2+2?", "Add.\n2 and 2")
    )
    assert row.answer is None


def test_the_page_of_formats_is_current() -> None:
    for name, text in format_page().items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, "run: make docs"


def test_what_formats_have_that_others_have_not() -> None:
    masked = of(F.AXOLOTL_CHAT).example
    assert [one.is_trained for one in read(F.AXOLOTL_CHAT, dict(masked)).messages] == [
        False,
        False,
        False,
        True,
    ]
    assert read(*RICH["kto"]).label is True
    assert read(*RICH["labels that are numbers"]).label == 3
    assert read(*RICH["text"]).text == "Some text."
    assert read(F.BEDROCK_NOVA, TALKS[F.BEDROCK_NOVA]).messages[2].reasoning == "Hm."
    picture = read(*RICH["nova with an image"]).messages[0]
    assert [part["type"] for part in picture.parts] == ["text", "image"]


DETECTED: dict[str, tuple[JsonValue, DataFormat | None]] = {
    "prompt, completion and a label that says yes": (
        {"prompt": "", "completion": "", "label": "true"},
        F.KTO,
    ),
    "prompt, completion and another label": (
        {"prompt": "", "completion": "", "label": "spam"},
        F.PROMPT_COMPLETION,
    ),
    "text and label": ({"text": "", "label": 0}, F.CLASSIFICATION),
    "text and something": ({"text": "", "url": ""}, F.TEXT),
    "messages and more": ({"messages": [], "label": True, "text": ""}, F.OPENAI_CHAT),
    "messages and chosen": ({"messages": [], "chosen": [], "rejected": [], "prompt": ""}, F.PREFERENCE),
    "openai's own misprint": ({"input": {}, "preferred_completion": []}, F.OPENAI_DPO),
    "parts with types": ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, F.OPENAI_CHAT),
    "parts without types": ({"messages": [{"role": "user", "content": [{"text": "a"}]}]}, F.BEDROCK_NOVA),
    "a column that is null": ({"messages": None, "text": "a"}, F.TEXT),
    "all columns are null": ({"messages": None}, F.OPENAI_CHAT),
    "a switch on a message": ({"messages": [{"role": "user", "train": False}]}, F.AXOLOTL_CHAT),
    "nothing known": ({"a": 1}, None),
    "nothing": ({}, None),
}


@pytest.mark.parametrize("name", DETECTED)
def test_detection(name: str) -> None:
    row, expected = DETECTED[name]
    assert isinstance(row, dict)
    assert guess(row) is expected


def test_the_format_of_a_file_is_that_of_most_of_its_first_rows() -> None:
    alpaca, chat = of(F.ALPACA).example, of(F.OPENAI_CHAT).example
    head = b"oops\n" + rows(dict(chat), dict(alpaca), dict(alpaca), {"a": 1}) + b'{"cut'
    found = detect(head, None)
    assert (found.format, found.evidence) == (F.ALPACA, "instruction and output in 2 of 4 rows")
    assert detect(head, F.KTO).evidence == "declared"


@pytest.mark.parametrize("name", DEFECTS)
def test_one_defect_is_one_finding_in_every_format(name: str) -> None:
    defect = DEFECTS[name]
    report = check(rows(defect.row))
    assert report.details[0].format is defect.data_format
    assert [(one.code, one.where.field) for one in report.findings] == [(defect.code, defect.field)]
    assert defect.hint in report.findings[0].hint


@every_format
def test_a_row_of_another_format_is_one_finding(one: Format) -> None:
    aliens = [row for _, row in RICH.values() if isinstance(row, dict) and not one.is_complete(row)]
    most: list[JsonValue] = [{**one.example, "number": number} for number in range(len(aliens))]
    found = [found for found in check(rows(*most, *aliens)).findings if found.code.startswith("SF1")]
    assert [(found.code, found.where.line) for found in found] == [
        ("SF103", len(aliens) + number) for number in range(1, len(aliens) + 1)
    ]
    assert all(one.name in found.message for found in found)


def test_a_declared_format_that_no_row_has_is_one_finding() -> None:
    talks: list[JsonValue] = [{**of(F.OPENAI_CHAT).example, "number": number} for number in range(30)]
    report = check(rows(*talks), declared=F.ALPACA)
    assert [(one.code, one.count) for one in report.counts] == [("SF101", 1)]
    assert (
        "it looks like openai-chat: messages with role and content in 30 of 30 rows"
        in report.findings[0].message
    )
    assert "declare it as openai-chat" in report.findings[0].hint


@every_format
def test_a_declared_format_is_believed_where_rows_have_it(one: Format) -> None:
    report = check(rows(dict(one.example)), declared=one.name)
    assert (report.findings, report.details[0].evidence) == ((), "declared")


@pytest.mark.slow
def test_a_declared_format_is_what_rows_with_defects_are_judged_by() -> None:
    broken: JsonValue = {"conversations": [{"from": "human", "value": 1}]}
    assert [one.code for one in check(rows(broken), declared=F.SHAREGPT).findings] == ["SF105"]


@pytest.mark.slow
def test_a_first_row_of_megabytes_is_looked_at_as_well() -> None:
    picture: JsonValue = {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo" + "A" * 3_000_000}}
    talk: JsonValue = {
        "contents": [{"role": "user", "parts": [picture]}, {"role": "model", "parts": [{"text": "A cat."}]}]
    }
    for content in (rows(talk), rows(talk, talk)):
        assert check(content).details[0].format is F.VERTEX


def test_a_file_of_no_known_format_is_one_finding_however_long_it_is() -> None:
    talks: list[JsonValue] = [{"question": f"{n}?", "answer": f"{n}"} for n in range(500)]
    report = check(rows(*talks))
    assert [(one.code, one.count) for one in report.counts] == [("SF101", 1)]
    assert report.rows == 0


WORDS = st.sampled_from(
    ["user", "model", "gpt", "human", "assistant", "tool", "function_call", "", "{}", "a"]
)
KEYS = st.sampled_from(
    sorted(
        {key for one in FORMATS for key in (*one.shape.required, *one.shape.optional)}
        | {
            "role",
            "content",
            "from",
            "value",
            "parts",
            "text",
            "type",
            "toolUse",
            "toolResult",
            "functionCall",
        }
        | {
            "name",
            "arguments",
            "input",
            "args",
            "candidates",
            "completion",
            "score",
            "label",
            "train",
            "wieght",
        }
    )
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 1) | st.floats(0, 1) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


def changed(value: JsonValue, how: st.DataObject) -> JsonValue:
    """A row with something at random in the place of something."""
    if how.draw(st.integers(0, 6)) == 0 or not isinstance(value, dict | list) or not value:
        return how.draw(JSON)
    if isinstance(value, list):
        index = how.draw(st.integers(0, len(value) - 1))
        return [changed(item, how) if number == index else item for number, item in enumerate(value)]
    if how.draw(st.integers(0, 4)) == 0:
        return {**value, how.draw(KEYS): how.draw(JSON)}
    chosen = how.draw(st.sampled_from(sorted(value)))
    if how.draw(st.integers(0, 4)) == 0:
        return {key: item for key, item in value.items() if key != chosen}
    return {key: changed(item, how) if key == chosen else item for key, item in value.items()}


VALUES = JSON | st.sampled_from([row for _, row in RICH.values()])


@pytest.mark.slow
@settings(max_examples=600, suppress_health_check=list(HealthCheck), deadline=None)
@given(VALUES, st.data(), st.sampled_from(FORMATS))
def test_no_format_crashes_and_what_is_exact_has_no_problems(
    value: JsonValue, data: st.DataObject, one: Format
) -> None:
    value = changed(value, data)
    if not isinstance(value, dict):
        return
    quick = [(found.flaw, found.path) for found in one.problems(value)]
    shaped = [(found.flaw, found.path) for found in problems(one.shape, value)]
    is_wrong = any(flaw is not Flaw.UNKNOWN for flaw, _ in shaped)
    assert quick == shaped + ([] if is_wrong else [(found.flaw, found.path) for found in one.unlike(value)])
    row = read(one.name, value)
    assert isinstance(row.is_sound, bool)
    assert isinstance(row.traits, frozenset)
    guess(value)
    for message in row.said:
        assert message.role is None or isinstance(message.role, str)
        assert isinstance(message.text, str)
    assert all(tool.field for tool in row.tools)
    if row.flaws(Flaw.UNKNOWN) and not [flaw for flaw in quick if flaw[0] is not Flaw.UNKNOWN]:
        assert row.other_format is None
