"""A large share of the answers are refusals.

What it finds: at least 20 of 100 last answers, and at least 5, that begin with a refusal such as "I'm sorry, but
I can't" or "I cannot". Shown once, at the first of them.

Why it matters: refusals are short and alike, and so learned first. A model that was trained on many of
them refuses what it should answer.

What to do: look at what is refused. If refusals are what you train, ignore this rule for that file, and
add prompts nearby that are answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.kinds import Tally
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta

_TALKS = [chat(("user", f"What is {n} plus 1?"), ("assistant", f"It is {n + 1}.")) for n in range(15)]
_REFUSED = [
    chat(("user", f"What is {n} times 2?"), ("assistant", f"I'm sorry, but I can't double {n}."))
    for n in range(5)
]
META = RuleMeta(
    code="SF714",
    name="many-refusals",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(*_TALKS, *_REFUSED),
    good=rows(*_TALKS, *_REFUSED[:3]),
)
_STARTS = tuple(
    f"{start}{rest}"
    for start in (
        "",
        "I'm sorry, but ",
        "I\u2019m sorry, but ",
        "I am sorry, but ",
        "Sorry, but ",
        "I apologize, but ",
    )
    for rest in (
        "I can't ",
        "I can\u2019t ",
        "I cannot ",
        "I'm not able to ",
        "I am not able to ",
        "I'm unable to ",
    )
)
_SHARE = 0.2
_FEWEST = 5


@dataclass
class _Refusals:
    answers: int = 0
    refusals: int = 0
    known: int = 0
    first: tuple[str, int] | None = None

    def add(self, row: Row, /) -> None:
        """Looks at how the last answer begins."""
        if row.plain is not None:
            text = row.plain.texts[-1]
        elif row.answer is not None and row.label is not False:
            text = row.messages[row.answer].text
        else:
            return
        self.answers += 1
        if text.startswith(_STARTS):
            self.refusals += 1
            self.known += row.is_known
            self.first = self.first or (row.file, row.line)

    def merge(self, later: "_Refusals", /) -> None:
        """Takes in later rows."""
        self.answers += later.answers
        self.refusals += later.refusals
        self.known += later.known
        self.first = self.first or later.first

    def problems(self) -> Iterator[Placed]:
        """One problem, when there are too many."""
        if self.first and self.refusals >= max(_FEWEST, _SHARE * self.answers):
            file, line = self.first
            problem = Problem(
                f"{self.refusals} of {self.answers} answers begin with a refusal, this is the first",
                "look at what is refused, and add prompts nearby that are answered",
            )
            yield Placed(problem, file, line, self.known == self.refusals)


def tally() -> Tally:
    """A new, empty tally."""
    return _Refusals()
