"""Pictures in a row, whatever the format: where they are, of which kind, and how large.

Known are the parts of OpenAI (`image_url`, `input_image`), of Anthropic and Hugging Face (`image`), of Converse
(`image.source`) and of Gemini (`fileData`, `inlineData`). Other media are no pictures.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.message import Message, Object, indexed_objects
from mist_ci.schemaflux.row import Row

_DATA = re.compile(r"data:(?P<mime>[^;,]{0,100})(?:;[^,]{0,100})?,")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,20}):", re.IGNORECASE)
_GEMINI = (("fileData", "mimeType", "fileUri"), ("file_data", "mime_type", "file_uri"))
_INLINE = (("inlineData", "mimeType"), ("inline_data", "mime_type"))


@dataclass(frozen=True, slots=True)
class Image:
    """One picture. What cannot be told is None."""

    field: str
    message: Message
    mime: str | None = None
    """Such as image/png; as written, in lower case."""
    scheme: str | None = None
    """`data` for a picture inside the row, else that of its address."""
    size: int | None = None
    """Bytes of a picture inside the row."""


def images(row: Row) -> Iterator[Image]:
    """All pictures of the conversation and of both sides of preference data, in order."""
    for message in row.said:
        yield from images_of(message)


def images_of(message: Message) -> Iterator[Image]:
    """The pictures of one message."""
    for index, part in indexed_objects(message.content):
        found = _openai(part) or _converse(part) or _gemini(part) or _plain(part)
        if found is not None:
            mime, scheme, size = found
            yield Image(f"{message.at_content}[{index}]", message, mime, scheme, size)


_Kind = tuple[str | None, str | None, int | None]
_UNKNOWN: _Kind = (None, None, None)


def _openai(part: Object) -> _Kind | None:
    if part.get("type") not in ("image_url", "input_image"):
        return None
    value = part.get("image_url")
    return _address(value.get("url") if isinstance(value, dict) else value)


def _converse(part: Object) -> _Kind | None:
    image = part.get("image")
    source = image.get("source") if isinstance(image, dict) else None
    if not isinstance(image, dict) or not isinstance(source, dict):
        return None
    written = image.get("format")
    mime = f"image/{written.lower()}" if isinstance(written, str) else None
    place = source.get("s3Location")
    if isinstance(place, dict):
        return mime, _address(place.get("uri"))[1], None
    return mime, "data" if "bytes" in source else None, _base64_bytes(source.get("bytes"))


def _gemini(part: Object) -> _Kind | None:
    for key, at_mime, at_uri in _GEMINI:
        value = part.get(key)
        if isinstance(value, dict) and _is_image(mime := _lower(value.get(at_mime))):
            return mime, _address(value.get(at_uri))[1], None
    for key, at_mime in _INLINE:
        value = part.get(key)
        if isinstance(value, dict) and _is_image(mime := _lower(value.get(at_mime))):
            return mime, "data", _base64_bytes(value.get("data"))
    return None


def _plain(part: Object) -> _Kind | None:
    """`{"type": "image", …}`: a placeholder, an address, or Anthropic's source."""
    if part.get("type") != "image":
        return None
    source = part.get("source")
    if isinstance(source, dict) and source.get("type") == "base64":
        return _lower(source.get("media_type")), "data", _base64_bytes(source.get("data"))
    written = source if isinstance(source, dict) else part
    for key in ("url", "image", "path"):
        if isinstance(written.get(key), str):
            return _address(written[key])
    return _UNKNOWN


def _address(value: JsonValue) -> _Kind:
    if not isinstance(value, str):
        return _UNKNOWN
    if data := _DATA.match(value):
        return data["mime"].lower() or None, "data", _base64_bytes(value, start=data.end())
    scheme = _SCHEME.match(value)
    return None, scheme[1].lower() if scheme else "file", None


def _base64_bytes(value: JsonValue, start: int = 0) -> int | None:
    return (len(value) - start) * 3 // 4 if isinstance(value, str) else None


def _is_image(mime: str | None) -> bool:
    return mime is not None and mime.startswith("image/")


def _lower(value: JsonValue) -> str | None:
    return value.lower() if isinstance(value, str) else None
