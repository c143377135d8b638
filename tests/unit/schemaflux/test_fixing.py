"""Claims: a repair loses no row, changes no text, leaves every other byte alone, and is done after one go."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.adapters.targets import load_targets
from mist_ci.models.target import Target
from mist_ci.ports.sources import BytesSource
from mist_ci.schemaflux import fixing
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.explain import page
from mist_ci.schemaflux.selection import Selection
from tests.unit.schemaflux.checking import FILES_ASIDE, check
from tests.unit.schemaflux.test_rules import ROW

TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
TOOL_ROW = {
    "messages": [
        {"role": "user", "content": "Rain?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": {"city": "Oslo", "email": None}},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
        {"role": "assistant", "content": "Yes."},
    ],
    "tools": [TOOL],
}


def line(value: object) -> bytes:
    """A row as most programs write it."""
    return json.dumps(value).encode() + b"\n"


def chat(*turns: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": text} for role, text in turns]}


def repair_of(
    content: bytes, targets: str = "", *, is_reshaped: bool = False, path: str = "train.jsonl"
) -> fixing.Repair:
    chosen = load_targets([targets]) if targets else ()
    return fixing.Repair(BytesSource(path, content), chosen, is_reshaped=is_reshaped)


def fixed(content: bytes, targets: str = "") -> bytes:
    """The file after a repair."""
    return b"".join(one.new for one in repair_of(content, targets).lines())


def test_a_clean_file_stays_byte_for_byte() -> None:
    content = (
        GOOD
        + b'{ "messages":[{"content":"caf\\u00e9","role":"user"}, {"role":"assistant","content":"1"} ]}\n'
    )
    repair = repair_of(content, "mistral")
    assert b"".join(one.new for one in repair.lines()) == content
    assert not repair.is_needed


def test_only_the_wrong_value_is_written_anew() -> None:
    answer = b'{"role": "assistant","content":"\xc3\xa9"}'
    row = b'{"messages": [ {"role":"User" ,"content":"caf\\u00e9", "weight": 1.50}, ' + answer + b"]}\n"
    assert fixed(row) == row.replace(b'"User"', b'"user"')


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("User", "user"),
        ("assistant ", "assistant"),
        ("human", "user"),
        ("gpt", "assistant"),
        (" SYSTEM", "system"),
    ],
)
def test_spellings_of_roles(written: str, meant: str) -> None:
    other = ("assistant", "Hi") if meant != "assistant" else ("user", "Hi")
    turns = (
        [(written, "a"), ("user", "b"), ("assistant", "c")] if meant == "system" else [other, (written, "a")]
    )
    turns = turns if meant != "user" else turns[::-1]
    after = json.loads(fixed(line(chat(*turns))))
    assert [one["role"] for one in after["messages"]] == [
        meant if role == written else role for role, _ in turns
    ]


@pytest.mark.parametrize("role", ["function_call", "observation", "narrator", ""])
def test_a_role_that_is_not_certain_is_left_to_people(role: str) -> None:
    content = line(chat(("User", "a"), (role, "{}"), ("gpt", "b")))
    assert fixed(content) == content


def test_a_tool_row_becomes_what_mistral_takes() -> None:
    repair = repair_of(line(TOOL_ROW), "mistral")
    (after,) = [json.loads(one.new) for one in repair.lines()]
    call = after["messages"][1]["tool_calls"][0]
    assert json.loads(call["function"]["arguments"]) == {"city": "Oslo"}
    assert call["id"] == after["messages"][2]["tool_call_id"]
    assert len(call["id"]) == 9
    assert call["id"].isalnum()
    assert repair.resolved == {"SF302": 1, "SF307": 1, "SF314": 1}
    call["id"] = after["messages"][2]["tool_call_id"] = "call_1"
    call["function"]["arguments"] = {"city": "Oslo", "email": None}
    assert list(after) == list(TOOL_ROW)
    assert after == TOOL_ROW


def test_arguments_become_objects_where_the_target_wants_them() -> None:
    target = wanting("object", load_targets(["azure"])[0])
    text = json.loads(
        json.dumps(TOOL_ROW).replace('{"city": "Oslo", "email": null}', '"{\\"city\\": \\"Oslo\\"}"')
    )
    repair = fixing.Repair(BytesSource("train.jsonl", line(text)), (target,))
    (after,) = [json.loads(one.new) for one in repair.lines()]
    assert after["messages"][1]["tool_calls"][0]["function"]["arguments"] == {"city": "Oslo"}


def test_targets_that_want_different_things_change_nothing() -> None:
    (azure,) = load_targets(["azure"])
    both = (azure, wanting("object", azure))
    repair = fixing.Repair(BytesSource("train.jsonl", line(TOOL_ROW)), both, Selection(select=("SF302",)))
    assert [one.new for one in repair.lines()] == [line(TOOL_ROW)]


def wanting(kind: str, target: Target) -> Target:
    """The same target, reading arguments in another way."""
    told = msgspec.json.decode(target.model_dump_json())
    told["name"] = f"{target.name}-{kind}"
    told["tools"]["arguments"] |= {"value": kind, "contradicts": []}
    return Target.model_validate_json(json.dumps(told))


def test_ids_are_the_same_every_time_and_unlike_each_other() -> None:
    row = json.loads(json.dumps(TOOL_ROW))
    second = json.loads(json.dumps(row["messages"][1:3]).replace("call_1", "call_2"))
    row["messages"][3:3] = second
    first, again = fixed(line(row), "mistral"), fixed(line(row), "mistral")
    assert first == again
    ids = [one["tool_call_id"] for one in json.loads(first)["messages"] if one["role"] == "tool"]
    assert len(set(ids)) == 2


def test_missing_ids_are_not_made_up() -> None:
    row = json.loads(json.dumps(TOOL_ROW))
    del row["messages"][1]["tool_calls"][0]["id"]
    del row["messages"][2]["tool_call_id"]
    after = json.loads(fixed(line(row), "mistral"))
    assert "id" not in after["messages"][1]["tool_calls"][0]
    assert "tool_call_id" not in after["messages"][2]


def test_what_is_no_json_stays_as_it_is() -> None:
    content = (
        b"{oops\r\n" + b"\xef\xbb\xbf{\n" + b'{"a": 1, "a": 2}\r\n' + GOOD + b'{"messages": [{"role": "User'
    )
    assert fixed(content) == content


def test_a_mark_and_line_ends_go() -> None:
    row = GOOD.strip()
    assert fixed(b"\xef\xbb\xbf" + row + b"\r\n\r\n" + row) == row + b"\n\n" + row + b"\n"


def test_json_of_another_shape_is_written_only_when_all_of_it_is_sound() -> None:
    repair = repair_of(GOOD + b'{"a": NaN}\n', is_reshaped=True)
    with pytest.raises(fixing.Spoilt, match="record 2"):
        list(repair.lines())


def test_a_line_that_is_too_long_is_carried_over() -> None:
    content = GOOD + b"x" * 5_000 + b"\n" + line(chat(("User", "a"), ("assistant", "b")))
    repair = fixing.Repair(BytesSource("train.jsonl", content), longest_line=1_000)
    assert b"".join(one.new for one in repair.lines()) == content.replace(b"User", b"user")


def test_every_page_of_a_rule_that_is_repaired_says_so() -> None:
    assert "--fix" in page("SF201")
    assert "--fix" not in page("SF212")
    assert {fixer.CODE for fixer in fixing.FIXERS} < fixing.FIXABLE


ROLES = st.sampled_from(["user", "User", " user", "human", "HUMAN "])
ANSWERS = st.sampled_from(["assistant", "Assistant", "gpt", "model", "assistant\t"])
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
END = st.sampled_from([b"\n", b"\r\n"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Rows, each unlike the others, with defects that can be repaired and lines that cannot."""
    content = b""
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["chat", "tools", "bad", "blank"]))
        wide = draw(st.booleans())
        if kind == "chat":
            row = chat((draw(ROLES), f"{number} {draw(TEXTS)}?"), (draw(ANSWERS), f"{number}{draw(TEXTS)}!"))
        elif kind == "tools":
            row = json.loads(json.dumps(TOOL_ROW).replace("call_1", f"call_{draw(st.integers(1, 3))}"))
            row["messages"][0]["content"] = f"{number} {draw(TEXTS)}?"
        else:
            content += (b"{oops" if kind == "bad" else b" ") + draw(END)
            continue
        mark = b"\xef\xbb\xbf" if draw(st.integers(0, 5)) == 0 else b""
        text = json.dumps(row, ensure_ascii=draw(st.booleans()), separators=None if wide else (",", ":"))
        content += mark + text.encode() + draw(END)
    return content


