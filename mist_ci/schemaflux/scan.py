"""One part of a file, scanned: everything that can be said about its rows one by one, and facts for the rest.

Parts are scanned in any process and in any order; merged in order they say the same.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from mist_ci.errors import Where
from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Finding, Severity
from mist_ci.models.target import Target
from mist_ci.ports.accounting import TokenCounter
from mist_ci.ports.executor import Executor
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.bad_lines import note_bad_line
from mist_ci.schemaflux.corpus import Records
from mist_ci.schemaflux.judge import Found, Glance, Judge
from mist_ci.schemaflux.ledger import KEEP, Ledger
from mist_ci.schemaflux.lines import MAX_LINE_BYTES, Span, lines
from mist_ci.schemaflux.reading import RowReader
from mist_ci.schemaflux.rendering import Renderer, Renderings
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import BadLine, PromptIndex, Tally
from mist_ci.schemaflux.rules import FOLD_RULES, LEAK_RULES, ROW_RULES, TARGET_RULES
from mist_ci.schemaflux.selection import EVERYTHING, Selection

_BATCH_BYTES = 1 << 20
_BATCH_ROWS = 2_000
_NOTHING = Glance([])


@dataclass(frozen=True)
class Scan:
    """What to do with every part. Picklable."""

    reader: RowReader
    files: Mapping[str, int]
    """Path → position of the file in the data set."""
    executor: Executor
    tokens: TokenCounter
    model: str = ""
    selection: Selection = EVERYTHING
    targets: Sequence[Target] = ()
    template: ChatTemplate | None = None
    template_changed: bool = False
    now: datetime = datetime(1970, 1, 1)  # noqa: DTZ001 - templates see local time
    prompts: PromptIndex = field(default_factory=dict)
    keep: int = KEEP
    longest_line: int = MAX_LINE_BYTES

    def __call__(self, span: Span) -> "Part":
        """Scans one part."""
        return self._scanner.scan(span)

    @cached_property
    def _scanner(self) -> "_Scanner":
        """What is prepared once per process."""
        return _Scanner(self)

    def __getstate__(self) -> dict[str, object]:
        """Everything but what cannot be sent to another process."""
        return {name: value for name, value in self.__dict__.items() if name != "_scanner"}


@dataclass(slots=True)
class Part:
    """What one part gives. Parts merge in the order of the files."""

    ledger: Ledger
    path: str = ""
    """The file it is of."""
    records: Records = field(default_factory=Records)
    tallies: list[Tally] = field(default_factory=list)
    renderings: Renderings = field(default_factory=Renderings)
    rows: int = 0
    rows_new: int = 0
    blank_lines: int = 0
    tokens: int = 0
    leaked: dict[str, set[str]] = field(default_factory=dict)
    fresh: list[Finding] = field(default_factory=list)
    """Findings about single rows, in order: what can be shown at once."""

    def merge(self, later: "Part") -> None:
        """Takes in a later part, without its records: those are spilled."""
        self.ledger.merge(later.ledger)
        for mine, other in zip(self.tallies, later.tallies, strict=True):
            mine.merge(other)
        self.renderings.merge(later.renderings)
        self.rows += later.rows
        self.rows_new += later.rows_new
        self.blank_lines += later.blank_lines
        self.tokens += later.tokens
        for suite, keys in later.leaked.items():
            self.leaked.setdefault(suite, set()).update(keys)


class _Scanner:
    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._judge = _judge(scan)
        takes = scan.selection.takes
        self._folds = [rule for rule in FOLD_RULES if takes(rule.META)]
        self._render = _renderer(scan)

    def scan(self, span: Span) -> Part:
        part = Part(Ledger(self._scan.keep), span.source.path, tallies=[rule.tally() for rule in self._folds])
        good = self._finished(span, part)
        if self._render is None:
            deque(good, maxlen=0)
        else:
            self._render(part.renderings, part.ledger, good)
        return part

    def _finished(self, span: Span, part: Part) -> Iterator[Row]:
        """Does all there is to do with each row but rendering; gives the rows that are worth to be rendered."""
        for batch in _batches(self._rows(span, part)):
            self._finish(part, [row for row, _ in batch])
            yield from (row for row, is_good in batch if is_good and row.is_sound)

    def _rows(self, span: Span, part: Part) -> Iterator[tuple[Row, bool]]:
        """Every row that can be read, and whether it has no error."""
        file = self._scan.files[span.source.path]
        for line in lines(span, self._scan.longest_line):
            if line.content is not None and (not line.content or line.content.isspace()):
                part.blank_lines += 1
                continue
            part.rows += 1
            seen = _NOTHING if line.content is None else self._judge.glance(line.content)
            row = self._scan.reader.read(
                span.source, line, is_strict=seen.is_strict, is_escaped=seen.is_escaped
            )
            part.rows_new += not row.is_known
            if isinstance(row, BadLine):
                part.fresh += note_bad_line(row, part.ledger)
                continue
            found = self._judge.problems(row, seen)
            errors = self._write(part, row, found) if found else 0
            part.records.add(row, file, line.row, line.offset)
            yield row, errors == 0

    def _write(self, part: Part, row: Row, found: Sequence[Found]) -> int:
        where, errors = Where(row.file, row.line), 0
        for one in found:
            errors += (one.problem.severity or one.rule.META.severity) is Severity.ERROR
            noted = part.ledger.note(
                one.rule.META, one.problem, where, is_known=row.is_known, target=one.target, raw=row.raw
            )
            if noted:
                part.fresh.append(noted)
        return errors

    def _finish(self, part: Part, rows: Sequence[Row]) -> None:
        """What is cheaper for many rows at once."""
        scan = self._scan
        texts = [text for row in rows for text in _texts(row)]
        part.tokens += sum(scan.tokens.count_many(texts, scan.model))
        for row in rows:
            for tally in part.tallies:
                tally.add(row)
            if scan.prompts:
                self._look_for_leaks(part, row)

    def _look_for_leaks(self, part: Part, row: Row) -> None:
        where, prompts = Where(row.file, row.line), self._scan.prompts
        for rule in LEAK_RULES:
            for problem in ask(rule, where, rule.check, row, prompts):
                part.ledger.note(rule.META, problem, where, is_known=row.is_known, raw=row.raw)
            for suite, key in ask(rule, where, rule.leaks, row, prompts):
                part.leaked.setdefault(suite, set()).add(key)


def _renderer(scan: Scan) -> Renderer | None:
    if scan.template is None:
        return None
    changed = scan.template_changed
    return Renderer(scan.executor, scan.template, scan.now, scan.selection, template_changed=changed)


def _judge(scan: Scan) -> Judge:
    return Judge(ROW_RULES, TARGET_RULES, scan.targets, scan.selection)


def _texts(row: Row) -> Iterator[str]:
    if row.plain is not None:
        yield from row.plain.texts
    else:
        yield from (message.text for message in row.said)


def _batches(rows: Iterator[tuple[Row, bool]]) -> Iterator[list[tuple[Row, bool]]]:
    batch: list[tuple[Row, bool]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row[0].raw)
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_ROWS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


Watch = Callable[[Finding], None]
