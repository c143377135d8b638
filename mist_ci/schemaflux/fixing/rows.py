"""One row, repaired as far as it is safe."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.models.data_format import DataFormat
from mist_ci.models.target import StanceSeverity, Target
from mist_ci.parsing.strict_json import parse
from mist_ci.schemaflux.fixing.edit import edited
from mist_ci.schemaflux.fixing.fixers import FIXERS
from mist_ci.schemaflux.judge import Glance, Judge
from mist_ci.schemaflux.plain import as_plain
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules import ROW_RULES
from mist_ci.schemaflux.rules.of_targets import TARGET_RULES
from mist_ci.schemaflux.selection import Selection

Counts = Counter[str]
"""Code → problems."""


@dataclass(frozen=True, slots=True)
class FixedRow:
    """A row as it should be, and the problems that are gone."""

    raw: bytes
    resolved: Counts


class RowRepair:
    """Fixers, and the rules that say what they are worth. Not picklable."""

    def __init__(self, targets: Sequence[Target], selection: Selection) -> None:
        codes = {fixer.CODE for fixer in FIXERS}
        few = [rule for rule in ROW_RULES if rule.META.code in codes]
        few_of_targets = [rule for rule in TARGET_RULES if rule.META.code in codes]
        self._targets = targets
        self._few = Judge(few, few_of_targets, targets, selection)
        self._all = Judge(ROW_RULES, TARGET_RULES, targets, selection)

    def glance(self, raw: bytes) -> Glance:
        """What is seen of a line at once."""
        return self._few.glance(raw)

    def fix(self, row: Row, seen: Glance) -> FixedRow | None:
        """The repaired row; None for one that is fine, or that nobody can repair safely."""
        if not self._few.problems(row, seen):
            return None
        before = now = self._problems(row)
        raw = row.raw
        while (step := self._step(row, now)) is not None:
            row, now = step
        return FixedRow(row.raw, before - now) if row.raw != raw else None

    def _step(self, row: Row, now: Counts) -> tuple[Row, Counts] | None:
        """The row after the first repair that leaves fewer problems; None when there is no such one."""
        for fixer in FIXERS:
            if now[fixer.CODE] == 0:
                continue
            edits = list(fixer.edits(row, self._targets))
            raw = edited(row.raw, edits) if edits else None
            if raw is None or raw == row.raw:
                continue
            new = _row(row, raw)
            after = self._problems(new)
            if after.total() < now.total():
                return new, after
        return None

    def _problems(self, row: Row) -> Counts:
        found = self._all.problems(row, self._all.glance(row.raw))
        return Counter(one.rule.META.code for one in found if not _is_off(one.target, one.rule.META.code))


def _row(old: Row, raw: bytes) -> Row:
    row = Row(old.line, old.file, raw, old.format, old.is_known)
    row.value = parse(raw)
    if old.format is DataFormat.OPENAI_CHAT:
        row.plain = as_plain(row.value)
    return row


def _is_off(target: Target | None, code: str) -> bool:
    stance = target.rules.get(code) if target else None
    return stance is not None and stance.severity is StanceSeverity.OFF
