"""Claims: a stranger's YAML is read as YAML 1.2, ends at once, and is never worse than one ConfigError."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.errors import Code, ConfigError
from mist_ci.parsing.safe_yaml import MAX_BYTES, MAX_DEPTH, Plain, field_name, load

BILLION_LAUGHS = b'a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol"]\n' + b"".join(
    b"%c: &%c [%s]\n" % (98 + level, 98 + level, b",".join([b"*%c" % (97 + level)] * 9)) for level in range(8)
)


def value(text: str) -> Plain:
    return load(text.encode(), "mist.yml").value


def refusal(text: bytes) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(text, "mist.yml")
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        *("on", "off", "yes", "no", "y", "n", "On", "NO"),
        *("1:30", "12:30:45", "2026-11-01", "2026-11-01T10:00:00Z"),
        *("0o17", "0x1f", "0b101", "010", "007", "08", "-012", "00.5", "1_000", "1,000"),
        *(".inf", "-.inf", ".nan", "1e999", "-1e999", "1.2.3", "+", "-x", ".", "=", "<<"),
        *("12345678901234567890", "nULL", "tRUE", "None"),
    ],
)
def test_what_merely_looks_like_a_number_a_date_or_a_truth_stays_text(text: str) -> None:
    assert value(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *(("1", 1), ("-1", -1), ("+1", 1), ("0", 0), ("1234567890123456789", 1234567890123456789)),
        *(("1.5", 1.5), (".5", 0.5), ("-.5", -0.5), ("1.", 1.0), ("1e5", 1e5), ("0.05", 0.05)),
        *(("true", True), ("False", False), ("null", None), ("~", None), ("", None)),
        *(('"1"', "1"), ("'true'", "true"), ('"\\u00e9"', "é"), ('"\\ud83d\\ude00"', "😀"), ("|\n  1", "1")),
        *(("[1, a]", [1, "a"]), ("{b: c}", {"b": "c"}), ("[]", []), ("{}", {})),
    ],
)
def test_core_values_are_read_as_yaml_1_2_says(text: str, wanted: Plain) -> None:
    read = value(f"a: {text}")
    assert isinstance(read, dict)
    assert (read["a"], type(read["a"])) == (wanted, type(wanted))


def test_json_is_read_as_json() -> None:
    document = {"a": [1, 2.5, True, None, "é\n😀"], "b": {"on": "no"}}
    assert value(json.dumps(document)) == document


def test_keys_are_text_whatever_they_look_like() -> None:
    assert value("1: a\ntrue: b\nno: c") == {"1": "a", "true": "b", "no": "c"}


def test_an_empty_file_has_no_value() -> None:
    assert [value(text) for text in ("", "# only words\n", "---\n", "\ufeff")] == [None] * 4


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        (b"a: 1\nb: &x 2", Code.UNSAFE_DOCUMENT, 2, 4),
        (b"a: 1\nb: *x", Code.UNSAFE_DOCUMENT, 2, 4),
        (b"&x a: 1", Code.UNSAFE_DOCUMENT, 1, 1),
        (b"a: !!str 1", Code.UNSAFE_DOCUMENT, 1, 4),
        (b"a: !!python/object/apply:os.system [id]", Code.UNSAFE_DOCUMENT, 1, 4),
        (b"a: ! x", Code.UNSAFE_DOCUMENT, 1, 4),
        (b"- !secret x", Code.UNSAFE_DOCUMENT, 1, 3),
        (b"a:\n  b: 1\n  b: 2", Code.DUPLICATE, 3, 3),
        (b'{a: 1, "a": 2}', Code.DUPLICATE, 1, 8),
        (b"threshold: 0.05\nthreshold: 0.99", Code.DUPLICATE, 2, 1),
        (b"[" * 100_000, Code.UNSAFE_DOCUMENT, 1, MAX_DEPTH + 1),
        (b"- " * 5_000 + b"a", Code.UNSAFE_DOCUMENT, 1, 2 * MAX_DEPTH + 1),
        (b"a: 1\n---\nb: 2", Code.SYNTAX, 2, 1),
        (b"a: 1\n...\n---\nb: 2", Code.SYNTAX, 3, 1),
        (b"a: 1\nb: \xff", Code.SYNTAX, 2, 4),
        (b"\xc3\xa9: \xe9", Code.SYNTAX, 1, 4),
        (b"a: 1\n\tb: 2", Code.SYNTAX, 2, 1),
        (b"a:\n\t- b", Code.SYNTAX, 2, 1),
        (b"a: 1\nb: \x07", Code.SYNTAX, 2, 4),
        (b"a: x\x00", Code.SYNTAX, 1, 5),
        (b"? [a]\n: b", Code.SYNTAX, 1, 3),
        (b"{{a: b}: c}", Code.SYNTAX, 1, 2),
        (b"a: b: c", Code.SYNTAX, 1, 5),
        (b'a: "open', Code.SYNTAX, 1, 9),
        (b'a: "\\ud800"', Code.SYNTAX, 1, 4),
        (b'a: "\\U00110000"', Code.SYNTAX, 1, 7),
        (b'a: "\\UFFFFFFFF"', Code.SYNTAX, 1, 7),
        (b"%YAML " + b"9" * 5_000 + b".1\n---\na", Code.SYNTAX, 1, 7),
        (b"%YAML 2.0\n---\na", Code.SYNTAX, 1, 1),
    ],
)
def test_what_is_unsafe_or_broken_is_refused_with_line_and_column(
    text: bytes, code: Code, line: int, column: int
) -> None:
    error = refusal(text)
    assert error.where is not None
    assert (error.code, error.where.file, error.where.line, error.where.column) == (
        code, "mist.yml", line, column,
    )  # fmt: skip


def test_a_character_that_yaml_forbids_is_named() -> None:
    assert "U+0007" in str(refusal(b"a: \x07"))


def test_as_deep_as_allowed_is_allowed() -> None:
    load(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "f")


def test_more_than_a_mebibyte_is_refused_before_it_is_read() -> None:
    error = refusal(b"#" * (MAX_BYTES + 1))
    assert error.code is Code.UNSAFE_DOCUMENT
    assert str(MAX_BYTES) in error.message


def test_billion_laughs_end_at_once() -> None:
    started = time.process_time()
    assert refusal(BILLION_LAUGHS).code is Code.UNSAFE_DOCUMENT
    assert time.process_time() - started < 0.5


def test_positions_lead_to_the_key_and_to_the_item() -> None:
    document = load(b"gates:\n  release:\n    branches:\n      - main\n      - [x]\n", "mist.yml")
    where = document.where(("gates", "release", "branches", 1))
    assert str(where) == "mist.yml:5:9: gates.release.branches[1]"
    missing = document.where(("gates", "release", "models", 3))
    assert (missing.line, missing.field) == (2, "gates.release.models[3]")
    assert field_name(()) == ""


PUNCTUATION = (
    "a¦b: ¦- ¦\n¦  ¦\t¦[¦]¦{¦}¦,¦:¦?¦|¦>¦&a ¦*a¦!t ¦\"¦'¦\\¦\\x¦\\u¦\\U¦#¦@¦`¦~¦<<: ¦1e¦---\n¦...\n¦%YAML ¦1."
)
UNUSUAL = ["\r", "\x85", "\u2028", "\ufeff", "\x00", "\ud7ff", "😀", "F" * 8, "9" * 30]
PIECES = st.sampled_from([*PUNCTUATION.split("¦"), *UNUSUAL])


@pytest.mark.slow
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
@settings(deadline=None, max_examples=200)
def test_no_bytes_whatever_crash_the_loader(text: bytes) -> None:
    _loads_or_is_refused(text)


@pytest.mark.slow
@given(st.lists(PIECES, max_size=30).map("".join))
@settings(deadline=None, max_examples=400)
def test_no_text_that_resembles_yaml_crashes_the_loader(text: str) -> None:
    _loads_or_is_refused(text.encode())


def _loads_or_is_refused(text: bytes) -> None:
    refused = None
    try:
        document = load(text, "f")
        json.dumps(document.value, allow_nan=False).encode()
    except ConfigError as error:
        refused = error
    if refused is not None:
        assert refused.code in (Code.SYNTAX, Code.DUPLICATE, Code.UNSAFE_DOCUMENT)
        assert refused.where is not None
        assert refused.where.line is not None


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=12,
    )
)
@settings(deadline=None, max_examples=200)
def test_any_json_document_keeps_its_value(document: Plain) -> None:
    assert load(json.dumps(document).encode(), "f").value == document


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("samples: [{input: Is it?}]", "question mark needs quotes"),
        ("prompt: {{ input }}", "a template needs quotes"),
        ("system: Answer: briefly", "a colon needs quotes"),
        ("a: 1\n\tb: 2", "indent with spaces"),
    ],
)
def test_what_people_stumble_over_comes_with_the_way_out(text: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        value(text)
    assert hint in str(caught.value.hint)
