"""The same answer is preferred here, and not elsewhere.

What it finds: two rows with the same prompt and the same two answers, of which one prefers what the other
rejects; in KTO data, the same prompt and answer with both labels.

Why it matters: the two rows cancel each other, and one of them is wrong.

What to do: decide which is right, and remove the other row.
"""

from collections.abc import Iterator

import xxhash

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.pairs import LABELLED, pair, whole
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Mention, Problem, RuleMeta

META = RuleMeta(
    code="SF506",
    name="reversed-preference",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        {"prompt": "What colour is the sky?", "chosen": "Blue.", "rejected": "Green."},
        {"prompt": "What colour is the sky?", "chosen": "Green.", "rejected": "Blue."},
    ),
    good=rows({"prompt": "What colour is the sky?", "chosen": "Blue.", "rejected": "Green."}),
)
OF_PROMPTS = False


def sketches(row: Row, /) -> Iterator[bytes]:
    """There are few such rows: their keys."""
    return (key for key, _ in keys(row))


def keys(row: Row, /) -> Iterator[tuple[bytes, bytes]]:
    """A hash of the prompt and both answers in any order, noted with a hash of the chosen one."""
    if row.plain is not None or row.orderly is not None:
        return
    if isinstance(row.label, bool) and row.format in LABELLED and row.is_sound:
        yield xxhash.xxh3_128_digest(_bytes(whole(row.messages))), bytes([row.label] * 8)
    sides = pair(row)
    if sides is None:
        return
    chosen, rejected = (whole(side.messages) for side in sides)
    if chosen != rejected:
        first, second = sorted((chosen, rejected))
        asked = "\x1d".join((whole(row.messages), first, second))
        yield xxhash.xxh3_128_digest(_bytes(asked)), xxhash.xxh3_64_digest(_bytes(chosen))


def verdict(first: bytes, other: bytes, /) -> Severity | None:
    """Twice the same preference is no contradiction."""
    return None if first == other else Severity.ERROR


def describe(first: Mention, other: Mention, /) -> Problem:
    """Where the other way round is."""
    what = (
        "prefers the answer that is rejected here" if other.row.sides else "labels the same answer otherwise"
    )
    return Problem(f"{first} {what}", "decide which is right, and remove the other row")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
