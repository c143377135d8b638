"""Schemas come from the rows: none of them reaches out, hangs, or is judged wrong when it is right."""

import json
import socket
import time
from typing import Any

import pytest

from mist_ci.parsing.references import TOO_LARGE, expanded_size
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux import tool_schemas
from mist_ci.schemaflux.example import ASK, call, tool_with
from mist_ci.schemaflux.rules import (
    sf304_arguments_violate_schema,
    sf314_null_arguments,
    sf316_bad_tool_schema,
)
from mist_ci.schemaflux.tool_schemas import read_schema
from tests.unit.schemaflux.asked import ask

RULES = (sf304_arguments_violate_schema, sf314_null_arguments, sf316_bad_tool_schema)


def called_with(schema: JsonValue, arguments: str) -> JsonValue:
    tool: JsonValue = {"type": "function", "function": {"name": "f", "parameters": schema}}
    return {"messages": [ASK, call("f", arguments)], "tools": [tool]}


def laughs(levels: int) -> dict[str, JsonValue]:
    """Every definition twice the next one: 2^levels when written out."""
    defs: dict[str, JsonValue] = {
        f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"$ref": f"#/$defs/d{n + 1}"}]}
        for n in range(levels)
    }
    return {"type": "object", "$ref": "#/$defs/d0", "$defs": {**defs, f"d{levels}": {"type": "object"}}}


def deep(levels: int) -> JsonValue:
    value: JsonValue = {}
    for _ in range(levels):
        value = {"allOf": [value]}
    return value


