"""An answer repeats itself without end.

What it finds: answers that end in a loop: the same few words or lines, eight times or more in a row,
for at least half of the answer. Digits, signs and drawings may repeat, and so may an answer to a
request to repeat something.

Why it matters: this is how a model sounds that was sampled badly. Trained on, the loop is what the
model falls into, on other prompts too.

What to do: remove the row, or generate the answer again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.kinds import Tally
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import Text, answers, around
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta

META = RuleMeta(
    code="SF708",
    name="repetition",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "Is it safe?"), ("assistant", "Yes. " + "I am sure of it. " * 20))),
    good=rows(chat(("user", "Pi?"), ("assistant", "3.14159265358979323846264338327950288419716939937510"))),
)
_FEWEST_CHARS = 200
_PROBE_CHARS = 24
_FEWEST_REPEATS = 8
_LONGEST_UNIT = 200
_MOST_PLACES = 1_000
_ASKED_FOR = re.compile(
    r"(?i)\b(?:repeat|times|over and over|again and again|loop|song|lyrics|poem|chant)"
    r"|wiederhol|répét|repite|repet|повтор|重复|繰り返"
)


@dataclass
class _Loops:
    places: list[Placed] = field(default_factory=list)

    def add(self, row: Row, /) -> None:
        """Notes the answers of a row that are loops."""
        if row.plain is not None and not _may_loop(row.plain.texts[-1]):
            return
        for one in answers(row):
            if _may_loop(one.text) and len(self.places) < _MOST_PLACES:
                self._look_at(row, one)

    def _look_at(self, row: Row, one: Text) -> None:
        for unit, times in _loops(one.text):
            if not any(_ASKED_FOR.search(message.text) for message in row.said if message.role == "user"):
                self.places.append(Placed(_problem(one, unit, times), row.file, row.line, row.is_known))

    def merge(self, later: "_Loops", /) -> None:
        """Takes in the answers of later rows."""
        self.places = (self.places + later.places)[:_MOST_PLACES]

    def problems(self) -> Iterator[Placed]:
        """One problem per answer."""
        yield from self.places


def tally() -> Tally:
    """A new, empty tally."""
    return _Loops()


def _may_loop(text: str) -> bool:
    """False for nearly all texts: their last characters do not stand a little earlier as well."""
    return (
        len(text) >= _FEWEST_CHARS and text.find(text[-_PROBE_CHARS:], -_PROBE_CHARS - _LONGEST_UNIT, -1) >= 0
    )


def _loops(text: str) -> Iterator[tuple[str, int]]:
    """The unit that a text repeats at its end, and how often; nothing when it does not."""
    end = len(text.rstrip())
    probe = text[max(0, end - _PROBE_CHARS) : end]
    before = text.rfind(probe, 0, end - 1) if end >= _FEWEST_CHARS else -1
    size = end - before - len(probe)
    if before < 0 or size > _LONGEST_UNIT:
        return
    unit, times = text[end - size : end], 1
    while text.endswith(unit, 0, end - times * size):
        times += 1
    letters = {char for char in unit if char.isalpha()}
    if (
        times >= _FEWEST_REPEATS
        and times * size * 2 >= end
        and letters
        and (size > 1 or times >= _FEWEST_CHARS)
    ):
        yield unit, times


def _problem(one: Text, unit: str, times: int) -> Problem:
    return Problem(
        f"{one.field} ends in a loop: the same {len(unit)} characters {times} times",
        "remove the row, or generate the answer again",
        field=one.field,
        snippet=around(unit, 0, min(len(unit), 60)),
    )
