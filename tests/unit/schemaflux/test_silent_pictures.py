"""Rules about parts and pictures: what they find besides their examples, and valid rows that they must not find."""

import base64
import time

import pytest

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import TELL, rows
from mist_ci.schemaflux.image_data import PIXEL, kind_of, payload
from mist_ci.schemaflux.kinds import RowRule
from mist_ci.schemaflux.rules import sf401_bad_part, sf405_bad_image_data, sf407_placeholder_count
from tests.unit.schemaflux.asked import ask
from tests.unit.schemaflux.checking import check

RULES: tuple[RowRule, ...] = (sf401_bad_part, sf405_bad_image_data, sf407_placeholder_count)


def data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 "


def shown(*parts: JsonValue, **more: JsonValue) -> JsonValue:
    return {"messages": [{"role": "user", "content": [*parts]}, TELL], **more}


def image(url: str) -> JsonValue:
    return {"type": "image_url", "image_url": {"url": url}}


def gemini(file: JsonValue) -> JsonValue:
    asked: list[JsonValue] = [{"text": "What is this?"}, {"videoMetadata": {"fps": 1}, "fileData": file}]
    return {"contents": [{"role": "user", "parts": asked}, {"role": "model", "parts": [{"text": "A dot."}]}]}


TEXT: JsonValue = {"type": "text", "text": "What is this?"}
PLACE: JsonValue = {"type": "image"}
SILENT: dict[str, JsonValue] = {
    "a pixel": shown(TEXT, image(PIXEL)),
    "a link": shown(TEXT, image("https://example.com/a.png")),
    "a bucket": shown(TEXT, image("gs://bucket/a.png")),
    "detail": shown({"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}}),
    "url as a string": shown({"type": "image_url", "image_url": PIXEL}),
    "jpg for jpeg": shown(image(data_url("image/jpg", JPEG))),
    "capitals": shown(image(data_url("image/PNG", base64.b64decode(PIXEL.partition(",")[2])))),
    "webp": shown(image(data_url("image/webp", WEBP))),
    "a kind that we do not know": shown(image(data_url("image/jxl", b"\xff\x0a" + bytes(9)))),
    "line breaks in the data": shown(image(PIXEL[:40] + "\n" + PIXEL[40:])),
    "no padding": shown(image(PIXEL.rstrip("="))),
    "a parameter": shown(image(PIXEL.replace(";base64", ";name=a.png;base64"))),
    "sound": shown({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
    "a file": shown(
        {"type": "file", "file": {"file_id": "file-1"}}, {"type": "file", "file": {"file_data": "AA=="}}
    ),
    "nulls of Arrow": shown({"type": "text", "text": "a", "image_url": None}, image(PIXEL)),
    "responses": shown({"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": PIXEL}),
    "thinking": {
        "messages": [
            {"role": "user", "content": "a"},
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "b"}, {"type": "text", "text": "c"}],
            },
        ]
    },
    "Gemini": gemini({"mimeType": "image/png", "fileUri": "gs://a/b.png"}),
    "TRL, places": shown(PLACE, PLACE, TEXT, images=["a.png", "b.png"]),
    "TRL, no places": shown(TEXT, images=["a.png"]),
    "TRL, one image": shown(PLACE, TEXT, image="a.png"),
    "pictures in parts": shown({"type": "image", "url": "a.png"}, TEXT, images=[]),
    "texts with places": {
        "messages": [{"role": "user", "content": "<image>And <image>?"}, TELL],
        "images": ["a.png", "b.png"],
    },
    "texts without a place": {"messages": [{"role": "user", "content": "a"}, TELL], "images": ["a.png"]},
    "HTML in a row without pictures": {
        "messages": [{"role": "user", "content": "What is <image> in SVG?"}, TELL]
    },
    "a column of nulls": {
        "messages": [{"role": "user", "content": "What is <image>?"}, TELL],
        "images": None,
    },
}


@pytest.mark.parametrize("name", SILENT)
def test_valid_rows_with_parts_are_silent(name: str) -> None:
    assert [problem.message for rule in RULES for problem in ask(rule, SILENT[name])] == []
    assert check(rows(SILENT[name])).findings == ()


FOUND: dict[str, tuple[RowRule, JsonValue, str]] = {
    "unknown type": (sf401_bad_part, shown({"type": "imge_url", "image_url": {"url": PIXEL}}), '"imge_url"'),
    "no url": (sf401_bad_part, shown(TEXT, {"type": "image_url", "image_url": {}}), "no image_url"),
    "null url": (sf401_bad_part, shown({"type": "image_url", "image_url": None}), "no image_url"),
    "url beside": (sf401_bad_part, shown({"type": "image_url", "url": PIXEL}), "no image_url"),
    "sound without a format": (
        sf401_bad_part,
        shown({"type": "input_audio", "input_audio": {"data": "AA=="}}),
        "no input_audio",
    ),
    "file without a file": (sf401_bad_part, shown({"type": "file", "file": {"name": "a"}}), "no file"),
    "no base64 in the URL": (sf405_bad_image_data, shown(image("data:image/png,AAAA")), "no data URL"),
    "no type in the URL": (sf405_bad_image_data, shown(image("data:;base64,AAAA")), "no data URL"),
    "a text": (sf405_bad_image_data, shown(image("data:text/plain;base64,AAAA")), "media type"),
    "not base64": (sf405_bad_image_data, shown(image("data:image/png;base64,iVBO_Rw-0KGgo")), "not base64"),
    "not ASCII": (sf405_bad_image_data, shown(image("data:image/png;base64,é")), "not base64"),
    "no bytes": (sf405_bad_image_data, shown(image("data:image/png;base64,")), "0 bytes"),
    "no picture": (sf405_bad_image_data, shown(image(data_url("image/png", b"hello"))), "no picture"),
    "encoded twice": (
        sf405_bad_image_data,
        shown(image(data_url("image/png", b"iVBORw0KGgo="))),
        "no picture",
    ),
    "another kind": (sf405_bad_image_data, shown(image(data_url("image/png", JPEG))), "is jpeg, not png"),
    "three places, two pictures": (
        sf407_placeholder_count,
        shown(PLACE, PLACE, PLACE, images=["a", "b"]),
        "3 parts",
    ),
    "a place, no picture": (
        sf407_placeholder_count,
        {"messages": [{"role": "user", "content": "<image>What?"}, TELL], "images": []},
        "has 0 pictures",
    ),
    "two places, one image": (sf407_placeholder_count, shown(PLACE, PLACE, image="a.png"), "has 1 pictures"),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_is_wrong_with_a_picture_is_found_once(name: str) -> None:
    rule, row, message = FOUND[name]
    (problem,) = [problem for one in RULES for problem in ask(one, row)]
    assert [problem] == ask(rule, row)
    assert message in problem.message


def test_the_pixel_is_a_picture() -> None:
    content = payload(PIXEL)
    assert content is not None
    assert kind_of(content) == "png"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"GIF89a", "gif"),
        (b"BM", "bmp"),
        (b"II*\x00", "tiff"),
        (b"\x00\x00\x00\x20ftypavif", "avif"),
        (b"\x00\x00\x00\x20ftypmp42", None),
        (b" <svg/>", "svg+xml"),
        (b"", None),
    ],
)
def test_pictures_are_known_by_their_first_bytes(content: bytes, kind: str | None) -> None:
    assert kind_of(content) == kind


@pytest.mark.slow
def test_a_large_picture_costs_little() -> None:
    row = shown(image(data_url("image/jpeg", JPEG + bytes(8 << 20))))
    start = time.process_time()
    assert ask(sf405_bad_image_data, row) == []
    assert time.process_time() - start < 1
