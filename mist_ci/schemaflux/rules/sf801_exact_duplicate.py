"""The same row, again.

What it finds: a row that is equal to another one, whatever the order of keys and the white space.

Why it matters: a repeated row is trained more often than the others and counts towards the bill. Above
all it is a sign that two files were joined, or that a script ran twice.

What to do: remove the copies. If the repetition is meant, use the trainer's own weighting.
"""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

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
_encode = msgspec.json.Encoder(order="sorted").encode


def keys(row: Row, /) -> Iterator[tuple[bytes, str]]:
    """A hash of the row in canonical form."""
    if row.is_sound:
        yield hashlib.blake2b(_encode(row.value), digest_size=16).digest(), ""


def check(group: Sequence[Mention], /) -> Iterator[tuple[Mention, Problem]]:
    """All but the first."""
    original, *copies = group
    for copy in copies:
        yield copy, Problem(f"this row is the same as {original}", "remove one of the two")
