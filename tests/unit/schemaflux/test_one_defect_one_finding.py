"""A defect is said once; what is right is not talked about."""

import json

import pytest

from mist_ci.models.finding import Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import ASK, TELL, call, chat, result, rows, tool
from tests.unit.schemaflux.checking import check

GOOD_PART: JsonValue = {"type": "text", "text": "What is this?"}
IMAGE: JsonValue = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
TWO_CALLS: JsonValue = {
    "role": "assistant",
    "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{}"}},
        {"id": "b", "type": "function", "function": {"name": "weather", "arguments": "{}"}},
    ],
}
TOOLS: JsonValue = [tool("weather")]


def with_message(**message: JsonValue) -> JsonValue:
    return {"messages": [ASK, dict(message)]}


ONE_DEFECT: dict[str, tuple[JsonValue, str, str]] = {
    "no keys": ({}, "SF101", "openai-chat"),
    "unknown keys": ({"a": "a", "b": "b"}, "SF101", "openai-chat"),
    "question and answer": (
        {"question": "a", "answer": "b"},
        "SF101",
        'rename "question" to "prompt" and "answer" to "completion"',
    ),
    "messages typo": ({"mesages": [ASK, TELL]}, "SF101", 'rename "mesages" to "messages"'),
    "messages is text": ({"messages": "[]"}, "SF105", "JSON inside a string"),
    "messages is null": ({"messages": None}, "SF105", "a list"),
    "message is text": ({"messages": ["hi", TELL]}, "SF105", "an object"),
    "content is a number": (with_message(role="assistant", content=5), "SF105", 'for example "5"'),
    "content typo": (with_message(role="assistant", contnet="hi"), "SF104", 'did you mean "content"'),
    "no content": (with_message(role="assistant"), "SF104", 'add "content"'),
    "no role": (with_message(content="hi"), "SF104", 'add "role"'),
    "sharegpt messages": ({"messages": [{"from": "gpt", "value": "hi"}]}, "SF104", "from to role"),
    "role is a number": (with_message(role=1, content="hi"), "SF105", "string"),
    "role with a capital": (chat(("User", "a"), ("assistant", "b")), "SF201", '"User" → "user"'),
    "role with a space": (chat(("user", "a"), ("assistant ", "b")), "SF201", '"assistant " → "assistant"'),
    "gemini role": (chat(("user", "a"), ("model", "b")), "SF201", '"model" → "assistant"'),
    "many sharegpt roles": (chat(*[("human", "a"), ("gpt", "b")] * 3), "SF201", '"human" → "user"'),
    "text part without text": (
        with_message(role="assistant", content=[{"type": "text"}]),
        "SF104",
        'add "text"',
    ),
    "part without type": (with_message(role="assistant", content=[{"text": "hi"}]), "SF104", '"type"'),
    "part is text": (with_message(role="assistant", content=["hi"]), "SF105", "object"),
    "no parts": (with_message(role="assistant", content=[]), "SF212", "fill in"),
    "blank part": (
        with_message(role="assistant", content=[{"type": "text", "text": " "}]),
        "SF212",
        "fill in",
    ),
    "null without a call": (with_message(role="assistant", content=None), "SF212", "fill in"),
    "empty tool_calls": (with_message(role="assistant", content=None, tool_calls=[]), "SF212", "fill in"),
    "weight true": (with_message(role="assistant", content="a", weight=True), "SF213", "1 to train"),
    "weight text": (with_message(role="assistant", content="a", weight="1"), "SF213", "1 to train"),
    "tool_calls typo without content": (
        with_message(role="assistant", tool_cals=[]),
        "SF104",
        '"tool_calls"',
    ),
    "tool_calls is an object": (with_message(role="assistant", content=None, tool_calls={}), "SF105", "list"),
    "call without function": (with_message(role="assistant", tool_calls=[{"id": "a"}]), "SF104", "function"),
    "call of another type": (
        with_message(
            role="assistant", tool_calls=[{"type": "func", "function": {"name": "f", "arguments": "{}"}}]
        ),
        "SF105",
        '"function" or "custom"',
    ),
    "arguments are a list": (
        with_message(role="assistant", tool_calls=[{"id": "a", "function": {"name": "f", "arguments": []}}]),
        "SF105",
        "a string or an object",
    ),
    "arguments are no object": ({"messages": [ASK, call("weather", "[1]")]}, "SF301", "json.dumps"),
    "arguments are empty": ({"messages": [ASK, call("weather", "")]}, "SF301", '"{}"'),
    "no tools declared": ({"messages": [ASK, call("weather", "{}")], "tools": []}, "SF303", "empty"),
    "wrong result id": (
        {"messages": [ASK, call("weather", "{}"), result("call_2", "rain"), TELL]},
        "SF306",
        '"call_1"',
    ),
    "result without id": (
        {"messages": [ASK, call("weather", "{}"), {"role": "tool", "content": "rain"}, TELL]},
        "SF306",
        '"call_1"',
    ),
    "result twice": (
        {"messages": [ASK, call("weather", "{}"), result("call_1", "a"), result("call_1", "b"), TELL]},
        "SF306",
        "remove it",
    ),
    "one of two answered": (
        {"messages": [ASK, TWO_CALLS, result("a", "rain"), TELL]},
        "SF305",
        "tool message",
    ),
    "call id missing": (
        {
            "messages": [
                ASK,
                {"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": "{}"}}]},
                result("call_1", "rain"),
                TELL,
            ]
        },
        "SF305",
        'add "id"',
    ),
}


