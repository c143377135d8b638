"""One part of a file, scanned: everything that can be said about its rows one by one, and facts for the rest.

Parts are scanned in any process and in any order; merged in order they say the same.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from mist_ci.errors import Where
from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Finding, Severity
from mist_ci.models.target import Target
from mist_ci.ports.accounting import TokenCounter
from mist_ci.ports.executor import Executor
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.bad_lines import note_bad_line
from mist_ci.schemaflux.folds import add_rows, new_folds
from mist_ci.schemaflux.judge import Found, Glance, Judge
from mist_ci.schemaflux.leaks import SuiteIndex
from mist_ci.schemaflux.ledger import KEEP, Ledger, Watch
from mist_ci.schemaflux.lines import MAX_LINE_BYTES, Span, lines
from mist_ci.schemaflux.matrix import Matrix, Told, told
from mist_ci.schemaflux.metering import Measured, Meter
from mist_ci.schemaflux.part import Part
from mist_ci.schemaflux.reading import RowReader
from mist_ci.schemaflux.rendering import Renderer, is_superseded
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import Destination
from mist_ci.schemaflux.rule import BadLine
from mist_ci.schemaflux.rules import LEAK_RULES, PAIR_RULE, ROW_RULES, TOKEN_RULES, sf002_invalid_json
from mist_ci.schemaflux.rules.of_targets import TARGET_RULES
from mist_ci.schemaflux.selection import EVERYTHING, Selection
from mist_ci.schemaflux.suppressions import NOTHING, Noted, Suppressions

_BATCH_BYTES = 1 << 20
_BATCH_ROWS = 2_000
_NOTHING = Glance([])
_UNREADABLE = [Told(sf002_invalid_json.META.code, Severity.ERROR, Consequence.REJECTED)]


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
    suites: SuiteIndex = field(default_factory=SuiteIndex)
    keep: int = KEEP
    longest_line: int = MAX_LINE_BYTES
    goes_to: Sequence[Destination] = ()
    suppressions: Suppressions = NOTHING
    is_noting: bool = False
    """True when the identity of every finding is wanted."""
    tokens_changed: bool = False
    is_near: bool = False
    """True when near-duplicates are looked for."""

    is_preview: bool = False
    """True when rows are only judged one by one: nothing is counted or compared."""
    watch: Watch | None = None
    """Is told findings about single rows as they are made. Not for other processes."""

    def new_part(self, path: str = "") -> Part:
        """An empty part."""
        folds = new_folds(self.selection, self.targets)
        noted: Noted | None = {} if self.is_noting else None
        ledger = Ledger(self.keep, suppressions=self.suppressions, noted=noted)
        return Part(ledger, Matrix(self.targets), folds, path)

    def __call__(self, span: Span) -> Part:
        """Scans one part."""
        return self._scanner.scan(span)

    @cached_property
    def _scanner(self) -> "_Scanner":
        """What is prepared once per process."""
        return _Scanner(self)

    def __getstate__(self) -> dict[str, object]:
        """Everything but what cannot be sent to another process."""
        return {name: value for name, value in self.__dict__.items() if name != "_scanner"}


class _Judged(NamedTuple):
    """A row that can be read, and what is known about it."""

    row: Row
    is_good: bool
    """It has no error."""
    about: list[Told]
    """For the matrix: what was found about it."""


class _Scanner:
    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._judge = _judge(scan)
        self._meter = _meter(scan)
        self._render = _renderer(scan)

    def scan(self, span: Span) -> Part:
        part = self._scan.new_part(span.source.path)
        if self._scan.is_preview:
            deque(self._rows(span, part), maxlen=0)
            return part
        good = self._finished(span, part)
        if self._render is None:
            deque(good, maxlen=0)
        else:
            self._render(part.renderings, part.ledger, good)
        return part

    def _finished(self, span: Span, part: Part) -> Iterator[Row]:
        """Does all there is to do with each row but rendering; gives the rows that are worth to be rendered."""
        for batch in _batches(self._rows(span, part)):
            self._finish(part, batch)
            yield from (one.row for one in batch if one.is_good and one.row.is_sound)

    def _rows(self, span: Span, part: Part) -> Iterator[_Judged]:
        """Every row that can be read."""
        file = self._scan.files[span.source.path]
        is_chat = self._scan.reader.formats[span.source.path] is DataFormat.OPENAI_CHAT
        for line in lines(span, self._scan.longest_line):
            part.lines += 1
            if line.is_blank:
                part.note_blank(span.source.line(line.row))
                continue
            part.rows += 1
            seen = _NOTHING if line.content is None else self._judge.glance(line.content)
            orderly = self._judge.orderly(line.content, seen) if is_chat and line.content else None
            row = self._scan.reader.read(
                span.source, line, is_strict=seen.is_strict, is_escaped=seen.is_escaped, orderly=orderly
            )
            part.rows_new += not row.is_known
            if isinstance(row, BadLine):
                noted = note_bad_line(row, part.ledger)
                self._show(part, noted)
                part.matrix.add(_UNREADABLE)
                continue
            found = self._found(row, seen)
            errors = self._write(part, row, found) if found else 0
            part.records.add(row, file, line.row, line.offset)
            if self._scan.is_near:
                part.near.add(PAIR_RULE, row, file, line.row, line.offset)
            about = (
                [told(one.rule.META, one.problem, one.target) for one in found] if part.matrix.columns else []
            )
            yield _Judged(row, errors == 0, about)

    def _found(self, row: Row, seen: Glance) -> list[Found]:
        """What is wrong with the row and worth saying of its file."""
        found = self._judge.problems(row, seen)
        if not self._scan.suppressions.per_file:
            return found
        ignores = self._scan.suppressions.ignores
        return [one for one in found if not ignores(row.file, one.rule.META.code)]

    def _write(self, part: Part, row: Row, found: Sequence[Found]) -> int:
        where, errors = Where(row.file, row.line), 0
        for one in found:
            errors += (one.problem.severity or one.rule.META.severity) is Severity.ERROR
            noted = part.ledger.note(
                one.rule.META, one.problem, where, is_known=row.is_known, target=one.target, raw=row.raw
            )
            if noted:
                self._show(part, [noted])
        return errors

    def _show(self, part: Part, noted: Sequence[Finding]) -> None:
        """At once where somebody watches, and with the part where it is scanned for another process."""
        if self._scan.watch is None:
            part.fresh += noted
            return
        for finding in noted:
            self._scan.watch(finding)

    def _finish(self, part: Part, batch: Sequence[_Judged]) -> None:
        """What is cheaper for many rows at once."""
        for one in self._meter.measure([judged.row for judged in batch], part.tokens):
            self._write_measured(part, batch[one.index], one)
        add_rows(part.folds, [judged.row for judged in batch])
        for judged in batch if part.matrix.columns or self._scan.suites else ():
            part.matrix.add(judged.about)
            if self._scan.suites:
                self._look_for_leaks(part, judged.row)

    def _write_measured(self, part: Part, judged: _Judged, one: Measured) -> None:
        row, target = judged.row, one.destination.target
        where = Where(row.file, row.line)
        is_known = row.is_known and not one.is_new
        noted = part.ledger.note(
            one.rule.META, one.problem, where, is_known=is_known, target=target, raw=row.raw
        )
        if noted:
            self._show(part, [noted])
        if target is not None and not self._scan.suppressions.ignores(row.file, one.rule.META.code):
            judged.about.append(told(one.rule.META, one.problem, target))

    def _look_for_leaks(self, part: Part, row: Row) -> None:
        where, suites = Where(row.file, row.line), self._scan.suites
        for rule in LEAK_RULES:
            for problem in ask(rule, where, rule.check, row, suites):
                part.ledger.note(rule.META, problem, where, is_known=row.is_known, raw=row.raw)
            for suite, key in ask(rule, where, rule.leaks, row, suites):
                part.leaked.setdefault(suite, set()).add(key)


def _renderer(scan: Scan) -> Renderer | None:
    if scan.template is None:
        return None
    changed = scan.template_changed
    return Renderer(scan.executor, scan.template, scan.now, scan.selection, template_changed=changed)


def _judge(scan: Scan) -> Judge:
    rules = [rule for rule in ROW_RULES if not is_superseded(rule, scan.template, scan.selection)]
    return Judge(rules, TARGET_RULES, scan.targets, scan.selection)


def _meter(scan: Scan) -> Meter:
    rules = [rule for rule in TOKEN_RULES if scan.selection.takes(rule.META)]
    return Meter(scan.tokens, scan.model, scan.goes_to, rules, is_recounted=scan.tokens_changed)


def _batches(rows: Iterator[_Judged]) -> Iterator[list[_Judged]]:
    batch: list[_Judged] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row.row.raw)
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_ROWS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
