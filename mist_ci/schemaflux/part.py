"""What one part of a file gives. Parts are scanned in any process, and merged in the order of the files."""

from dataclasses import dataclass, field

from mist_ci.models.finding import Finding
from mist_ci.schemaflux.corpus import Records
from mist_ci.schemaflux.folds import Fold, merge_folds
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.matrix import Matrix
from mist_ci.schemaflux.near import NearRecords
from mist_ci.schemaflux.rendering import Renderings
from mist_ci.schemaflux.token_summary import TokenTally

_BLANK_LINES_KEPT = 5


@dataclass(slots=True)
class Part:
    """Counts, the first findings, and facts about rows for those who look at all of them."""

    ledger: Ledger
    matrix: Matrix
    folds: tuple[Fold, ...]
    path: str = ""
    """The file it is of."""
    records: Records = field(default_factory=Records)
    near: NearRecords = field(default_factory=NearRecords)
    renderings: Renderings = field(default_factory=Renderings)
    lines: int = 0
    """Lines of the part, blank ones as well."""
    rows: int = 0
    rows_new: int = 0
    blank_count: int = 0
    blank_lines: tuple[int, ...] = ()
    """The first of them."""
    tokens: TokenTally = field(default_factory=TokenTally)
    leaked: dict[str, set[str]] = field(default_factory=dict)
    fresh: list[Finding] = field(default_factory=list)
    """Findings about single rows, in order: what can be shown at once."""

    def note_blank(self, line: int) -> None:
        """Counts a blank line."""
        self.blank_count += 1
        if len(self.blank_lines) < _BLANK_LINES_KEPT:
            self.blank_lines = (*self.blank_lines, line)

    def merge(self, later: "Part") -> None:
        """Takes in a later part of the same data set, without its records: those are spilled."""
        self.ledger.merge(later.ledger)
        self.matrix.merge(later.matrix)
        merge_folds(self.folds, later.folds)
        self.renderings.merge(later.renderings)
        self.rows += later.rows
        self.rows_new += later.rows_new
        self.tokens.merge(later.tokens)
        for suite, keys in later.leaked.items():
            self.leaked.setdefault(suite, set()).update(keys)


@dataclass(slots=True)
class FileCount:
    """What is counted per file."""

    rows: int = 0
    blank_count: int = 0
    blank_lines: tuple[int, ...] = ()

    def add(self, part: Part) -> None:
        """Takes in a part of the file."""
        self.rows += part.rows
        self.blank_count += part.blank_count
        self.blank_lines = (*self.blank_lines, *part.blank_lines)[:_BLANK_LINES_KEPT]
