"""Pictures inside of rows: data URLs, and what kind of picture their bytes are."""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.message import Message, Object, indexed_objects

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNg"
    "AAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
"""A picture of one black pixel, for examples."""
_DATA_URL = re.compile(r"data:([a-zA-Z0-9.+-]+/[a-zA-Z0-9.+-]+)(?:;[a-zA-Z0-9-]+=[^;,]*)*;base64,")
_HEAD = 64
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)
_SPELLINGS = {"jpg": "jpeg", "pjpeg": "jpeg", "x-png": "png", "x-ms-bmp": "bmp", "heif": "heic"}
_BRANDS = {
    b"avif": "avif",
    b"avis": "avif",
    b"heic": "heic",
    b"heix": "heic",
    b"mif1": "heic",
    b"msf1": "heic",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A URL of a picture, and its JSON path."""

    url: str
    field: str


def pictures(message: Message) -> Iterator[Picture]:
    """URLs of the pictures of a message."""
    for index, part in indexed_objects(message.content):
        at = f"{message.at_content}[{index}]"
        for key in ("image_url", "image", "url"):
            value = part.get(key)
            inner = value.get("url") if isinstance(value, Mapping) else value
            if isinstance(inner, str) and _shows_a_picture(part, key):
                yield Picture(inner, f"{at}.{key}.url" if isinstance(value, Mapping) else f"{at}.{key}")


def _shows_a_picture(part: Object, key: str) -> bool:
    return part.get("type") in ("image_url", "image", "input_image") or key == "image_url"


def media_type(url: str) -> str | None:
    """`image/png` of a data URL; None when the URL is not `data:TYPE;base64,DATA`."""
    match = _DATA_URL.match(url)
    return match[1].lower() if match else None


def payload(url: str) -> bytes | None:
    """The bytes of a data URL; None when they are not base64. Line breaks and missing padding are let pass."""
    text = url.partition(",")[2]
    if not text.isascii():
        return None
    encoded = text.encode("ascii").translate(None, b" \r\n\t")
    encoded += b"=" * (-len(encoded) % 4)
    try:
        return binascii.a2b_base64(encoded, strict_mode=True)
    except binascii.Error:
        return None


def kind_of(content: bytes) -> str | None:
    """`png`, `jpeg`, … by the first bytes; None for what is no known picture."""
    head = content[:_HEAD]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    return "svg+xml" if head.lstrip().startswith((b"<svg", b"<?xml")) else None


def kind_named(media: str) -> str:
    """What `kind_of` would say, by the name of a media type."""
    name = media.partition("/")[2]
    return _SPELLINGS.get(name, name)


def listed(row: Mapping[str, JsonValue]) -> int | None:
    """Number of pictures in the columns `images` or `image`; None where the row has neither."""
    many = row.get("images")
    if isinstance(many, list):
        return len(many)
    if many is not None:
        return 1
    return None if row.get("image") is None else 1
