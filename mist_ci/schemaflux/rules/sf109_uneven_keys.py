"""Some rows have a key that others have not.

What it finds: a key that the target wants in all rows or in none, and that only some rows have.

Why it matters: Amazon's Nova SDK rejects the data set with "If any sample contains X, all samples must contain X".

What to do: write the key in every row, or remove it from all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, RuleMeta, quote
from mist_ci.schemaflux.stated import problem, when


def _row(question: str, **more: JsonValue) -> JsonValue:
    turns: list[JsonValue] = [
        {"role": "user", "content": [{"text": question}]},
        {"role": "assistant", "content": [{"text": "It is 4."}]},
    ]
    return {"schemaVersion": "bedrock-conversation-2024", **more, "messages": turns}


_SYSTEM: JsonValue = [{"text": "Be brief."}]
META = RuleMeta(
    code="SF109",
    name="uneven-keys",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="bedrock-nova",
    bad=rows(_row("What is 2+2?", system=_SYSTEM), _row("What is 3+1?")),
    good=rows(_row("What is 2+2?", system=_SYSTEM), _row("What is 3+1?", system=_SYSTEM)),
)
_Place = tuple[str, int]


@dataclass(slots=True)
class _Count:
    """Rows of one kind: how many, and the first of them."""

    rows: int = 0
    first: _Place | None = None
    is_known: bool = True

    def add(self, rows: int, first: _Place | None, *, is_known: bool) -> None:
        self.rows += rows
        self.is_known = self.is_known and is_known
        if first is not None and (self.first is None or first < self.first):
            self.first = first


def _counts() -> tuple[_Count, _Count]:
    return _Count(), _Count()


@dataclass(slots=True)
class KeyTally:
    """Rows with and without each of the keys."""

    target: Target
    counts: dict[str, tuple[_Count, _Count]] = field(default_factory=dict)
    """Key → rows that have it not, rows that have it."""

    def add(self, row: Row, /) -> None:
        """Takes in one row that is an object."""
        for fact in facts(self.target) if row.object else ():
            for key in fact.value:
                count = self.counts.setdefault(key, _counts())[key in row.object]
                count.add(1, (row.file, row.line), is_known=row.is_known)

    def merge(self, later: Self, /) -> None:
        """Takes in the tally of other rows."""
        for key, (without, having) in later.counts.items():
            mine = self.counts.setdefault(key, _counts())
            mine[0].add(without.rows, without.first, is_known=without.is_known)
            mine[1].add(having.rows, having.first, is_known=having.is_known)

    def problems(self) -> Iterator[Placed]:
        """One problem per key, at the first row that lacks it."""
        for fact in facts(self.target):
            for key in fact.value:
                without, having = self.counts.get(key, _counts())
                if without.first is None or having.first is None:
                    continue
                found = problem(
                    fact,
                    f"{having.rows:,} rows have the key {quote(key)} and {without.rows:,} have not; "
                    f"{self.target.title} wants it in all rows or in none",
                    "write it in every row, or remove it from all",
                    key,
                )
                yield Placed(found, *without.first, is_known=without.is_known and having.is_known)


def facts(target: Target, /) -> tuple[Fact[tuple[str, ...]], ...]:
    """The keys that all rows must have when one has them."""
    return when(target.rows.uniform_keys)


def tally(target: Target, /) -> KeyTally:
    """A new, empty tally."""
    return KeyTally(target)
