"""The same row, again.

What it finds: a row that is equal to another one, whatever the order of keys and the white space.

Why it matters: a repeated row is trained more often than the others and counts towards the bill. Above
all it is a sign that two files were joined, or that a script ran twice.

What to do: remove the copies. If the repetition is meant, use the trainer's own weighting.
"""

from collections.abc import Iterator

import xxhash

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Mention, Problem, RuleMeta

META = RuleMeta(
    code="SF801",
    name="exact-duplicate",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=GOOD + GOOD.replace(b": ", b":"),
    good=GOOD,
)
_NO_NOTE = bytes(8)
_EDGE_CHARS = 40


def sketches(row: Row, /) -> Iterator[bytes]:
    """Of a plain row: its roles, and length, beginning and end of its texts."""
    if row.plain is None:
        yield from (key for key, _ in keys(row))
        return
    parts = ["plain", *row.plain.roles]
    for text in row.plain.texts:
        parts += (str(len(text)), text[:_EDGE_CHARS], text[-_EDGE_CHARS:])
    yield xxhash.xxh3_128_digest("\x1e".join(parts).encode("utf-8", "surrogatepass"))


def keys(row: Row, /) -> Iterator[tuple[bytes, bytes]]:
    """A hash of the row in canonical form."""
    if row.is_sound:
        yield xxhash.xxh3_128_digest(row.canonical), _NO_NOTE


def verdict(_first: bytes, _other: bytes, /) -> Severity:
    """All copies are the same."""
    return META.severity


def describe(first: Mention, _other: Mention, /) -> Problem:
    """Where the original is."""
    return Problem(f"this row is the same as {first}", "remove one of the two")
