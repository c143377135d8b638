"""Whether rows are examples of classes: many short answers, few different ones."""

from dataclasses import dataclass, field
from statistics import median
from typing import Self

from mist_ci.schemaflux.labels import MOST_LABELS, last_answer
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.seen import Census

LABEL_CHARS = 40
_FEWEST_ROWS = 50
_SHORT_SHARE = 0.8
_PER_CLASS = 5


def class_of(row: Row) -> str | None:
    """The short answer or label of a row; None where it has none."""
    answer = last_answer(row)
    if answer is None or len(answer) > LABEL_CHARS or "\x1f" in answer:
        return None
    return answer.strip() or None


@dataclass(slots=True)
class ClassTally:
    """Counts short answers, and rows that have others."""

    classes: Census[str] = field(default_factory=lambda: Census(MOST_LABELS))
    others: int = 0

    def add(self, row: Row, /) -> None:
        """Takes in one row."""
        self.add_label(class_of(row), row)

    def add_label(self, label: str | None, row: Row) -> None:
        """Takes in a row whose `class_of` is known."""
        if label is None:
            self.others += 1
        else:
            self.classes.add(label, row)

    def merge(self, later: Self, /) -> None:
        """Takes in the tally of later rows."""
        self.classes.merge(later.classes)
        self.others += later.others

    @property
    def is_classification(self) -> bool:
        """True when the data is classified: 80% of at least 50 answers are short, five of each in the median."""
        counts = [seen.count for seen in self.classes.values.values()]
        if self.classes.is_full or len(counts) == 1 or self.classes.total < _FEWEST_ROWS:
            return False
        is_short = self.classes.total >= _SHORT_SHARE * (self.classes.total + self.others)
        return is_short and median(counts) >= _PER_CLASS
