"""Rules about tools: what they find besides their examples, and valid rows that they must not find."""

from collections.abc import Sequence

import pytest

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import ASK, TELL, call, result, rows, tool
from mist_ci.schemaflux.kinds import RowRule
from mist_ci.schemaflux.rules import (
    sf304_arguments_violate_schema,
    sf308_bad_function_name,
    sf311_tools_never_called,
    sf312_legacy_functions_mixed,
    sf314_null_arguments,
    sf315_repeated_call_id,
    sf316_bad_tool_schema,
)
from tests.unit.schemaflux.asked import ask, fold
from tests.unit.schemaflux.checking import check

RULES: Sequence[RowRule] = (
    sf304_arguments_violate_schema,
    sf308_bad_function_name,
    sf312_legacy_functions_mixed,
    sf314_null_arguments,
    sf315_repeated_call_id,
    sf316_bad_tool_schema,
)
LEGACY: JsonValue = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
FUNCTION: JsonValue = {"name": "f", "parameters": {"type": "object", "properties": {}}}


def calls(*ids: str) -> JsonValue:
    made: list[JsonValue] = [
        {"id": one, "type": "function", "function": {"name": "weather", "arguments": "{}"}} for one in ids
    ]
    return {"role": "assistant", "content": None, "tool_calls": made}


SILENT: dict[str, JsonValue] = {
    "the same id in two turns": {
        "messages": [
            ASK,
            calls("call_1"),
            result("call_1", "a"),
            calls("call_1"),
            result("call_1", "b"),
            TELL,
        ],
        "tools": [tool("weather")],
    },
    "calls without ids": {
        "messages": [
            ASK,
            {
                "role": "assistant",
                "tool_calls": [
                    {"function": {"name": "weather", "arguments": {"city": "Oslo"}}},
                    {"function": {"name": "weather", "arguments": {"city": "Rome"}}},
                ],
            },
        ],
        "tools": [tool("weather")],
    },
    "a name with a dot": {"messages": [ASK, TELL], "tools": [tool("math.factorial")]},
    "a name in Chinese": {"messages": [ASK, TELL], "tools": [tool("查询天气")]},
    "a name of 64 characters": {"messages": [ASK, TELL], "tools": [tool("a" * 64)]},
    "a built-in tool": {
        "messages": [ASK, TELL],
        "tools": [{"type": "web_search"}, {"type": "code_interpreter"}],
    },
    "a custom tool": {"messages": [ASK, TELL], "tools": [{"type": "custom", "custom": {"name": "sql"}}]},
    "tools without parameters": {
        "messages": [ASK, TELL],
        "tools": [{"type": "function", "function": {"name": "f", "description": "x"}}],
    },
    "only legacy": {"messages": [ASK, LEGACY], "functions": [FUNCTION]},
    "legacy beside an empty list": {"messages": [ASK, LEGACY], "functions": [FUNCTION], "tools": []},
    "legacy beside null": {"messages": [ASK, LEGACY], "functions": [FUNCTION], "tools": None},
    "nothing declared": {"messages": [ASK, calls("a", "b"), result("a", "1"), result("b", "2"), TELL]},
    "a nested null": {
        "messages": [ASK, call("f", '{"filter": {"from": null}}')],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "f",
                    "parameters": {
                        "type": "object",
                        "properties": {
                            "filter": {
                                "type": "object",
                                "properties": {"from": {"type": "string", "nullable": True}},
                            }
                        },
                    },
                },
            }
        ],
    },
}


@pytest.mark.parametrize("name", SILENT)
def test_valid_rows_with_tools_are_silent(name: str) -> None:
    assert [problem.message for rule in RULES for problem in ask(rule, SILENT[name])] == []
    assert check(rows(SILENT[name])).findings == ()


FOUND: dict[str, tuple[RowRule, JsonValue, str]] = {
    "empty name": (sf308_bad_function_name, {"messages": [ASK, TELL], "tools": [tool("")]}, "empty"),
    "line break in a name": (
        sf308_bad_function_name,
        {"messages": [ASK, TELL], "tools": [tool("a\nb")]},
        "spaces",
    ),
    "65 characters": (
        sf308_bad_function_name,
        {"messages": [ASK, TELL], "tools": [tool("a" * 65)]},
        "65 char",
    ),
    "declared twice": (
        sf308_bad_function_name,
        {"messages": [ASK, TELL], "tools": [tool("a"), tool("b"), tool("a")]},
        "declared twice",
    ),
    "legacy call of a tool": (
        sf312_legacy_functions_mixed,
        {"messages": [ASK, LEGACY], "tools": [tool("f")]},
        "function_call is used where tools",
    ),
    "tool call of a legacy function": (
        sf312_legacy_functions_mixed,
        {"messages": [ASK, call("f", "{}")], "functions": [FUNCTION]},
        "tool_calls is used where functions",
    ),
    "one of three ids": (
        sf315_repeated_call_id,
        {"messages": [ASK, calls("a", "b", "a")], "tools": [tool("weather")]},
        'have the id "a"',
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_is_wrong_with_tools_is_found_once(name: str) -> None:
    rule, row, message = FOUND[name]
    (problem,) = ask(rule, row)
    assert message in problem.message


def asked(number: int, *tools: str, answer: JsonValue = TELL) -> JsonValue:
    question: JsonValue = {"role": "user", "content": f"Weather on day {number}?"}
    return {"messages": [question, answer], "tools": [tool(name) for name in tools]}


@pytest.mark.parametrize("parts", [1, 3])
def test_a_tool_that_nobody_calls_is_named_once(parts: int) -> None:
    values = [asked(n, "weather", "clock", answer=call("weather", "{}")) for n in range(12)]
    (placed,) = fold(sf311_tools_never_called, values, parts=parts)
    assert placed.problem.message == '"clock": declared in 12 rows, called in none'
    assert (placed.file, placed.line, placed.is_known) == ("train.jsonl", 1, False)


def test_tools_that_are_called_or_only_sometimes_there_are_not_idle() -> None:
    in_text: JsonValue = {"role": "assistant", "content": '<tool_call>{"name": "weather"}</tool_call>'}
    data: list[list[JsonValue]] = [
        [asked(n, "weather", answer=in_text if n == 7 else TELL) for n in range(20)],
        [asked(n, f"tool_{n}", "weather", answer=call("weather", "{}")) for n in range(20)],
        [asked(n, "weather") for n in range(9)],
        [{"messages": [ASK, TELL]} for _ in range(20)],
    ]
    for values in data:
        assert fold(sf311_tools_never_called, values) == []
