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
OF_PROMPTS = True
_NO_NOTE = bytes(8)


def sketches(row: Row, /) -> Iterator[bytes]:
    """Equal rows have equal prompts."""
    if row.is_sound:
        yield row.prompt_sketch or xxhash.xxh3_128_digest(row.canonical)


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
