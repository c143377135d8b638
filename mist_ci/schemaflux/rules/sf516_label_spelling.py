"""A label is spelt in two ways.

What it finds: labels of classification data that are the same but for case, white space, `_` and `-`; and, as
a warning, a label of at most three rows that is one letter off one that is at least ten times as frequent.
Answers of chat rows are looked at as labels, with warnings only, where all are short and each of them stands
in ten rows on average.

Why it matters: two spellings are two classes. The model is wrong half of the time, whatever it answers.

What to do: correct the label.
"""

from collections.abc import Iterator
from typing import Self

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.labels import MOST_LABELS, LabelTally, last_answer
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta, quote
from mist_ci.schemaflux.seen import Census, Seen
from mist_ci.schemaflux.spelling import one_letter_off, same_by_case

META = RuleMeta(
    code="SF516",
    name="label-spelling",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        {"text": "Give me my money back!", "label": "refund"},
        {"text": "I want a refund.", "label": "refund"},
        {"text": "Money back, now.", "label": "Refund "},
    ),
    good=rows(
        {"text": "Give me my money back!", "label": "refund"},
        {"text": "It came broken.", "label": "complaint"},
    ),
)


_LONGEST = 40
_PER_LABEL = 10


class _Tally:
    def __init__(self) -> None:
        self.labels, self.answers = LabelTally(), Census[str](MOST_LABELS)

    def add(self, row: Row, /) -> None:
        self.labels.add(row)
        if not self.answers.is_full and row.format is not DataFormat.CLASSIFICATION:
            answer = last_answer(row)
            if answer is not None and len(answer) > _LONGEST:
                self.answers.fill()
            elif answer:
                self.answers.add(answer, row)

    def merge(self, later: Self, /) -> None:
        self.labels.merge(later.labels)
        self.answers.merge(later.answers)

    def problems(self) -> Iterator[Placed]:
        yield from _misspelt("label", self.labels.labels)
        if self.answers.total >= _PER_LABEL * len(self.answers.values):
            yield from _misspelt("answer", self.answers)


def _misspelt(what: str, labels: Census[str]) -> Iterator[Placed]:
    by_case = list(same_by_case(labels))
    for label, seen, frequent in by_case:
        severity = Severity.ERROR if what == "label" else Severity.WARNING
        message = f"the {what} {quote(label[:60])} is {quote(frequent[:60])} elsewhere"
        yield _placed(seen, Problem(message, f"write {quote(frequent[:60])}", severity=severity))
    said = {label for label, _, _ in by_case}
    for label, seen, frequent in one_letter_off(labels):
        if label not in said:
            message = f"the {what} {quote(label[:60])} ({seen.count} rows) is nearly {quote(frequent[:60])}"
            hint = f"write {quote(frequent[:60])}, if that is meant"
            yield _placed(seen, Problem(message, hint, severity=Severity.WARNING))


def _placed(seen: Seen, problem: Problem) -> Placed:
    return Placed(problem, seen.file, seen.line, seen.is_known)


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
