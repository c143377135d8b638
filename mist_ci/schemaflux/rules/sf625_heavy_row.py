"""One row is a large part of all data.

What it finds: a row that has more than a fifth of the bytes of a data set of at least twenty rows, and a thousand
bytes at least.

Why it matters: in an epoch a fifth of what is learnt comes from this row, and the model learns it by heart. Mostly it
is a document that got in whole, or rows that lost the line break between them.

What to do: look at the row; cut it into several, or remove it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta

_TURNS = [chat(("user", f"What is {n}+1?"), ("assistant", str(n + 1))) for n in range(20)]
_STORY = " ".join(f"Chapter {n} tells of day {n * 7} on the road." for n in range(40))
META = RuleMeta(
    code="SF625",
    name="heavy-row",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(*_TURNS, chat(("user", "Tell me a story."), ("assistant", _STORY))),
    good=rows(*_TURNS),
)
_FEWEST = 20
_SHARE = 0.2
_LEAST_BYTES = 1_000


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    total_bytes: int = 0
    most_bytes: int = 0
    file: str = ""
    line: int = 0
    is_known: bool = False

    def add(self, row: Row, /) -> None:
        size = len(row.raw)
        self.rows += 1
        self.total_bytes += size
        if size >= self.most_bytes:
            self._offer(size, row.file, row.line, is_known=row.is_known)

    def merge(self, later: Self, /) -> None:
        self.rows += later.rows
        self.total_bytes += later.total_bytes
        self._offer(later.most_bytes, later.file, later.line, is_known=later.is_known)

    def _offer(self, size: int, file: str, line: int, *, is_known: bool) -> None:
        """The heaviest; of two, what was there before, and then the first."""
        mine = -self.most_bytes, not self.is_known, self.file, self.line
        if (-size, not is_known, file, line) < mine:
            self.most_bytes, self.file, self.line, self.is_known = size, file, line, is_known

    def problems(self) -> Iterator[Placed]:
        share = self.most_bytes / self.total_bytes if self.total_bytes else 0.0
        if self.rows < _FEWEST or share <= _SHARE or self.most_bytes < _LEAST_BYTES:
            return
        problem = Problem(
            f"one of {self.rows:,} rows is {100 * share:.0f}% of all data",
            "look at it: cut it into several rows, or remove it",
        )
        yield Placed(problem, self.file, self.line, self.is_known)


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
