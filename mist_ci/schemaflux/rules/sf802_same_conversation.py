"""The same conversation, under another id.

What it finds: a row that says the same as another one, to the last letter and with the same tools, and differs
in fields that are not trained: ids, sources, scores.

Why it matters: it is trained twice like any copy, but looks like two rows where rows are counted by their
ids. Often a file was put together from two that had rows in common.

What to do: remove one of the two.
"""

from collections.abc import Iterator

import xxhash

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Mention, Problem, RuleMeta, quote
from mist_ci.schemaflux.wording import digest_of_said


def _row(number: int, answer: str) -> JsonValue:
    asked: JsonValue = {"role": "user", "content": "What is 2+2?"}
    return {"id": number, "messages": [asked, {"role": "assistant", "content": answer}]}


META = RuleMeta(
    code="SF802",
    name="same-conversation",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(_row(1, "4"), _row(2, "4")),
    good=rows(_row(1, "4")),
)
OF_PROMPTS = False
_SHOWN = 3


def sketches(row: Row, /) -> Iterator[bytes]:
    """There are few such rows in most data: their keys."""
    return (key for key, _ in keys(row))


def keys(row: Row, /) -> Iterator[tuple[bytes, bytes]]:
    """A hash of what is said, noted with a hash of the row. Rows that have nothing else are the business of SF801."""
    if row.plain is None and row.orderly is None and row.is_sound:
        yield digest_of_said(row), xxhash.xxh3_64_digest(row.canonical)


def verdict(first: bytes, other: bytes, /) -> Severity | None:
    """Copies are the business of SF801."""
    return None if first == other else META.severity


def describe(first: Mention, other: Mention, /) -> Problem:
    """Where the other one is, and in what they differ."""
    one, two = first.row.object, other.row.object
    names = [name for name in dict.fromkeys((*one, *two)) if one.get(name) != two.get(name)]
    shown = ", ".join(quote(name[:30]) for name in names[:_SHOWN])
    return Problem(
        f"this row says the same as {first}, and differs from it in {shown} only", "remove one of the two"
    )