WHOLE = (
    "{% for m in messages %}<{{ m.role }}>{{ m.reasoning_content }}{{ m.content }}"
    "{% for call in m.tool_calls or [] %}{{ call.function }}{% endfor %}<|end|>{% endfor %}"
)
"""A chat template that leaves nothing out."""


@pytest.mark.parametrize("name", ONE_DEFECT)
def test_one_defect_is_one_finding(name: str) -> None:
    row, code, hint = ONE_DEFECT[name]
    report = check(rows(row), template="{{ messages[1].content.strip() }}")
    found = [finding for finding in report.findings if finding.code != "SF601"]
    assert [finding.code for finding in found] == [code]
    assert hint in found[0].hint
    assert found == list(report.findings), "a row with an error is not rendered"


TYPOS: dict[str, tuple[JsonValue, str]] = {
    "weight": (with_message(role="assistant", content="a", wieght=0), '"weight"'),
    "tools": ({"messages": [ASK, TELL], "tool": []}, '"tools"'),
    "tool_calls": (with_message(role="assistant", content="a", tool_cals=[]), '"tool_calls"'),
}


@pytest.mark.parametrize("name", TYPOS)
def test_a_misspelt_key_that_is_not_required_is_a_warning(name: str) -> None:
    row, hint = TYPOS[name]
    (found,) = check(rows(row)).findings
    assert (found.code, found.severity) == ("SF107", Severity.WARNING)
    assert hint in found.hint


