"""Too many pictures, or one that is too large.

What it finds: more pictures in a row, or in one message, than the target takes, and pictures inside the row that have
more bytes than it takes.

Why it matters: Together, Azure, OpenAI and Amazon Nova reject the row; Vertex drops it.

What to do: split the conversation, or make the picture smaller.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.images import images
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when
from mist_ci.schemaflux.trait import Trait

_DOT: JsonValue = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def _row(pictures: int) -> JsonValue:
    return {
        "messages": [
            {"role": "user", "content": [_DOT] * pictures},
            {"role": "assistant", "content": [{"type": "text", "text": "Dots."}]},
        ]
    }


META = RuleMeta(
    code="SF404",
    name="too-many-images",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.PARTS,
    target="together",
    bad=rows(_row(11)),
    good=rows(_row(10)),
)


def facts(target: Target, /) -> tuple[Fact[Any], ...]:
    """Numbers and sizes of pictures."""
    limits = target.limits
    return (*when(limits.row_images), *when(limits.message_images), *when(limits.image_bytes))


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per limit."""
    found = list(images(row))
    title = target.title
    for fact in when(target.limits.row_images):
        if len(found) > fact.value:
            message = f"{len(found)} pictures in one row; {title} takes {fact.value}"
            yield _problem(fact, message, len(found), found[fact.value].field)
    by_message = Counter(image.message.field for image in found)
    for fact in when(target.limits.message_images):
        for field, count in by_message.items():
            if count > fact.value:
                yield _problem(
                    fact, f"{count} pictures in one message; {title} takes {fact.value}", count, field
                )
                break
    for fact in when(target.limits.image_bytes):
        for image in found:
            if image.size is not None and image.size > fact.value:
                message = f"a picture of {image.size:,} bytes; {title} takes {fact.value:,}"
                yield _problem(fact, message, image.size, image.field)
                break


def _problem(fact: Fact[int], message: str, count: int, field: str) -> Problem:
    hint = (
        "make the picture smaller" if "bytes" in message else "split the conversation, or leave pictures out"
    )
    return problem(fact, message, hint, field, permits=lambda limit: limit >= count)
