"""Claims: a picture is seen in every format that has pictures, with its type, its way and its size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.images import images_of
from mist_ci.schemaflux.message import Message
from tests.unit.schemaflux.test_rules import JSON

PNG = "data:image/png;base64,AAAABBBB"


def found(*parts: JsonValue) -> list[tuple[str | None, str | None, int | None]]:
    message = Message("messages[0]", {"role": "user"}, "user", list(parts), at_content="messages[0].content")
    return [(image.mime, image.scheme, image.size) for image in images_of(message)]


@pytest.mark.parametrize(
    ("part", "seen"),
    [
        ({"type": "image_url", "image_url": {"url": PNG}}, ("image/png", "data", 6)),
        ({"type": "image_url", "image_url": PNG}, ("image/png", "data", 6)),
        ({"type": "input_image", "image_url": "https://x.example/a.png"}, (None, "https", None)),
        ({"type": "image_url", "image_url": {}}, (None, None, None)),
        ({"type": "image"}, (None, None, None)),
        ({"type": "image", "url": "HTTP://x.example/a"}, (None, "http", None)),
        ({"type": "image", "path": "pictures/a.png"}, (None, "file", None)),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "AAAA"}},
            ("image/jpeg", "data", 3),
        ),
        (
            {"image": {"format": "JPEG", "source": {"s3Location": {"uri": "s3://b/a.jpeg"}}}},
            ("image/jpeg", "s3", None),
        ),
        ({"image": {"format": "png", "source": {"bytes": "AAAA"}}}, ("image/png", "data", 3)),
        ({"fileData": {"mimeType": "image/png", "fileUri": "gs://b/a.png"}}, ("image/png", "gs", None)),
        ({"inline_data": {"mime_type": "image/png", "data": "AAAA"}}, ("image/png", "data", 3)),
    ],
)
def test_a_picture_is_seen(part: JsonValue, seen: tuple[str | None, str | None, int | None]) -> None:
    assert found(part) == [seen]


def test_what_is_no_picture_is_none() -> None:
    audio: JsonValue = {"fileData": {"mimeType": "audio/wav", "fileUri": "gs://b/a.wav"}}
    assert found({"type": "text", "text": PNG}, audio, "image", {"video": {"format": "mp4"}}) == []


@pytest.mark.slow
@given(st.lists(JSON, max_size=4))
def test_no_content_crashes(parts: list[JsonValue]) -> None:
    found(*parts)
