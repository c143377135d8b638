"""Strict JSON: agrees with Python's parser on what is good, and says what is wrong with the rest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.parsing.strict_json import JsonProblem, JsonValue, parse
from mist_ci.parsing.strict_json import JsonProblemKind as Kind

TEXT = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)


@given(JSON, st.booleans())
def test_what_python_writes_is_read_back(value: JsonValue, escaped: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(st.binary(max_size=40) | st.text('[]{}":,\\ue19.-aNtrfl ', max_size=40).map(str.encode))
def test_what_is_accepted_is_what_python_reads(text: bytes) -> None:
    try:
        value = parse(text)
    except JsonProblem:
        return
    assert value == json.loads(text)


@pytest.mark.slow
@given(st.dictionaries(TEXT, JSON, min_size=1, max_size=3), st.data())
def test_a_repeated_key_is_always_found(value: dict[str, JsonValue], data: st.DataObject) -> None:
    members = [f"{json.dumps(key)}: {json.dumps(item)}" for key, item in value.items()]
    again = data.draw(st.sampled_from(sorted(value)))
    at = data.draw(st.integers(0, len(members)))
    members.insert(at, f"{json.dumps(again, ensure_ascii=False)}: null")
    with pytest.raises(JsonProblem) as caught:
        parse(("[{" + ",".join(members) + "}]").encode())
    assert (caught.value.kind, caught.value.path) == (Kind.DUPLICATE_KEY, "[0]")


REFUSED: list[tuple[bytes, Kind, int | None, str]] = [
    (b"", Kind.SYNTAX, 1, ""),
    (b"[1 2]", Kind.SYNTAX, 4, ""),
    (b"{'a': 1}", Kind.SYNTAX, 2, ""),
    (b'{"a": 1} x', Kind.SYNTAX, 10, ""),
    (b'"a\x00b"', Kind.SYNTAX, 3, ""),
    (b"nan", Kind.SYNTAX, 1, ""),
    (b'"\xff"', Kind.ENCODING, 2, ""),
    (b'"\xed\xa0\x80"', Kind.ENCODING, 2, ""),
    (b"\xef\xbb\xbf{}", Kind.BOM, 1, ""),
    (b'{"a": {"b c": NaN}}', Kind.NOT_FINITE, 15, 'a["b c"]'),
    (b"[0, -Infinity]", Kind.NOT_FINITE, 5, "[1]"),
    (b"1e999", Kind.NOT_FINITE, 1, ""),
    (b'{"m": [{"r": 1, "r": 2}]}', Kind.DUPLICATE_KEY, 17, "m[0]"),
    (b'{"a: b": ":", "a": 1, "\\u0061": 2}', Kind.DUPLICATE_KEY, 23, ""),
    (b'{"a": "\\ud800"}', Kind.SURROGATE, 7, "a"),
    (b'"\\udc00\\ud800"', Kind.SURROGATE, 1, ""),
    (b'["x", -9007199254740993]', Kind.BIG_INT, 7, "[1]"),
    (b"[" + b"1" * 6000 + b"]", Kind.BIG_INT, 2, "[0]"),
    (b"[" * 65 + b"]" * 65, Kind.DEPTH, 65, ""),
    (b"[" * 10_000, Kind.DEPTH, 65, ""),
    (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, Kind.DEPTH, 321, ""),
]


@pytest.mark.parametrize(
    ("text", "kind", "column", "path"), REFUSED, ids=[repr(case[0][:24]) for case in REFUSED]
)
def test_what_is_refused_says_why_and_where(text: bytes, kind: Kind, column: int | None, path: str) -> None:
    with pytest.raises(JsonProblem) as caught:
        parse(text)
    problem = caught.value
    assert (problem.kind, problem.column, problem.path) == (kind, column, path)


@pytest.mark.parametrize(
    "text", [b"[" * 64 + b"]" * 64, b'"\\ud83d\\ude00"', b"9007199254740992", b"-0", b" 1 \r\n", b'"\\u0000"']
)
def test_what_is_unusual_and_fine_is_accepted(text: bytes) -> None:
    assert parse(text) == json.loads(text)


@pytest.mark.parametrize("text", [b'"' + b'\\"' * 300_000, b'{"a' * 200_000, b"[" + b'"a",' * 200_000])
def test_the_diagnosis_takes_linear_time(text: bytes) -> None:
    with pytest.raises(JsonProblem):
        parse(text)