def texts(content: bytes) -> Iterator[object]:
    """What is said in the rows that can be read."""
    for one in content.replace(b"\xef\xbb\xbf", b"").splitlines():
        try:
            row = json.loads(one)
        except ValueError:
            yield one.strip()
        else:
            yield [turn["content"] for turn in row["messages"]]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(files(), st.sampled_from(["", "mistral", "together", "azure"]))
def test_repairs_are_done_at_once_lose_no_row_and_change_no_text(content: bytes, targets: str) -> None:
    repair = repair_of(content, targets)
    lines = list(repair.lines())
    after = b"".join(one.new for one in lines)
    assert b"".join(one.old for one in lines) == content
    assert fixed(after, targets) == after
    assert after.count(b"\n") == content.count(b"\n")
    assert list(texts(after)) == list(texts(content))
    chosen = load_targets([targets]) if targets else ()
    old, new = (check(one, targets=chosen, selection=FILES_ASIDE) for one in (content, after))
    assert new.rows == old.rows
    gone = old.count_new - new.count_new
    is_hidden = b"\xef\xbb\xbf" in content  # a mark in front of a row hides what is wrong with it
    assert gone >= (sum(repair.resolved.values()) if not is_hidden else min(1, len(repair.resolved)))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, max_size=4))
def test_no_json_breaks_a_repair_and_a_second_one_changes_nothing(values: list[object]) -> None:
    content = b"".join(line(value) for value in values)
    after = fixed(content, "mistral")
    assert fixed(after, "mistral") == after
    assert after.count(b"\n") == content.count(b"\n")
