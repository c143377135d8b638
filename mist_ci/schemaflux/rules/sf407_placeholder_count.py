"""Not as many places for pictures as there are pictures.

What it finds: a row with a column `images` (or `image`) whose messages have another number of `<image>` in
their texts, or of parts `{"type": "image"}`, than the column has pictures. Messages without any place are
fine: trainers put the pictures in front of the first question. So is a text that says `<image>` in a row
without such a column.

Why it matters: TRL and LLaMA-Factory stop at such a row, or pair the pictures with the wrong places.

What to do: write one place per picture, in the order of the pictures.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import TELL, rows
from mist_ci.schemaflux.image_data import listed
from mist_ci.schemaflux.message import Object
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

_ASK = {"role": "user", "content": "<image><image>What differs?"}
META = RuleMeta(
    code="SF407",
    name="placeholder-count",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows({"messages": [{**_ASK}, TELL], "images": ["a.png"]}),
    good=rows({"messages": [{**_ASK}, TELL], "images": ["a.png", "b.png"]}),
)
_PLACE = "<image>"
_DATA_KEYS = ("image", "image_url", "url", "path", "base64", "data", "source", "file_id")


def check(row: Row, /) -> Iterator[Problem]:
    """At most one problem per row."""
    if "images" not in row.object and "image" not in row.object:
        return
    pictures = listed(row.object)
    if pictures is None or not row.is_sound:
        return
    prompt = row.messages or row.said
    in_parts = sum(_is_place(part) for message in prompt for part in message.parts)
    in_texts = sum(message.text.count(_PLACE) for message in prompt)
    places = in_parts or in_texts
    if places and places != pictures:
        what = 'parts {"type": "image"}' if in_parts else f"times {_PLACE}"
        yield Problem(
            f"the messages have {places} {what}, the row has {pictures} pictures",
            "write one place per picture, in the same order",
            field="images" if "images" in row.object else "image",
        )


def _is_place(part: Object) -> bool:
    return part.get("type") == "image" and all(part.get(key) is None for key in _DATA_KEYS)
