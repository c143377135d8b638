"""Claims: no secret leaves, in none of the spellings that programs commonly give it."""

import base64
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mist_ci.report.redact import redact
from mist_ci.report.text import clean, code_span

SECRET = 'sk-live/ä+"7?x &Qq\\z'

SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"]), min_size=6, max_size=20)

SPELLINGS = {
    "as it is": SECRET,
    "percent": quote(SECRET, safe=""),
    "percent, slash kept": quote(SECRET),
    "percent, lower case": quote(SECRET, safe="").replace("%2F", "%2f").replace("%C3%A4", "%c3%a4").lower(),
    "form": quote_plus(SECRET),
    "json": json.dumps(SECRET)[1:-1],
    "json, not ascii only": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "json, slash escaped": json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "joiners inside": "\u200d".join(SECRET),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_secret_is_replaced_in_every_common_spelling(spelling: str) -> None:
    secrets = [SECRET, SECRET.lower()]
    assert redact(f"before {spelling} after", secrets) == "before *** after"


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(SECRETS, st.binary(max_size=5), st.binary(max_size=5), st.booleans())
def test_base64_at_any_alignment_keeps_at_most_the_edges(
    secret: str, before: bytes, after: bytes, in_url: bool
) -> None:
    encoded = base64.b64encode(before + secret.encode() + after).decode()
    if in_url:
        encoded = encoded.translate(str.maketrans("+/", "-_"))
    own_start = -(-len(before) * 8 // 6)
    own_end = (len(before) + len(secret.encode())) * 8 // 6
    redacted = redact(encoded, [secret])
    assert encoded[own_start:own_end] not in redacted
    assert len(redacted.replace("***", "")) <= len(encoded) - (own_end - own_start)


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(st.lists(SECRETS, max_size=3), st.lists(st.text(max_size=5), max_size=5))
@example(["abcdef", "defghi"], ["abcdefghi"])
@example(["aaaaaa", "aaaaaaaa"], ["aaaaaaaaaaaaa"])
def test_no_secret_is_left_whole_or_in_part_beside_another(secrets: list[str], around: list[str]) -> None:
    text = "".join(piece + secret for piece in [*around, ""] for secret in [*secrets, ""])
    redacted = redact(text, secrets)
    assert not any(secret in redacted for secret in secrets)
    assert not any(clean(secret) in clean(redacted) for secret in secrets if len(clean(secret)) > 5)


def test_overlapping_secrets_leave_no_tail() -> None:
    assert redact("xabcdefghix", ["abcdef", "defghi"]) == "x***x"
    assert redact("sk-12345678", ["sk-12345", "sk-12345678"]) == "***"


def test_each_line_of_a_key_file_is_a_secret() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n"
    assert redact("it printed kqhkiG9w0BAQEF here", [key]) == "it printed *** here"
    assert redact(key, [key]) == "***"


def test_secrets_too_short_to_mean_anything_are_ignored() -> None:
    assert redact("a true 12345 story", ["", "true", "12345"]) == "a true 12345 story"


@settings(deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="QZ")),
    st.lists(st.text("QZ", min_size=12, max_size=12), max_size=2),
)
def test_text_without_a_secret_is_returned_as_it_came(text: str, secrets: list[str]) -> None:
    assert redact(text, secrets) == text


def test_a_lone_surrogate_in_a_secret_is_no_error() -> None:
    assert redact("x \udcff-secret y", ["\udcff-secret"]) == "x *** y"


def test_redaction_comes_before_escaping() -> None:
    assert code_span(redact(f"key: {SECRET}", [SECRET])) == "<code>key&#58; &#42;&#42;&#42;</code>"


@pytest.mark.slow
def test_a_megabyte_takes_linear_time() -> None:
    started = time.process_time()
    assert redact("a" * 1_000_000, ["a" * 6]) == "***"
    assert redact("sk-1234" * 150_000, ["sk-12345678"]) == "sk-1234" * 150_000
    assert time.process_time() - started < 5
