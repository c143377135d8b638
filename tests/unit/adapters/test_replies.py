"""Whatever a server sends is understood as something, and the key never shows."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.adapters.providers.openai_chat import OpenAIChat
from mist_ci.adapters.providers.replies import Refusal, Reply
from mist_ci.adapters.providers.retrying import Failure, asked_wait_s
from mist_ci.adapters.providers.secret import Secret
from mist_ci.ports.model_client import Completion

understand = OpenAIChat().understand
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = (
    "choices",
    "message",
    "content",
    "error",
    "code",
    "type",
    "usage",
    "prompt_tokens",
    "finish_reason",
    "text",
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([400, 429])
)
SHAPES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=12,
)


def clock() -> datetime:
    return NOW


@given(
    st.integers(100, 999),
    SHAPES.map(lambda shape: json.dumps(shape).encode()) | st.binary(max_size=40) | st.none(),
    st.dictionaries(
        st.sampled_from(
            ["location", "retry-after", "retry-after-ms", "date", "content-type", "content-encoding"]
        ),
        st.text(max_size=30) | st.sampled_from(["http://[", "nan", "Mon, 99 Foo", "gzip"]),
    ),
)
def test_any_reply_is_understood(status: int, body: bytes | None, headers: dict[str, str]) -> None:
    meaning = understand(Reply(status, headers, body), clock)
    assert isinstance(meaning, Completion | Failure | Refusal)
    if isinstance(meaning, Completion):
        meaning.text.encode()
        assert (meaning.tokens_in is None) == (meaning.tokens_out is None)
    if isinstance(meaning, Failure):
        assert meaning.wait_s is None or 0 <= meaning.wait_s < float("inf")


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:09 GMT"}, 9.0),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:09 -0000"}, 9.0),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:09 GMT", "date": "Mon, 23 Nov 2026 12:00:05 GMT"}, 4.0),
        ({"retry-after": "Mon, 23 Nov 2020 12:00:09 GMT"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
    ],
)
def test_the_wait_a_server_asks_for(headers: dict[str, str], wait_s: float | None) -> None:
    assert asked_wait_s(headers, clock) == wait_s


def test_a_key_is_hidden_in_every_spelling_and_before_the_text_is_cut() -> None:
    key = 'sk-"ä/secret'
    secret = Secret(key)
    spellings = [
        key,
        json.dumps(key),
        quote(key, safe=""),
        base64.b64encode(key.encode()).decode(),
        "\u200d".join(key),
    ]
    for spelling in spellings:
        assert "secret" not in secret.clean(f"a {spelling} b")
        assert secret.clean(f"a {spelling} b").startswith("a ")
    cut = secret.clean("x" * 295 + key)
    assert cut == "x" * 295 + "***"
    assert "secret" not in repr(secret)
    assert len(secret.clean("y" * 1000)) == 300


def test_without_a_key_there_is_no_header_and_text_is_only_cleaned() -> None:
    assert Secret(None).headers() == {}
    assert Secret(None).clean(" a\n\tb\x00 ") == "a b"
    assert repr(Secret(None)) == "Secret(None)"
