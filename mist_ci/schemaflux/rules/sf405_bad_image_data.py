"""A picture inside a row cannot be decoded.

What it finds: a data URL that is not `data:image/…;base64,…`, data that is not base64, and bytes that are no
picture. A picture of another kind than its media type says is a warning. Pictures behind links are not looked
at.

Why it matters: Azure and Vertex drop such examples without a word; local trainers crash in the middle of the
run.

What to do: encode the bytes of the file with a base64 library, and name the kind they have.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import TELL, rows
from mist_ci.schemaflux.image_data import PIXEL, kind_named, kind_of, media_type, payload, pictures
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.trait import Trait


def _row(url: str) -> bytes:
    return rows(
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}, TELL]}
    )


META = RuleMeta(
    code="SF405",
    name="bad-image-data",
    severity=Severity.ERROR,
    consequence=Consequence.DROPPED,
    since="0.1.0",
    needs=Trait.PARTS,
    bad=_row("data:image/png;base64,not*base64"),
    good=_row(PIXEL),
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per picture."""
    for message in row.said:
        for picture in pictures(message):
            found = _judge(picture.url) if picture.url[:5].lower() == "data:" else None
            if found:
                reason, hint, severity = found
                shown = quote(picture.url[:40])
                yield Problem(f"the picture {reason}", hint, picture.field, snippet=shown, severity=severity)


def _judge(url: str) -> tuple[str, str, Severity] | None:
    """What is wrong, what to do, and how bad it is."""
    media = media_type(url)
    if media is None:
        return "is no data URL of base64", "write data:image/png;base64,… before the data", Severity.ERROR
    if not media.startswith("image/"):
        return f"has the media type {quote(media)}", "write the media type of the picture", Severity.ERROR
    content = payload(url)
    if content is None:
        return "is not base64", "encode the bytes of the file with a base64 library", Severity.ERROR
    found, named = kind_of(content), kind_named(media)
    if found is None and (not content or named in ("png", "jpeg", "gif", "webp")):
        return (
            f"has {len(content):,} bytes that are no picture",
            "encode the file itself, once",
            Severity.ERROR,
        )
    if found is not None and found != named:
        return f"is {found}, not {named}", f"write data:image/{found};base64", Severity.WARNING
    return None