TREE: JsonValue = {
    "type": "object",
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "anyOf": [
                {"properties": {"a": {"$ref": "#/$defs/node"}}, "required": ["x"]},
                {"properties": {"a": {"$ref": "#/$defs/node"}}, "required": ["y"]},
            ]
        }
    },
}
HOSTILE: dict[str, tuple[JsonValue, str]] = {
    "network": ({"type": "object", "$ref": "http://127.0.0.1:9/schema.json"}, "{}"),
    "network in $schema": ({"type": "object", "$schema": "http://127.0.0.1:9/meta.json"}, "{}"),
    "file": ({"type": "object", "$ref": "file:///etc/passwd"}, "{}"),
    "refers to itself": ({"$ref": "#"}, "{}"),
    "dynamic": ({"$dynamicRef": "#"}, "{}"),
    "billion laughs": (laughs(60), "{}"),
    "two ways at each of 60 levels": (TREE, '{"a":' * 60 + "{}" + "}" * 60),
    "60 levels": (deep(60), "{}"),
    "redos": (
        {"type": "object", "properties": {"a": {"pattern": "^(a+)+$"}}},
        json.dumps({"a": "a" * 5000 + "b"}),
    ),
    "redos that backtracks": (
        {"type": "object", "properties": {"a": {"pattern": "(a*)*\\1c"}}},
        json.dumps({"a": "a" * 5000 + "b"}),
    ),
    "many patterns": (
        {
            "type": "object",
            "properties": {f"a{n}": {"pattern": f"(a{{1,200}}){{1,200}}{n}"} for n in range(500)},
        },
        "{}",
    ),
    "large pattern": ({"type": "object", "properties": {"a": {"pattern": "((a{1000}){1000}){1000}"}}}, "{}"),
    "many properties": (
        {"type": "object", "properties": {f"a{n}": {"type": "string"} for n in range(50_000)}},
        "{}",
    ),
    "pattern of Python": ({"type": "object", "properties": {"a": {"pattern": "(?P<x>a)\\Z"}}}, '{"a": "b"}'),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_schema_is_left_alone_and_costs_little(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("a schema reached out")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    row = called_with(*HOSTILE[name])
    start = time.process_time()
    problems = [problem for rule in RULES for problem in ask(rule, row)]
    assert time.process_time() - start < 2
    found = [problem.message for problem in problems]
    assert name.startswith("redos") or not found
    assert len(found) <= 1


def test_arguments_times_schema_is_bounded() -> None:
    items: JsonValue = {"allOf": [{"minLength": n} for n in range(2_000)]}
    schema: JsonValue = {"type": "object", "properties": {"a": {"items": items}}}
    start = time.process_time()
    ask(sf304_arguments_violate_schema, called_with(schema, json.dumps({"a": ["xx"] * 100_000})))
    assert time.process_time() - start < 5


def test_references_that_end_are_followed() -> None:
    schema: JsonValue = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/word"}, "b": {"$ref": "#/$defs/word"}},
        "$defs": {"word": {"type": "string"}},
    }
    assert expanded_size(schema) == 8
    assert ask(sf304_arguments_violate_schema, called_with(schema, '{"a": 1}'))
    assert not ask(sf304_arguments_violate_schema, called_with(schema, '{"a": "1"}'))
    assert expanded_size(laughs(20)) > 2**20
    assert expanded_size({"$ref": "#"}) >= TOO_LARGE
    assert expanded_size(["x", {"$ref": "#/0"}, {"$ref": "#/9"}]) >= TOO_LARGE


def test_a_schema_is_compiled_once_and_old_ones_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    schema: dict[str, JsonValue] = {"type": "object", "properties": {"once": {"type": "string"}}}
    assert read_schema(schema) is read_schema(json.loads(json.dumps(schema)))
    monkeypatch.setattr(tool_schemas, "_MOST_KEPT_BYTES", 1_000)
    for number in range(100):
        read_schema({"type": "object", "title": f"{number}"})
    shelf = tool_schemas._shelf
    assert shelf.size == sum(map(len, shelf.kept)) <= 1_000


RIGHT: dict[str, JsonValue] = {
    "nothing": {},
    "null": None,
    "no parameters": {"type": "object", "properties": {}},
    "strict": {
        "type": "object",
        "properties": {"a": {"type": ["string", "null"]}},
        "required": ["a"],
        "additionalProperties": False,
    },
    "tuple of draft 7": {
        "type": "object",
        "properties": {"a": {"items": [{"type": "string"}, {"type": "number"}]}},
    },
    "exclusiveMinimum of draft 4": {
        "type": "object",
        "properties": {"a": {"type": "number", "minimum": 0, "exclusiveMinimum": True}},
    },
    "OpenAPI": {
        "type": "object",
        "properties": {"a": {"type": "string", "nullable": True, "example": "x"}},
        "discriminator": {"propertyName": "a"},
    },
    "pydantic": {
        "$defs": {"Unit": {"enum": ["c", "f"], "title": "Unit", "type": "string"}},
        "properties": {
            "city": {"title": "City", "type": "string"},
            "unit": {"anyOf": [{"$ref": "#/$defs/Unit"}, {"type": "null"}], "default": None},
        },
        "required": ["city"],
        "title": "Weather",
        "type": "object",
    },
    "draft 7 by name": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {},
    },
    "either of two": {
        "anyOf": [{"type": "object", "required": ["a"]}, {"type": "object", "required": ["b"]}]
    },
    "lookahead": {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(?!x).*$"}}},
    "format": {"type": "object", "properties": {"a": {"type": "string", "format": "made-up"}}},
    "python name for a property": {"type": "object", "properties": {"type": {"type": "string"}}},
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_schema_is_silent(name: str) -> None:
    assert not ask(sf316_bad_tool_schema, called_with(RIGHT[name], "{}"))


WRONG: dict[str, tuple[JsonValue, str, str]] = {
    "python type": ({"type": "object", "properties": {"a": {"type": "str"}}}, "error", "calls it string"),
    "python type on top": ({"type": "dict", "properties": {}}, "error", "calls it object"),
    "required in a property": (
        {"type": "object", "properties": {"a": {"type": "string", "required": True}}},
        "error",
        "list of names",
    ),
    "properties as a list": (
        {"type": "object", "properties": [{"name": "a"}]},
        "error",
        "correct the schema",
    ),
    "names on top": ({"city": {"type": "string"}}, "error", "around"),
    "an array": ({"type": "array", "items": {}}, "error", "an object"),
    "as a string": ('{"type": "object"}', "error", "as an object"),
    "no such definition": (
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/x"}}},
        "error",
        "correct",
    ),
    "no type": ({"properties": {"a": {"type": "string"}}}, "warning", "add"),
    "nulls of Arrow": (
        {"type": "object", "properties": {"a": {"type": "string"}, "b": None}},
        "warning",
        "null",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_schema_is_found_once(name: str) -> None:
    schema, severity, hint = WRONG[name]
    row = called_with(schema, "{}")
    (problem,) = ask(sf316_bad_tool_schema, row)
    assert problem.severity == severity
    assert hint in problem.hint
    assert problem.field == "tools[0].function.parameters"
    assert not ask(sf304_arguments_violate_schema, row)


CITY: JsonValue = tool_with("weather", {"city": {"type": "string"}, "days": {"type": "integer"}}, "city")
STRICT: JsonValue = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "unit": {"type": "string", "enum": ["c", "f"]},
                "at": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "note": {"type": "string", "nullable": True},
                "zone": {"type": "string", "default": None},
            },
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
MISFITS: dict[str, tuple[JsonValue, str, str]] = {
    "missing": (CITY, "{}", '"city" is a required property'),
    "wrong type": (CITY, '{"city": "Oslo", "days": "3"}', "days: "),
    "not in the enum": (STRICT, '{"city": "Oslo", "unit": "k"}', "unit: "),
    "extra": (STRICT, '{"city": "Oslo", "country": "no"}', "country"),
    "required and null": (CITY, '{"city": null}', "city: null"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_arguments_that_do_not_fit_are_one_problem(name: str) -> None:
    tool, arguments, message = MISFITS[name]
    row: JsonValue = {"messages": [ASK, call("weather", arguments)], "tools": [tool]}
    (problem,) = ask(sf304_arguments_violate_schema, row)
    assert message in problem.message
    assert problem.field == "messages[1].tool_calls[0].function.arguments"
    assert not ask(sf314_null_arguments, row)


FITTING: dict[str, tuple[JsonValue, str]] = {
    "an extra argument where nothing forbids it": (CITY, '{"city": "Oslo", "country": "no"}'),
    "a whole number written as 3.0": (CITY, '{"city": "Oslo", "days": 3.0}'),
    "null where null may be": (STRICT, '{"city": "Oslo", "at": null, "note": null, "zone": null}'),
    "no JSON, which is another rule's": (CITY, "{city"),
    "a list, which is another rule's": (CITY, "[1]"),
}


@pytest.mark.parametrize("name", FITTING)
def test_arguments_that_fit_are_silent(name: str) -> None:
    tool, arguments = FITTING[name]
    row: JsonValue = {"messages": [ASK, call("weather", arguments)], "tools": [tool]}
    assert not ask(sf304_arguments_violate_schema, row)
    assert not ask(sf314_null_arguments, row)


def test_types_of_gemini_are_read() -> None:
    schema: JsonValue = {"type": "OBJECT", "properties": {"day": {"type": "STRING"}}, "required": ["day"]}
    for arguments, count in (({"day": "today"}, 0), ({"day": 1}, 1), ({}, 1)):
        made: JsonValue = {"functionCall": {"name": "f", "args": dict(arguments)}}
        row: JsonValue = {
            "contents": [{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts": [made]}],
            "tools": [{"functionDeclarations": [{"name": "f", "parameters": schema}]}],
        }
        assert len(ask(sf304_arguments_violate_schema, row)) == count
        assert not ask(sf316_bad_tool_schema, row)


@pytest.mark.parametrize("arguments", ['{"city": "Oslo", "days": null}', '{"city": "Oslo", "query": null}'])
def test_nulls_that_nobody_asked_for_are_said_once(arguments: str) -> None:
    for tool in (CITY, STRICT):
        row: JsonValue = {"messages": [ASK, call("weather", arguments)], "tools": [tool]}
        assert len(ask(sf314_null_arguments, row)) == 1
        assert not ask(sf304_arguments_violate_schema, row)


def test_a_call_of_a_tool_that_is_declared_twice_is_not_judged() -> None:
    row: JsonValue = {"messages": [ASK, call("weather", "{}")], "tools": [CITY, STRICT]}
    assert not ask(sf304_arguments_violate_schema, row)