LINES: dict[str, tuple[bytes, str, str]] = {
    "truncated": (b'{"messages": [{"role": "user", "con', "SF002", "unterminated string"),
    "too deep": (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "SF002", "64 levels"),
    "list": (b"[1, 2]", "SF006", "a list"),
    "number": (b"7", "SF006", "a number"),
    "infinity": (b'{"messages": [], "x": -Infinity}', "SF009", "not a finite number"),
    "huge": (b'{"messages": [], "x": 9007199254740993}', "SF009", "2^53"),
    "half a character": (b'{"messages": [{"role": "user", "content": "\\ud83d"}]}', "SF009", "surrogate"),
    "escaped duplicate": (b'{"messages": [], "m\\u0065ssages": []}', "SF008", "twice"),
    "two on a line": (b'{"messages": []} {"messages": []}', "SF002", "extra data"),
    "mark inside the file": (b'\xef\xbb\xbf{"messages": []}', "SF004", "byte order mark"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_that_cannot_be_read_is_one_finding_with_its_line(name: str) -> None:
    line, code, message = LINES[name]
    report = check(rows(chat(("user", "a"), ("assistant", "b"))) + b"\r\n" + line + b"\n")
    assert [finding.code for finding in report.findings] == [code]
    assert message in report.findings[0].message
    assert report.findings[0].where.line == 3
    assert report.rows == 2


FILES: dict[str, tuple[bytes, str, str]] = {
    "array on one line": (b'[{"messages": []}, {"messages": []}]', "SF005", "2 records"),
    "array with a mark": (b'\xef\xbb\xbf[\n{"messages": []}\n]', "SF005", "1 record"),
    "pretty": (json.dumps({"messages": []}, indent=2).encode(), "SF005", "1 record"),
    "several pretty": (b'{\n"a": 1}\n{\n"b": 2}\n', "SF005", "2 records"),
    "joined": (b'{"messages": []}{"messages": []}\n', "SF005", "2 records"),
    "utf-16": ('{"messages": []}\n'.encode("utf-16"), "SF003", "UTF-16"),
    "blank": (b" \n\r\n", "SF001", "no rows"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_jsonl_is_one_finding(name: str) -> None:
    content, code, message = FILES[name]
    report = check(content)
    assert [finding.code for finding in report.findings] == [code]
    assert message in report.findings[0].message


SILENT: dict[str, JsonValue] = {
    "tool call with null content": {
        "messages": [ASK, call("weather", "{}"), result("call_1", "rain"), TELL],
        "tools": TOOLS,
        "parallel_tool_calls": False,
    },
    "ends with a call, no content": {"messages": [ASK, TWO_CALLS], "tools": TOOLS},
    "parallel calls, answered out of order": {
        "messages": [ASK, TWO_CALLS, result("b", "1"), result("a", ""), TELL],
        "tools": TOOLS,
    },
    "arguments as an object, no ids": {
        "messages": [
            ASK,
            {
                "role": "assistant",
                "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": {"x": 1}}}],
            },
            {"role": "tool", "name": "weather", "content": "rain"},
            TELL,
        ],
        "tools": TOOLS,
    },
    "calls in the text": {
        "messages": [
            ASK,
            {"role": "assistant", "content": "<tool_call>weather()</tool_call>"},
            {"role": "tool", "content": "rain"},
            TELL,
        ]
    },
    "legacy functions": {
        "messages": [
            ASK,
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "function", "name": "f", "content": "rain"},
            TELL,
        ],
        "functions": [{"name": "f", "parameters": {}}],
    },
    "custom tool": {
        "messages": [ASK, TELL],
        "tools": [{"type": "custom", "custom": {"name": "x"}}, {"type": "web_search"}],
    },
    "developer role": chat(("developer", "Be brief."), ("user", "a"), ("assistant", "b")),
    "empty system prompt": chat(("system", ""), ("user", "a"), ("assistant", "b")),
    "parts": {"messages": [{"role": "user", "content": [GOOD_PART, IMAGE]}, TELL]},
    "image alone": {"messages": [{"role": "user", "content": [IMAGE]}, TELL]},
    "weights": {
        "messages": [
            ASK,
            {"role": "assistant", "content": "a", "weight": 0},
            ASK,
            {"role": "assistant", "content": "b", "weight": 1},
        ]
    },
    "weight null": {"messages": [ASK, {"role": "assistant", "content": "a", "weight": None}]},
    "refusal": {"messages": [ASK, {"role": "assistant", "content": None, "refusal": "No."}]},
    "reasoning": {"messages": [ASK, {"role": "assistant", "reasoning_content": "hm", "content": "a"}]},
    "assistant first": chat(("assistant", "Hello!"), ("user", "a"), ("assistant", "b")),
    "assistant twice": chat(("user", "a"), ("assistant", "b"), ("assistant", "c")),
    "more keys": {"messages": [ASK, TELL], "id": 7, "metadata": {"source": "x"}, "tools": None},
    "line separator inside": chat(("user", "a\u2028b\u0085c"), ("assistant", "b")),
}


@pytest.mark.parametrize("name", SILENT)
def test_valid_modern_rows_give_no_findings(name: str) -> None:
    content = json.dumps(SILENT[name], ensure_ascii=False).encode() + b"\n"
    assert check(content, template=WHOLE).findings == ()


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        ("Où est le café? Là-bas.", "cp1252", "WINDOWS-1252"),
        ("Добрый день, когда придёт мой заказ? Спасибо за помощь, всего хорошего.", "cp1251", "CP1251"),
        ("注文した商品がまだ届いていません。配送状況を教えてください。", "shift_jis", "CP932"),
        ("我订购的商品还没有到请告诉我配送情况谢谢。", "gb18030", "GB18030"),
    ],
)
def test_the_encoding_of_a_line_that_is_not_utf8_is_guessed(text: str, encoding: str, guess: str) -> None:
    talk = chat(("user", text), ("assistant", text))
    (found,) = check(json.dumps(talk, ensure_ascii=False).encode(encoding) + b"\n").findings
    assert found.code == "SF003"
    assert guess in found.hint
