"""Repeats of a case that a tool asked several times without numbering the times."""

from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from mist_ci.models.record import Record


def numbered(records: Iterable[Record]) -> list[Record]:
    """The same records in the same order; the n-th record of a case in its suite gets `repeat` n−1."""
    seen: Counter[tuple[str, str]] = Counter()
    result = []
    for record in records:
        case = (record.suite, record.case_key)
        result.append(replace(record, repeat=seen[case]) if seen[case] else record)
        seen[case] += 1
    return result
