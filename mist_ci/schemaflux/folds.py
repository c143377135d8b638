"""Rules about a data set as a whole: which are asked, for whom, and what they have added up."""

from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.errors import Where
from mist_ci.models.target import Target
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.kinds import FoldRule, Tally, TargetFoldRule
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules import FOLD_RULES
from mist_ci.schemaflux.rules.of_targets import TARGET_FOLD_RULES
from mist_ci.schemaflux.selection import Selection


@dataclass(frozen=True, slots=True)
class Fold:
    """One rule, the target that it is asked for (None: everybody), and its tally."""

    rule: FoldRule | TargetFoldRule
    target: Target | None
    tally: Tally

    def __reduce__(self) -> tuple[object, ...]:
        """A rule is a module, and those cannot be sent to another process: its code can."""
        return _fold, (self.rule.META.code, self.target, self.tally)


def _fold(code: str, target: Target | None, tally: Tally) -> Fold:
    rules: tuple[FoldRule | TargetFoldRule, ...] = (*FOLD_RULES, *TARGET_FOLD_RULES)
    return Fold(next(rule for rule in rules if rule.META.code == code), target, tally)


def new_folds(selection: Selection, targets: Sequence[Target]) -> tuple[Fold, ...]:
    """Empty tallies of all rules that are asked, always in the same order."""
    return (
        *(Fold(rule, None, rule.tally()) for rule in FOLD_RULES if selection.takes(rule.META)),
        *(
            Fold(rule, target, rule.tally(target))
            for target in targets
            for rule in TARGET_FOLD_RULES
            if selection.takes(rule.META)
        ),
    )


def add_rows(folds: Sequence[Fold], rows: Sequence[Row]) -> None:
    """Takes in some rows, in order."""
    special = [row for row in rows if row.plain is None]
    for fold in folds:
        add = fold.tally.add
        for row in special if fold.rule.META.skips_plain else rows:
            add(row)


def merge_folds(mine: Sequence[Fold], later: Sequence[Fold]) -> None:
    """Takes in the tallies of later rows."""
    for one, other in zip(mine, later, strict=True):
        one.tally.merge(other.tally)


def note_folds(folds: Sequence[Fold], dataset: str, ledger: Ledger) -> None:
    """Writes down what the tallies say."""
    for fold in folds:
        for placed in ask(fold.rule, Where(dataset), fold.tally.problems):
            where = Where(placed.file, placed.line)
            ledger.note(fold.rule.META, placed.problem, where, is_known=placed.is_known, target=fold.target)
