"""All answers are the same.

What it finds: at least ten rows with one and the same last answer, and no other; and, as a warning, one
answer of more than 40 characters in nine of ten rows (of at least fifty). Short answers are labels, of which
one may well be frequent.

Why it matters: the model learns to say this, whatever it is asked. Often a column was filled with the wrong
value.

What to do: look at how the answers were made.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import xxhash

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.labels import last_answer
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta, quote
from mist_ci.schemaflux.seen import Census

META = RuleMeta(
    code="SF709",
    name="same-answers",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        *(chat(("user", f"What is {n}+1?"), ("assistant", "Sorry, I cannot do that.")) for n in range(10))
    ),
    good=rows(*(chat(("user", f"What is {n}+1?"), ("assistant", f"{n + 1}")) for n in range(10))),
)
_FEWEST = 10
_FEWEST_OF_MANY = 50
_DOMINATES = 0.9
_LABEL_CHARS = 40
_MOST_ANSWERS = 1_000
"""With more different answers than this they are different enough."""


@dataclass(slots=True)
class _Tally:
    answers: Census[int] = field(default_factory=lambda: Census(_MOST_ANSWERS))

    def add(self, row: Row, /) -> None:
        if self.answers.is_full:
            return
        answer = last_answer(row)
        text = "" if answer is None else answer.strip()
        if text:
            shown = text[: _LABEL_CHARS + 1]
            self.answers.add(xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass")), row, shown)

    def merge(self, later: Self, /) -> None:
        self.answers.merge(later.answers)

    def problems(self) -> Iterator[Placed]:
        answers = self.answers
        if answers.total < _FEWEST:
            return
        _, seen = answers.by_count()[0]
        share = seen.count / answers.total
        is_long, is_many = len(seen.shown) > _LABEL_CHARS, answers.total >= _FEWEST_OF_MANY
        if len(answers.values) == 1 or (is_long and is_many and share >= _DOMINATES):
            problem = Problem(
                f"{seen.count:,} of {answers.total:,} answers are the same: {quote(seen.shown)}",
                "look at how the answers were made",
                severity=Severity.ERROR if len(answers.values) == 1 else Severity.WARNING,
            )
            yield Placed(problem, seen.file, seen.line, seen.is_known)


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
