"""A part of a content is not one that anybody reads.

What it finds: a part whose `type` is unknown, and a part without what its type promises: `image_url` without
a URL, `input_audio` without `data` or `format`, `file` without a file.

Why it matters: servers reject the row. Chat templates leave the part out, and the question is about a picture
that nobody sees.

What to do: write the part as the hint says.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import TELL, rows
from mist_ci.schemaflux.image_data import PIXEL
from mist_ci.schemaflux.message import Object, indexed_objects
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.trait import Trait

_URL: JsonValue = {"url": PIXEL}
_PICTURE: dict[str, JsonValue] = {"type": "image_url", "image_url": _URL}
META = RuleMeta(
    code="SF401",
    name="bad-part",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.PARTS,
    formats=frozenset(DataFormat) - {DataFormat.VERTEX, DataFormat.BEDROCK_NOVA},
    bad=rows({"messages": [{"role": "user", "content": [{**_PICTURE, "type": "image_ulr"}]}, TELL]}),
    good=rows({"messages": [{"role": "user", "content": [_PICTURE]}, TELL]}),
)


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str) and bool(value)


def _has_url(value: JsonValue) -> bool:
    return _is_text(value) or (isinstance(value, Mapping) and _is_text(value.get("url")))


def _has_sound(value: JsonValue) -> bool:
    return isinstance(value, Mapping) and _is_text(value.get("data")) and _is_text(value.get("format"))


def _has_file(value: JsonValue) -> bool:
    return _is_text(value) or (
        isinstance(value, Mapping)
        and any(_is_text(value.get(key)) for key in ("file_id", "file_data", "url"))
    )


_PROMISES: Mapping[str, tuple[str, Callable[[JsonValue], bool], str]] = {
    "image_url": ("image_url", _has_url, '"image_url": {"url": "https://… or data:image/png;base64,…"}'),
    "video_url": ("video_url", _has_url, '"video_url": {"url": "https://…"}'),
    "audio_url": ("audio_url", _has_url, '"audio_url": {"url": "https://…"}'),
    "input_audio": ("input_audio", _has_sound, '"input_audio": {"data": "base64", "format": "wav"}'),
    "file": ("file", _has_file, '"file": {"file_id": "…"}'),
    "refusal": ("refusal", _is_text, '"refusal": "why"'),
}
_OTHERS = frozenset(
    {
        *(
            "text",
            "image",
            "audio",
            "video",
            "document",
            "document_url",
            "reference",
            "thinking",
            "reasoning",
        ),
        *("input_text", "output_text", "input_image", "input_file", "input_video", "redacted_thinking"),
        *("tool_use", "tool_result", "tool_call", "tool_reference", "image_pil", "image_base64", "json"),
    }
)
"""What OpenAI, Mistral, Anthropic and Hugging Face know besides. A bare image is filled in by the trainer."""


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per part. A part without a type is SF104, a text part without text SF105, another format SF103."""
    for message in row.said:
        for index, part in indexed_objects(message.content):
            problem = _problem(part, f"{message.at_content}[{index}]")
            if problem and row.other_format is None:
                yield problem


def _problem(part: Object, field: str) -> Problem | None:
    kind = part.get("type")
    if not isinstance(kind, str) or kind in _OTHERS:
        return None
    if kind not in _PROMISES:
        close = difflib.get_close_matches(kind, [*_PROMISES, *sorted(_OTHERS)], n=1, cutoff=0.7)
        hint = f"did you mean {quote(close[0])}?" if close else "use text, image_url, input_audio or file"
        return Problem(f"{field} has the unknown type {quote(kind)}", hint, field=f"{field}.type")
    key, keeps, shape = _PROMISES[kind]
    if keeps(part.get(key)):
        return None
    return Problem(f'{field} is of type "{kind}", but has no {key}', f"write {shape}", field=f"{field}.{key}")
