"""Adding up tokens: exact, whatever the number of rows, in memory that grows with the number of different lengths."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mist_ci.models.token_figures import TokenFigures, TrainerFates
from mist_ci.models.trainer import Fate, Outcome, TrainerSettings
from mist_ci.schemaflux.row_tokens import Destination


@dataclass(slots=True)
class FateTally:
    """What becomes of rows at one destination."""

    rows: dict[Outcome, int] = field(default_factory=dict)
    emptied: int = 0
    seen: int = 0
    trained: int = 0
    lost: int = 0

    def add(self, fate: Fate) -> None:
        """Takes in one row."""
        self.rows[fate.outcome] = self.rows.get(fate.outcome, 0) + 1
        self.emptied += fate.is_emptied
        self.seen += fate.tokens_seen
        self.trained += fate.tokens_trained
        self.lost += fate.tokens_lost

    def merge(self, later: "FateTally") -> None:
        """Takes in the tally of later rows."""
        for outcome, number in later.rows.items():
            self.rows[outcome] = self.rows.get(outcome, 0) + number
        self.emptied += later.emptied
        self.seen += later.seen
        self.trained += later.trained
        self.lost += later.lost


@dataclass(slots=True)
class TokenTally:
    """Tokens of rows."""

    lengths: dict[int, int] = field(default_factory=dict)
    """Tokens of a row → how many rows have so many."""
    tokens: int = 0
    trainable: int = 0
    unlearnt: int = 0
    messages: int = 0
    bases: set[str] = field(default_factory=set)
    """How they were counted; several where processes disagree about an accelerator."""
    fates: dict[str, FateTally] = field(default_factory=dict)
    """Name of the destination → what it makes of the rows."""

    def add(self, length: int, total: int, trainable: int, messages: int) -> None:
        """Takes in one row."""
        self.lengths[length] = self.lengths.get(length, 0) + 1
        self.tokens += total
        self.trainable += trainable
        self.messages += messages
        if not trainable:
            self.unlearnt += total

    def merge(self, later: "TokenTally") -> None:
        """Takes in the tally of later rows."""
        for length, number in later.lengths.items():
            self.lengths[length] = self.lengths.get(length, 0) + number
        self.tokens += later.tokens
        self.trainable += later.trainable
        self.unlearnt += later.unlearnt
        self.messages += later.messages
        self.bases |= later.bases
        for name, fates in later.fates.items():
            self.fates.setdefault(name, FateTally()).merge(fates)

    @property
    def rows(self) -> int:
        """How many were taken in."""
        return sum(self.lengths.values())

    def figures(self, goes_to: Sequence[Destination], duplicates: int) -> TokenFigures:
        """All of it as numbers. `duplicates` is how many rows are copies of others."""
        shares = (0.01, 0.5, 0.95, 0.99, 1.0)
        first, median, p95, p99, longest = quantiles(self.lengths, shares)
        return TokenFigures(
            rows=self.rows,
            total=self.tokens,
            trainable=self.trainable,
            unlearnt=self.unlearnt,
            duplicates=self.tokens * min(duplicates, self.rows) // self.rows if self.rows else 0,
            messages=self.messages,
            shortest_hundredth=first,
            median=median,
            p95=p95,
            p99=p99,
            longest=longest,
            trainers=tuple(
                _fates(one.settings, self.fates.get(one.name, FateTally()))
                for one in goes_to
                if one.settings is not None
            ),
        )


def quantiles(lengths: dict[int, int], shares: Sequence[float]) -> list[int]:
    """For each share the smallest length that at least this share of the rows does not exceed; 0 without rows.

    >>> quantiles({10: 98, 500: 2}, (0.5, 0.98, 0.99))
    [10, 10, 500]
    """
    rows, found, passed = sum(lengths.values()), [], 0
    ordered = iter(sorted(lengths.items()))
    length = 0
    for share in shares:
        while passed < share * rows:
            length, number = next(ordered)
            passed += number
        found.append(length)
    return found


def _fates(settings: TrainerSettings, tally: FateTally) -> TrainerFates:
    numbers = {outcome: tally.rows.get(outcome, 0) for outcome in Outcome}
    return TrainerFates(
        title=settings.title,
        trainer=settings.trainer.value,
        file=settings.file,
        evidence=settings.evidence,
        kept=numbers[Outcome.KEPT],
        truncated=numbers[Outcome.TRUNCATED],
        answer_lost=numbers[Outcome.ANSWER_LOST],
        dropped=numbers[Outcome.DROPPED],
        emptied=tally.emptied,
        refused=numbers[Outcome.REFUSED],
        tokens_seen=tally.seen,
        tokens_trained=tally.trained,
        tokens_lost=tally.lost,
    )
