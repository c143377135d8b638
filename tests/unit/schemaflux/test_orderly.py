"""The fast path for rows with tools says what the slow one says, whatever is done to an orderly row."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue, parse
from mist_ci.schemaflux.judge import Judge
from mist_ci.schemaflux.orderly import Signature
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules import CORPUS_RULES, ROW_RULES
from mist_ci.schemaflux.selection import Selection

PARAMETERS: JsonValue = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOLS: list[JsonValue] = [
    {"type": "function", "function": {"name": name, "description": "Does it.", "parameters": PARAMETERS}}
    for name in ("weather", "news")
]
CALL: dict[str, JsonValue] = {
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
}


def conversation(texts: list[str], calls: int, *, is_last: bool) -> dict[str, JsonValue]:
    made: list[JsonValue] = [{"id": f"call_{n}", **copy.deepcopy(CALL)} for n in range(calls)]
    results: list[JsonValue] = [
        {"role": "tool", "tool_call_id": f"call_{n}", "content": texts[0]} for n in range(calls)
    ]
    answer: list[JsonValue] = [] if is_last else [*results, {"role": "assistant", "content": texts[1]}]
    return {
        "messages": [
            {"role": "system", "content": texts[2]},
            {"role": "user", "content": texts[3]},
            {"role": "assistant", "content": None, "tool_calls": made},
            *answer,
        ],
        "tools": copy.deepcopy(TOOLS),
    }


TEXT = st.text(max_size=8) | st.sampled_from(
    ["Rain.", '"city": 1', '\\":', ":", "a:b", '":', "\\", " ", "<think>"]
)
ORDERLY = st.builds(
    conversation, st.lists(TEXT, min_size=4, max_size=4), st.integers(1, 3), is_last=st.booleans()
)
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2**54),
    TEXT,
    st.just([]),
    st.just({}),
    st.sampled_from(
        ["weather", "call_0", "user", "assistant", "tool", '{"city": null}', '{"city": "a", "x": 1}', "[1]"]
    ),
)


@st.composite
def changed(draw: st.DrawFn) -> JsonValue:
    """An orderly row with one member changed, removed, added or repeated somewhere."""
    row: JsonValue = draw(ORDERLY)
    places: list[dict[str, JsonValue] | list[JsonValue]] = []

    def walk(value: JsonValue) -> None:
        if isinstance(value, dict | list):
            places.append(value)
            for child in value.values() if isinstance(value, dict) else value:
                walk(child)

    walk(row)
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.sampled_from(places))
        if isinstance(place, list):
            if place:
                index = draw(st.integers(0, len(place) - 1))
                place[index : index + 1] = draw(
                    st.sampled_from([[], [place[index], copy.deepcopy(place[index])]])
                ) or [draw(ANYTHING)]
        else:
            key = draw(st.sampled_from([*place, "name", "weight", "content", "tool_calls", "tool_call_id"]))
            if draw(st.booleans()):
                place.pop(key, None)
            else:
                place[key] = draw(ANYTHING)
    return row


def judged(judge: Judge, raw: bytes, orderly: Signature | None) -> list[str]:
    row = Row(1, "f", raw, DataFormat.OPENAI_CHAT, orderly=orderly)
    return [f"{one.rule.META.code} {one.problem.message}" for one in judge.problems(row, judge.glance(raw))]


JUDGE = Judge(ROW_RULES, (), (), Selection())
"""Remembers signatures from one example to the next: what it may forget to say would show."""


@pytest.mark.slow
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(changed(), st.booleans(), st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]))
def test_the_fast_path_says_what_the_slow_one_says(
    value: JsonValue, is_ascii: bool, separators: tuple[str, str]
) -> None:
    raw = json.dumps(value, ensure_ascii=is_ascii, separators=separators).encode("utf-8", "surrogatepass")
    signature = JUDGE.orderly(raw, JUDGE.glance(raw))
    if signature is not None:
        assert parse(raw) == value
        assert judged(JUDGE, raw, signature) == judged(JUDGE, raw, None)
        fast, slow = (Row(1, "f", raw, DataFormat.OPENAI_CHAT, orderly=one) for one in (signature, None))
        assert (fast.answer, fast.prompt_sketch) == (slow.answer, slow.prompt_sketch)
        for rule in CORPUS_RULES:
            assert [*rule.sketches(fast)] == [fast.prompt_sketch] * rule.OF_PROMPTS


def test_the_fast_path_is_taken() -> None:
    for is_last in (True, False):
        row = conversation(["rain", 'It "rains": a lot.', "Be brief: ok", "Weather?"], 2, is_last=is_last)
        raw = json.dumps(row).encode()
        assert JUDGE.orderly(raw, JUDGE.glance(raw)) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"role": "user"', '"role": "user", "role": "user"'),
        ('"role": "user"', '"role" : "user", "role": "user"'),
        ('"required"', '"type": "object", "required"'),
        ('"call_1", "type"', '"call_0", "type"'),
        ("Oslo", 'Oslo\\\\\\", \\\\\\"x\\\\\\": 1, \\\\\\"y\\\\\\": \\\\\\"'),
        ('"weather", "arg', '"rain", "arg'),
    ],
)
def test_the_fast_path_refuses(old: str, new: str) -> None:
    row = conversation(["rain", "It rains.", "Be brief.", "Weather?"], 2, is_last=False)
    raw = json.dumps(row).replace(old, new, 1).encode()
    assert JUDGE.orderly(raw, JUDGE.glance(raw)) is None
