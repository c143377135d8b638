"""SF111: what LLaMA-Factory's dataset_info.json makes of the rows beside it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.models.finding import Consequence
from mist_ci.schemaflux.dataset_info import DatasetInfo
from mist_ci.schemaflux.rule import Problem
from mist_ci.schemaflux.rules import sf111_column_map

ALPACA = {"instruction": "a", "input": "", "output": "b"}
SHAREGPT = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}
OPENAI = {
    "messages": [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
    ]
}
OPENAI_TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}


def found(row: dict[str, Any], **entry: Any) -> list[Problem]:
    content = json.dumps({"one": {"file_name": "train.jsonl", **entry}}).encode()
    return list(
        sf111_column_map.check(DatasetInfo("data/dataset_info.json", content, {"data/train.jsonl": [row]}))
    )


def fields(row: dict[str, Any], **entry: Any) -> list[str | None]:
    return [one.field for one in found(row, **entry)]


def test_the_examples_are_what_they_say() -> None:
    assert len(list(sf111_column_map.check(sf111_column_map.BAD))) == 1
    assert not list(sf111_column_map.check(sf111_column_map.GOOD))


@pytest.mark.parametrize(
    ("row", "entry"),
    [
        (ALPACA, {}),
        (ALPACA, {"columns": {"prompt": "instruction", "query": "input", "response": "output"}}),
        ({"text": "a", "url": "b"}, {"columns": {"prompt": "text"}}),
        (
            {"q": "a", "good": "b", "bad": "c"},
            {"ranking": True, "columns": {"prompt": "q", "chosen": "good", "rejected": "bad"}},
        ),
        (SHAREGPT, {"formatting": "sharegpt"}),
        (SHAREGPT, {"formatting": "sharegpt", "columns": {"messages": "conversations"}}),
        (OPENAI, {"formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": OPENAI_TAGS}),
        (OPENAI, {"formatting": "openai", "columns": {"messages": "messages"}, "tags": OPENAI_TAGS}),
        (
            {
                "conversations": [{"from": "human", "value": "a"}],
                "chosen": {"from": "gpt", "value": "b"},
                "rejected": {"from": "gpt", "value": "c"},
            },
            {
                "formatting": "sharegpt",
                "ranking": True,
                "columns": {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"},
            },
        ),
        (ALPACA, {"hf_hub_url": "a/b", "columns": {"prompt": "x"}}),
        (ALPACA, {"file_name": "other.jsonl", "columns": {"prompt": "x"}}),
    ],
)
def test_what_fits_the_rows_is_silent(row: dict[str, Any], entry: dict[str, Any]) -> None:
    assert found(row, **entry) == []


def test_a_column_that_others_unset_leaves_no_answer() -> None:
    (problem,) = found(ALPACA, columns={"prompt": "instruction"})
    assert problem.field == "one.columns.response"
    assert "giving any columns unsets the others" in problem.message
    assert '"output"' in problem.hint
    assert problem.consequence is None  # that of the rule: rows are dropped


@pytest.mark.parametrize(
    ("row", "entry", "wanted"),
    [
        (ALPACA, {"columns": {"response": "output"}}, ["one.columns.prompt"]),
        (ALPACA, {"columns": {}}, ["one.columns.prompt", "one.columns.response"]),
        (ALPACA, {"columns": []}, ["one.columns"]),
        (ALPACA, {"columns": None, "tags": None}, ["one.columns", "one.tags"]),
        (ALPACA, {"formatting": "chatml"}, ["one.formatting"]),
        (ALPACA, {"ranking": True}, ["one.columns.chosen", "one.columns.rejected"]),
        ({"instruction": "a", "output": "b"}, {}, ["one.columns.query"]),
        (SHAREGPT, {"formatting": "sharegpt", "columns": {"system": None}}, ["one.columns.messages"]),
        (OPENAI, {"formatting": "sharegpt"}, ["one.columns.messages"]),
        (
            SHAREGPT,
            {"formatting": "sharegpt", "tags": {"role_tag": "from", "content_tag": "value"}},
            ["one.tags.user_tag", "one.tags.assistant_tag"],
        ),
        (
            OPENAI,
            {"formatting": "sharegpt", "columns": {"messages": "messages"}},
            ["one.tags.role_tag", "one.tags.content_tag"],
        ),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(
    row: dict[str, Any], entry: dict[str, Any], wanted: list[str]
) -> None:
    assert fields(row, **entry) == wanted


def test_a_key_that_no_row_has_is_said_with_the_nearest() -> None:
    (problem,) = found(ALPACA, columns={"prompt": "instructions", "query": "input", "response": "output"})
    assert problem.hint == 'did you mean "instruction"?'
    assert problem.consequence is Consequence.REJECTED


def test_a_tag_that_is_no_role_is_said_with_the_role_that_is_meant() -> None:
    row = {"conversations": [{"from": "user", "value": "a"}, {"from": "gpt", "value": "b"}]}
    (problem,) = found(row, formatting="sharegpt")
    assert (problem.field, problem.hint) == ("one.tags.user_tag", 'did you mean "user"?')
    assert "rows with other roles are left out" in problem.message


def test_conversations_that_are_read_as_alpaca_are_told_how_to_be_read() -> None:
    problems = found(OPENAI, columns={"messages": "messages"}, tags=OPENAI_TAGS)
    assert {problem.hint for problem in problems} == {
        'write "formatting": "sharegpt", if these are conversations'
    }


def test_a_role_that_no_tag_names_drops_its_rows() -> None:
    tags = {name: tag for name, tag in OPENAI_TAGS.items() if name != "system_tag"}
    (problem,) = found(OPENAI, formatting="sharegpt", columns={"messages": "messages"}, tags=tags)
    assert (problem.field, problem.hint) == ("one.tags", "set system_tag")


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b'{"a": ', 1),
        (b"\xff{}", 1),
        (b"[]", 1),
        (b'{"a": "train.jsonl"}', 1),
        (b"[" * 100_000, 1),
        (b"{}", 0),
        (b'{"builder_name": "json", "features": {}, "citation": ""}', 0),
    ],
)
def test_a_file_that_llamafactory_cannot_read_is_said(content: bytes, count: int) -> None:
    assert len(list(sf111_column_map.check(DatasetInfo("dataset_info.json", content, {})))) == count


def test_a_directory_stands_for_its_files() -> None:
    content = b'{"a": {"file_name": "chat", "columns": {"prompt": "x", "response": "output"}}}'
    samples: dict[str, list[Any]] = {"data/chat/1.jsonl": [ALPACA], "data/chats.jsonl": [{"x": 1}]}
    info = DatasetInfo("./data/dataset_info.json", content, samples)
    assert [one.field for one in sf111_column_map.check(info)] == ["a.columns.prompt"]


WORDS = st.sampled_from(["instruction", "messages", "from", "role", "user", "text", "sharegpt", "alpaca"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 1) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=10,
)
KEYS = st.sampled_from(["columns", "tags", "formatting", "ranking"])
PARTS = st.dictionaries(
    st.sampled_from(["prompt", "messages", "chosen", "role_tag", "user_tag"]), JSON, max_size=4
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(WORDS, JSON, max_size=3), st.dictionaries(KEYS, PARTS | JSON, max_size=4))
def test_no_settings_crash_the_rule_and_messages_stay_short(
    row: dict[str, Any], entry: dict[str, Any]
) -> None:
    for problem in found(row, **entry):
        for text in (problem.message, problem.hint):
            assert text
            assert "\n" not in text
            assert len(text) < 250
