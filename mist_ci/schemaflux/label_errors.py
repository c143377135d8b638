"""Labels that are doubted: the rows are read a second time, and a judge learns what their labels mean."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.ports.label_judge import LabelJudge
from mist_ci.ports.sources import Source
from mist_ci.schemaflux.classes import ClassTally, class_of
from mist_ci.schemaflux.folds import Fold
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.lines import lines, spans
from mist_ci.schemaflux.reading import RowReader
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules import sf811_label_error as rule
from mist_ci.schemaflux.selection import Selection
from mist_ci.schemaflux.wording import spaced

MOST_ROWS, MOST_CELLS = 20_000, 400_000
"""Rows, and rows times classes, that are judged without being asked to: it takes some seconds."""
MOST_ROWS_ASKED, MOST_CELLS_ASKED = 200_000, 8_000_000
"""The same when somebody wants it: words have to be held, and it takes minutes."""
_HINT = "pip install 'mist-ci[labels]'"


@dataclass(slots=True)
class _Rows:
    """Texts and labels, read once; where each of them stands."""

    sources: Sequence[Source]
    reader: RowReader
    keeps_rows: bool
    """True when findings are known by their rows (a baseline): all of them are held then."""
    places: list[tuple[Where, bool, str, bytes]] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for source in self.sources:
            for span in spans(source):
                for line in lines(span):
                    if line.content is not None and not line.is_blank:
                        row = self.reader.read(source, line)
                        if isinstance(row, Row):
                            yield from self._labelled(row)

    def _labelled(self, row: Row) -> Iterator[tuple[str, str]]:
        label = class_of(row)
        if label is not None:
            content = row.raw if self.keeps_rows else b""
            self.places.append((Where(row.file, row.line), row.is_known, label, content))
            asked = [one.text for one in row.messages[: row.answer] if one.role in ("user", "assistant")]
            yield spaced("\n".join(asked)), label


def label_problems(
    folds: Sequence[Fold],
    selection: Selection,
    judge: LabelJudge | None,
    rows: tuple[Sequence[Source], RowReader],
    ledger: Ledger,
) -> list[str]:
    """Writes down doubted labels; returns why nobody looked, if so. Raises CouldNotRun where that was asked for."""
    tally = next((fold.tally for fold in folds if fold.rule is rule), None)
    if not isinstance(tally, ClassTally) or not tally.is_classification:
        return []
    is_asked = selection.names(rule.META)
    if judge is None and is_asked:
        raise CouldNotRun(Code.EXTRA_MISSING, "SF811 needs the extra `labels`", hint=_HINT)
    if judge is None:
        return [f"label errors (SF811) were not looked for: {_HINT}"]
    most, cells = (MOST_ROWS_ASKED, MOST_CELLS_ASKED) if is_asked else (MOST_ROWS, MOST_CELLS)
    most = min(most, cells // len(tally.classes.values))
    if tally.classes.total > most:
        more = "" if is_asked else "; --extend-select SF811 does it all the same"
        told = f"there are more than {most:,} rows of {len(tally.classes.values):,} classes"
        return [f"label errors (SF811) were not looked for: {told}{more}"]
    labelled = _Rows(*rows, ledger.knows_rows)
    for doubt in judge.doubts(labelled):
        where, is_known, label, content = labelled.places[doubt.position]
        ledger.note(rule.META, rule.describe(label, doubt), where, is_known=is_known, row=content)
    return []
