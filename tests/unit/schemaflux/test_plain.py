"""The pattern of the fast path knows UTF-8 as Python does: nothing that is not UTF-8 is taken for a row."""

from hypothesis import example, given
from hypothesis import strategies as st

from mist_ci.schemaflux.plain import STRICT
from mist_ci.schemaflux.triggers import TriggerSet

PATTERN = TriggerSet([STRICT])
BYTES = st.binary(min_size=1, max_size=5) | st.lists(
    st.sampled_from([0x7F, 0x80, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5]),
    max_size=5,
).map(bytes)


def is_taken(text: bytes) -> bool:
    row = b'{"messages":[{"role":"user","content":"' + text + b'"},{"role":"assistant","content":"b"}]}'
    return PATTERN.matches(row) == [0]


def is_utf8(text: bytes) -> bool:
    try:
        return bool(text.decode())
    except UnicodeDecodeError:
        return False


def is_plain(text: bytes) -> bool:
    return not any(byte < 0x20 or byte in b'"\\' for byte in text)


@given(BYTES)
@example(b"\xed\xa0\x80")
@example(b"\xf4\x90\x80\x80")
@example(b"\xe0\x80\x80")
def test_bytes_inside_of_a_text_are_taken_where_they_are_utf8(text: bytes) -> None:
    assert is_taken(b"a" + text) == (is_plain(text) and (is_utf8(text) or not text))


@given(BYTES)
def test_a_text_that_begins_with_what_is_not_utf8_is_never_taken(text: bytes) -> None:
    assert is_utf8(text) or not is_taken(text)


@given(st.characters(exclude_categories=["Cs"]))
@example("\u0085")
@example("\u1680")
@example("\u205f")
@example("\U0010ffff")
def test_a_text_of_one_character_is_taken_where_the_character_is_visible(character: str) -> None:
    taken = is_taken(character.encode())
    assert taken == (is_plain(character.encode()) and not character.isspace() and character != "\x7f")
