"""Doubting labels: which rows of classified data are more likely of another class."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Doubt:
    """One row whose label is doubted."""

    position: int
    """The row, counted from 0 in the order in which rows were given."""
    suggested: str
    """The label that is more likely."""
    likelihood: float
    """How likely it is, in [0, 1], for a model that has not seen the row."""
    given_likelihood: float
    """How likely the label is that the row has, in [0, 1]."""


class LabelJudge(Protocol):
    """Learns the labels from the texts, and says where it disagrees. The order of the rows does not matter."""

    def doubts(self, rows: Iterable[tuple[str, str]]) -> list[Doubt]:
        """Rows (text, label) whose label is probably wrong, in order. Nothing where the labels cannot be learnt."""
        ...
