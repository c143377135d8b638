"""SF110: what a table of the rows cannot hold."""

import pickle

import pytest

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import ASK, TELL, call, result, rows, tool
from mist_ci.schemaflux.rules import sf110_mixed_types
from mist_ci.schemaflux.rules.sf110_mixed_types import Tally
from tests.unit.schemaflux.checking import check
from tests.unit.schemaflux.format_rows import TALKS
from tests.unit.schemaflux.test_formats import read


def talk(arguments: JsonValue, **more: JsonValue) -> JsonValue:
    made: JsonValue = {"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}
    return {"messages": [ASK, {"role": "assistant", "content": None, "tool_calls": [made]}], **more}


ORDERLY: JsonValue = {
    "messages": [ASK, call("weather", "{}"), result("call_1", "rain"), TELL],
    "tools": [tool("weather")],
}
"""What the fast path takes."""
FOUND: dict[str, tuple[list[JsonValue], int, str]] = {
    "arguments of an orderly row": (
        [ORDERLY, talk({"a": 1})],
        2,
        "a string first, and an object here",
    ),
    "keys": (
        [talk({"a": 1}), talk({"a": 2}), talk({"b": 1})],
        3,
        '2 different sets of keys, such as "a" and "b"',
    ),
    "arguments": ([talk("{}"), talk({"a": 1})], 2, "a string first, and an object here"),
    "a field": ([talk("{}", id=1), talk('{"a": 1}', id="1")], 2, '"id" is a number first, and a string here'),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_difference_is_one_finding_at_the_first_row_that_differs(name: str) -> None:
    talks, line, message = FOUND[name]
    found = [one for one in check(rows(*talks)).findings if one.code == "SF110"]
    assert [one.where.line for one in found] == [line]
    assert message in found[0].message


def test_what_was_there_before_is_known() -> None:
    before = rows(talk({"a": 1}), talk({"b": 1}))
    more = rows(talk({"b": 2}))
    assert known(before + more, before) == [True]
    assert known(before, more) == [False]


def known(head: bytes, base: bytes) -> list[bool]:
    report = check(head, known={"train.jsonl": base})
    return [one.known for one in report.findings if one.code == "SF110"]


SILENT: dict[str, list[JsonValue]] = {
    "the same keys": [talk({"a": 1}), talk({"a": 2})],
    "strings": [talk('{"a": 1}'), talk('{"b": 1}')],
    "no arguments": [talk({"a": 1}), talk({})],
    "null": [talk("{}", id=None), talk('{"a": 1}', id="1")],
    "numbers of both kinds": [talk("{}", id=1), talk('{"a": 1}', id=1.5)],
    "calls without tools": [{"messages": [ASK, call("f", "{}")]}, {"messages": [ASK, TELL]}],
}


@pytest.mark.parametrize("name", SILENT)
def test_what_a_table_can_hold_is_silent(name: str) -> None:
    assert [one.code for one in check(rows(*SILENT[name])).findings if one.code == "SF110"] == []


def test_files_of_different_formats_are_different_tables() -> None:
    labelled: JsonValue = {"text": "Give me my money back!", "label": "refund"}
    judged: JsonValue = {"prompt": "What is 2+2?", "completion": "5", "label": False}
    report = check({"kto.jsonl": rows(judged), "mails.jsonl": rows(labelled)})
    assert [one.code for one in report.findings if one.code == "SF110"] == []


def test_parts_add_up_to_the_whole() -> None:
    read_rows = [read(name, row) for name, row in TALKS.items()] * 2
    read_rows += [read(name, row) for name, row in [*TALKS.items()][::-1]]
    whole = sf110_mixed_types.tally()
    for row in read_rows:
        whole.add(row)
    total = Tally()
    for start in range(0, len(read_rows), 3):
        part = Tally()
        for row in read_rows[start : start + 3]:
            part.add(row)
        total.merge(pickle.loads(pickle.dumps(part)))
    assert total == whole
