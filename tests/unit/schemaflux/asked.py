"""Asking one rule about one row."""

import json
from collections.abc import Sequence

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.formats.detection import detect
from mist_ci.schemaflux.kinds import FoldRule, RowRule
from mist_ci.schemaflux.plain import as_plain
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem


def row_of(value: JsonValue, *, line: int = 1, is_known: bool = False) -> Row:
    """A row of the format that it looks like."""
    raw = json.dumps(value, ensure_ascii=False).encode()
    found = detect(raw, None).format
    plain = as_plain(value) if found is DataFormat.OPENAI_CHAT else None
    return Row(line, "train.jsonl", raw, found, is_known=is_known, plain=plain)


def ask(rule: RowRule, value: JsonValue) -> list[Problem]:
    """What the rule says about a row, if it is asked about such rows."""
    row, meta = row_of(value), rule.META
    if meta.needs is not None and meta.needs not in row.traits:
        return []
    if meta.formats is not None and row.format not in meta.formats:
        return []
    return list(rule.check(row))


def fold(rule: FoldRule, values: Sequence[JsonValue], *, parts: int = 1) -> list[Placed]:
    """What the rule says about all rows, read in several parts."""
    tallies = []
    for part in range(parts):
        tally = rule.tally()
        start, stop = len(values) * part // parts, len(values) * (part + 1) // parts
        for number in range(start, stop):
            tally.add(row_of(values[number], line=number + 1))
        tallies.append(tally)
    for later in tallies[1:]:
        tallies[0].merge(later)
    return list(tallies[0].problems())
