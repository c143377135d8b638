"""What format a file has, from its first rows, with the evidence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats import FORMATS, of
from mist_ci.schemaflux.formats.format import Format
from mist_ci.schemaflux.message import Object
from mist_ci.schemaflux.shape import nearest

SAMPLE_ROWS = 200
_ALIKE = 0.75
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Detected:
    """A format and why."""

    format: DataFormat
    evidence: str


def detect(head: bytes, declared: DataFormat | None) -> Detected:
    """The format of a file that begins with `head`: the one that most of its first rows look like."""
    if declared is not None:
        return Detected(declared, "declared")
    rows = sample(head)
    found = most_like(rows)
    if found is None:
        return Detected(DataFormat.OPENAI_CHAT, "nothing says otherwise")
    return Detected(found, evidence(found, rows))


def sample(head: bytes) -> list[Object]:
    """The first rows that are objects; lines that cannot be read are left out."""
    found: list[Object] = []
    for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        try:
            value = _decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
            if len(found) == SAMPLE_ROWS:
                break
    return found


def most_like(rows: Iterable[Object]) -> DataFormat | None:
    """What most rows look like; of two, the one that comes first."""
    counts = Counter(found for row in rows if (found := guess(row)) is not None)
    return counts.most_common(1)[0][0] if counts else None


def evidence(name: DataFormat, rows: list[Object]) -> str:
    """In how many of the rows there is what makes them rows of this format."""
    one = of(name)
    if count := sum(guess(row) is name and one.is_complete(row) for row in rows):
        return f"{one.evidence} in {count} of {len(rows)} rows"
    return f"keys of {name} in {sum(guess(row) is name for row in rows)} of {len(rows)} rows"


def guess(row: Object) -> DataFormat | None:
    """The first format that a row looks like. Null is as good as absent, unless nothing else helps."""
    filled = {key: value for key, value in row.items() if value is not None}
    for visible in (filled, row):
        for one in FORMATS:
            if one.looks_like(visible):
                return one.name
    return None


def closest(row: Object) -> tuple[Format, tuple[str, ...]] | None:
    """For a row of no known format: the one with the most keys that look alike, and what it lacks.

    Of several that are equally close, openai-chat if it is among them, else the first.
    """

    def likeness(one: Format) -> tuple[float, bool]:
        alike = sum(key in row or meant(one, key, row) is not None for key in one.needed)
        return alike / len(one.needed), one.name is DataFormat.OPENAI_CHAT

    best = max(FORMATS, key=likeness)
    return (best, tuple(key for key in best.needed if key not in row)) if likeness(best)[0] else None


def meant(one: Format, key: str, row: Object) -> str | None:
    """What a row calls a field of the format that it lacks: by another of its names, or misspelt.

    What is misspelt has a value of the right type at least: a text called `context` is not `contents`.
    """
    others = (other for other in row if one.shape.meant.get(other) == key)
    types = (one.shape.required.get(key) or one.shape.optional[key]).types
    fitting = tuple(other for other, value in row.items() if type(value) in types)
    return next(others, None) or nearest(key, fitting, _ALIKE)
