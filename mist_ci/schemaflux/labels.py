"""The labels of classification data, counted."""

from dataclasses import dataclass, field
from typing import Self

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.seen import Census

MOST_LABELS = 1_000
"""With more different labels than this they are no classes."""


@dataclass(slots=True)
class LabelTally:
    """Counts the labels of classification rows; others are not looked at. Labels are compared as text."""

    labels: Census[str] = field(default_factory=lambda: Census(MOST_LABELS))

    def add(self, row: Row, /) -> None:
        """Takes in one row."""
        if row.format is DataFormat.CLASSIFICATION and isinstance(row.label, str | int):
            self.labels.add(str(row.label), row)

    def merge(self, later: Self, /) -> None:
        """Takes in the tally of later rows."""
        self.labels.merge(later.labels)


def last_answer(row: Row) -> str | None:
    """What the assistant says at last, with the calls it makes; None where nothing is trained."""
    if row.plain is not None:
        return row.plain.texts[-1]
    if row.answer is None:
        return None
    message = row.messages[row.answer]
    return message.text + "".join(f"\x1f{made.name}\x1f{made.arguments}" for made in message.calls)
