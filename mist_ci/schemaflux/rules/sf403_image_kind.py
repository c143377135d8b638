"""The target does not take this kind of picture.

What it finds: a picture whose MIME type, or the way it is given (inside the row, an address, a bucket), is not among
those that the target takes.

Why it matters: Together and Fireworks take pictures inside the row only, Vertex only from Cloud Storage, Amazon Nova
only from S3; everybody has another list of types. The row is rejected, or dropped.

What to do: convert the picture, or give it the way the target reads.
"""

from collections.abc import Iterator
from typing import Any

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.images import Image, images
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import listed, problem, when
from mist_ci.schemaflux.trait import Trait


def _row(url: str) -> JsonValue:
    return {
        "messages": [
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]},
            {"role": "assistant", "content": [{"type": "text", "text": "A dot."}]},
        ]
    }


META = RuleMeta(
    code="SF403",
    name="image-kind",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.PARTS,
    target="together",
    bad=rows(_row("https://example.com/dot.png")),
    good=rows(_row("data:image/png;base64,iVBORw0KGgo=")),
)
_WAYS = {
    "data": "inside the row",
    "https": "by an https address",
    "http": "by an http address",
    "s3": "from S3",
    "gs": "from Cloud Storage",
    "file": "from a file",
}


def facts(target: Target, /) -> tuple[Fact[Any], ...]:
    """Types of pictures, and how they are given."""
    return (*when(target.images.url_schemes), *when(target.images.mime_types))


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per picture. What cannot be told is let pass."""
    for image in images(row):
        yield from _one(image, target)


def _one(image: Image, target: Target) -> Iterator[Problem]:
    scheme, mime = image.scheme, image.mime
    for ways in when(target.images.url_schemes):
        if scheme is not None and scheme not in ways.value:
            taken = listed(_WAYS[way] for way in ways.value)
            yield problem(
                ways,
                f"a picture {_WAYS.get(scheme, f'by a {scheme} address')}; {target.title} takes pictures {taken}",
                f"give it {_WAYS[ways.value[0]]}",
                image.field,
                permits=lambda value: scheme in value,
            )
            return
    for types in when(target.images.mime_types):
        if mime is not None and mime not in types.value:
            yield problem(
                types,
                f"a picture of type {mime}; {target.title} takes {listed(types.value)}",
                f"convert it to {types.value[0]}",
                image.field,
                permits=lambda value: mime in value,
            )
