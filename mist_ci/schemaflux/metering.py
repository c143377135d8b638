"""Counting the tokens of many rows at once, and asking what becomes of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mist_ci.errors import Where
from mist_ci.models.trainer import Outcome, TrainedRow
from mist_ci.ports.accounting import TokenCounter
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.kinds import TokenRule
from mist_ci.schemaflux.plain import PlainRow
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import Destination, Passage, texts, trained_row
from mist_ci.schemaflux.rule import Problem
from mist_ci.schemaflux.token_summary import FateTally, TokenTally
from mist_ci.schemaflux.trainers import simulate
from mist_ci.schemaflux.trainers.cutting import longest


@dataclass(frozen=True, slots=True)
class Measured:
    """A problem of a row at a destination; `index` is the row's, among those that were measured."""

    index: int
    rule: TokenRule
    problem: Problem
    destination: Destination
    is_new: bool
    """True when the same row had a better fate at base, or was counted in another way there."""


class Meter:
    """Counts tokens of rows and asks the token rules about them."""

    def __init__(
        self,
        tokens: TokenCounter,
        model: str,
        goes_to: Sequence[Destination],
        rules: Sequence[TokenRule],
        *,
        is_recounted: bool = False,
    ) -> None:
        """`is_recounted` says that nothing is known of base: its tokens were others."""
        self._tokens = tokens
        self._model = model
        self._goes_to = goes_to
        self._rules = rules
        self._recounted = is_recounted

    def measure(self, rows: Sequence[Row], tally: TokenTally) -> Iterator[Measured]:
        """Adds the rows to the tally, and says what is wrong with them."""
        said = [texts(row) for row in rows]
        counts = self._tokens.count_many([text for one in said for text in one], self._model)
        tally.bases.add(self._tokens.basis(self._model))
        at = 0
        for index, (row, one) in enumerate(zip(rows, said, strict=True)):
            mine = counts[at : at + len(one)]
            at += len(one)
            if row.plain is not None and not self._goes_to:
                _add_plain(row.plain, mine, tally)
            else:
                for passage in self._follow(row, mine, tally):
                    yield from self._problems(index, row, passage)

    def _follow(self, row: Row, counts: Sequence[int], tally: TokenTally) -> Iterator[Passage]:
        """The passages that token rules may have something to say about."""
        trained = trained_row(row, counts)
        parts = (trained.segments, *trained.sides)
        learnt = sum(segment.tokens for part in parts for segment in part if segment.is_trained)
        length = longest(trained)
        tally.add(length, sum(counts), learnt, len(counts))
        for destination in self._goes_to:
            passage = _passage(trained, destination)
            if passage.fate is not None:
                tally.fates.setdefault(destination.name, FateTally()).add(passage.fate)
            if _is_of_interest(passage, length):
                yield passage

    def _problems(self, index: int, row: Row, passage: Passage) -> Iterator[Measured]:
        where, is_new = Where(row.file, row.line), self._recounted or _is_worse_now(passage)
        for rule in self._rules:
            for problem in ask(rule, where, rule.check, row, passage):
                yield Measured(index, rule, problem, passage.destination, is_new)


def _add_plain(row: PlainRow, counts: Sequence[int], tally: TokenTally) -> None:
    """The same as `_follow` where rows go nowhere, and quicker."""
    total = sum(counts)
    turns = zip(counts, row.roles, strict=True)
    answers = sum([tokens for tokens, role in turns if role == "assistant"])
    tally.add(total, total, answers, len(counts))


def _passage(row: TrainedRow, destination: Destination) -> Passage:
    settings = destination.settings
    return Passage(destination, row, None if settings is None else simulate(row, settings))


def _is_of_interest(passage: Passage, length: int) -> bool:
    """False for rows that token rules have nothing to say about: what arrives whole, and is learnt."""
    if passage.fate is not None:
        return passage.fate.outcome is not Outcome.KEPT or not passage.fate.tokens_trained
    limit = passage.destination.row_tokens
    return limit is not None and length > limit


def _is_worse_now(passage: Passage) -> bool:
    before, fate = passage.destination.before, passage.fate
    if not passage.destination.is_changed or fate is None:
        return False
    worst_last = list(Outcome)
    return before is None or worst_last.index(simulate(passage.row, before).outcome) < worst_last.index(
        fate.outcome
    )
