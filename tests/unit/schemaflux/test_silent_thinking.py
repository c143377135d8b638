"""Rules about who speaks and what is thought: valid rows that they must not find, and what they find."""

import pytest

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import ASK, TELL, chat, result, rows, tool
from mist_ci.schemaflux.kinds import RowRule
from mist_ci.schemaflux.rules import sf204_no_user, sf219_unclosed_think, sf220_reasoning_in_history_only
from tests.unit.schemaflux.asked import ask
from tests.unit.schemaflux.checking import check

RULES: tuple[RowRule, ...] = (sf204_no_user, sf219_unclosed_think, sf220_reasoning_in_history_only)
CODES = {"SF204", "SF219", "SF220"}


def thought(content: str, **more: JsonValue) -> JsonValue:
    return {"role": "assistant", "content": content, **more}


CALL: JsonValue = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
THINKS_AND_CALLS: JsonValue = {
    "role": "assistant",
    "content": None,
    "reasoning_content": "hm",
    "tool_calls": [CALL],
}
SILENT: dict[str, JsonValue] = {
    "thinking": chat(("user", "a"), ("assistant", "<think>\nhm\n</think>\n\nb")),
    "no thinking, Qwen3": chat(("user", "a"), ("assistant", "<think>\n\n</think>\n\nb")),
    "two thoughts": chat(("user", "a"), ("assistant", "<think>x</think>b<think>y</think>c")),
    "about the tag": chat(("user", "What is <think>?"), ("assistant", "The `<think>` tag opens a thought.")),
    "about the other tag": chat(("user", "And </think>?"), ("assistant", "It ends at `</think>`, as in R1.")),
    "in the middle of a sentence": chat(("user", "a"), ("assistant", "Models write </think> there.")),
    "in code": chat(("user", "a"), ("assistant", 'Use it so:\n```\ntext.split("</think>")[0]\n```\n')),
    "opened by the prompt": {"prompt": "2+2?\n<think>\n", "completion": "Two and two.\n</think>\n4"},
    "the user says it": chat(("user", "<think>hm"), ("assistant", "What?")),
    "reasoning in a field": {"messages": [ASK, thought("b", reasoning_content="hm")]},
    "reasoning everywhere": {
        "messages": [ASK, thought("a", reasoning_content="hm"), ASK, thought("b", reasoning_content="hm")]
    },
    "reasoning only at the end": {"messages": [ASK, thought("a"), ASK, thought("b", reasoning_content="hm")]},
    "empty reasoning before": {"messages": [ASK, thought("a", reasoning_content=""), ASK, thought("b")]},
    "empty thought before": chat(
        ("user", "a"), ("assistant", "<think>\n\n</think>b"), ("user", "c"), ("assistant", "d")
    ),
    "thinks before it calls": {
        "messages": [
            ASK,
            THINKS_AND_CALLS,
            result("call_1", "rain"),
            TELL,
        ],
        "tools": [tool("weather")],
    },
    "a word about reasoning": chat(
        ("user", '"reasoning"'), ("assistant", "b"), ("user", "c"), ("assistant", "d")
    ),
    "assistant first": chat(("assistant", "Hello!"), ("user", "a"), ("assistant", "b")),
    "a prompt that is not asked by a user": {"prompt": "Once upon", "completion": " a time."},
}


@pytest.mark.parametrize("name", SILENT)
def test_valid_conversations_are_silent(name: str) -> None:
    assert [problem.message for rule in RULES for problem in ask(rule, SILENT[name])] == []
    assert CODES.isdisjoint(finding.code for finding in check(rows(SILENT[name])).findings)


FOUND: dict[str, tuple[str, JsonValue, str, str]] = {
    "never closed": ("SF219", chat(("user", "a"), ("assistant", "\n<think>hm")), "error", "never closes"),
    "twice": ("SF219", chat(("user", "a"), ("assistant", "<think>\n<think>hm</think>b")), "error", "twice"),
    "never opened": (
        "SF219",
        chat(("user", "a"), ("assistant", "hm\n</think>\n\nb")),
        "warning",
        "never opens",
    ),
    "closed at the end": (
        "SF219",
        chat(("user", "a"), ("assistant", "hm</think>")),
        "warning",
        "never opens",
    ),
    "glued to the answer": (
        "SF219",
        chat(("user", "a"), ("assistant", "The user asks.</think>b")),
        "warning",
        "never opens",
    ),
    "in a part": (
        "SF219",
        {"messages": [ASK, {"role": "assistant", "content": [{"type": "text", "text": "<think>hm"}]}]},
        "error",
        "never closes",
    ),
    "in a completion": ("SF219", {"prompt": "a", "completion": "<think>hm"}, "error", "never closes"),
    "field in history": (
        "SF220",
        {"messages": [ASK, thought("a", reasoning_content="hm"), ASK, thought("b")]},
        "info",
        "the last one has none",
    ),
    "nobody asks": ("SF204", chat(("assistant", "a"), ("assistant", "b")), "warning", "unasked"),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_is_wrong_is_found_once(name: str) -> None:
    code, row, severity, message = FOUND[name]
    (finding,) = (one for one in check(rows(row)).findings if one.code in CODES)
    assert (finding.code, finding.severity) == (code, severity)
    assert message in finding.message
