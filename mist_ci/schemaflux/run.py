"""One data set in, one DataReport out. Nothing is cut, sampled or skipped in silence, and nothing is held."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mist_ci.errors import Where
from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import DataReport, FileSummary
from mist_ci.models.target import Target
from mist_ci.models.trainer import TrainerSettings
from mist_ci.ports.accounting import TokenCounter
from mist_ci.ports.executor import Executor
from mist_ci.ports.scratch import MemoryScratch, Scratch
from mist_ci.ports.sources import BrokenSource, Opened, Source
from mist_ci.ports.workers import InlineWorkers, Workers
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.bad_lines import note_utf16
from mist_ci.schemaflux.corpus import Record, corpus_problems
from mist_ci.schemaflux.file_facts import FileFacts
from mist_ci.schemaflux.folds import note_folds
from mist_ci.schemaflux.formats.detection import Detected, detect
from mist_ci.schemaflux.judge import Found
from mist_ci.schemaflux.known import known_lines
from mist_ci.schemaflux.ledger import KEEP, Ledger
from mist_ci.schemaflux.lines import MAX_LINE_BYTES, Line, spans
from mist_ci.schemaflux.matrix import target_verdicts, told
from mist_ci.schemaflux.part import FileCount, Part
from mist_ci.schemaflux.prompts import SuitePrompts, prompt_index
from mist_ci.schemaflux.reading import RowReader
from mist_ci.schemaflux.rendering import say_it_once
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import destinations
from mist_ci.schemaflux.rule import FileHead
from mist_ci.schemaflux.rules import (
    BROKEN_RULES,
    FILE_FACT_RULES,
    FILE_RULES,
    sf001_empty_file,
    sf801_exact_duplicate,
)
from mist_ci.schemaflux.scan import Scan, Watch
from mist_ci.schemaflux.selection import EVERYTHING, Selection

_HEAD_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is asked about a data set.

    `base` is the same data set before the change: its problems are shown and never gate. `suite_prompts` maps
    suite → sample key → normalised texts; rows that only base had count as leaks as well: what was trained on may
    be deleted before it is seen. `template_changed` says that base had another template, so that a row of the
    base may fail for the first time. `now` is the time that it sees.
    """

    dataset: str
    head: Sequence[Opened]
    base: Sequence[Opened] = ()
    format: DataFormat | None = None
    model: str = ""
    template: ChatTemplate | None = None
    template_changed: bool = False
    now: datetime = datetime(1970, 1, 1)  # noqa: DTZ001 - templates see local time
    targets: Sequence[Target] = ()
    trainers: Sequence[TrainerSettings] = ()
    """What the repository's own configurations of trainers say (`read_settings`)."""
    trainers_before: Mapping[str, TrainerSettings | None] = field(default_factory=dict)
    """File → what it said at base. Files that are not named here have not changed."""
    max_tokens: int | None = None
    """Tokens that a row may have, whatever the targets say."""
    selection: Selection = EVERYTHING
    suite_prompts: SuitePrompts = field(default_factory=dict)
    keep: int = KEEP
    longest_line: int = MAX_LINE_BYTES


@dataclass(frozen=True, slots=True)
class Means:
    """What it is done with. `watch` is told findings about single rows as soon as they are made."""

    executor: Executor
    tokens: TokenCounter
    workers: Workers = field(default_factory=InlineWorkers)
    scratch: Scratch = field(default_factory=MemoryScratch)
    watch: Watch = lambda _finding: None


def validate(asked: Inspection, means: Means) -> DataReport:
    """Everything SchemaFlux has to say. Memory does not grow with the data.

    Raises CouldNotRun MC900 when a rule crashes, MC304 when templates cannot be run.
    """
    ledger = Ledger(asked.keep)
    _note_broken(asked, ledger)
    sources = _whole(asked.head)
    heads = _judge_heads(asked, sources, ledger)
    readable = [source for source in sources if source.path in heads]
    scan = _scan(asked, means, readable, {path: found.format for path, found in heads.items()})
    total = scan.new_part()
    files = {path: FileCount() for path in heads}
    for part in means.workers.map(scan, (span for source in readable for span in spans(source))):
        part.records.spill(means.scratch)
        for finding in part.fresh:
            means.watch(finding)
        files[part.path].add(part)
        total.merge(part)
    total.ledger.merge(ledger)
    _judge_files(asked, total, readable, heads, files)
    say_it_once(total.renderings, total.ledger, asked.template.source if asked.template else asked.dataset)
    _judge_whole(asked, scan, total, readable, means)
    leaked = {suite: set(keys) for suite, keys in total.leaked.items()}
    if scan.prompts:
        for suite, keys in _leaks_of_base(asked, means).items():
            leaked.setdefault(suite, set()).update(keys)
    return DataReport(
        dataset=asked.dataset,
        files=tuple(sorted(source.path for source in asked.head)),
        details=tuple(_summary(source, heads, files) for source in sources),
        rows=total.rows,
        rows_new=total.rows_new,
        findings=total.ledger.findings(),
        counts=total.ledger.rule_counts(),
        tokens=total.tokens.tokens,
        token_basis=max({means.tokens.basis(asked.model), *total.tokens.bases}, key=len),
        figures=total.tokens.figures(scan.goes_to, _copies(total.ledger)),
        leaked={suite: tuple(sorted(keys)) for suite, keys in sorted(leaked.items())},
        targets=tuple(target_verdicts(total.matrix, total.rows)),
        data_hash=data_hash(sources),
    )


def _copies(ledger: Ledger) -> int:
    """Rows that are the same as another one."""
    return sum(count for kind, count in ledger.counts.items() if kind[0] == sf801_exact_duplicate.META.code)


def data_hash(sources: Sequence[Source]) -> str:
    """`sha256:` over the paths and contents of a data set; the order of the files does not matter."""
    total = hashlib.sha256()
    for source in sorted(sources, key=lambda source: source.path):
        content = hashlib.sha256()
        for block in source.blocks(0, source.size):
            content.update(block)
        total.update(f"{source.path}\0{content.hexdigest()}\n".encode())
    return f"sha256:{total.hexdigest()}"


def _whole(opened: Sequence[Opened]) -> list[Source]:
    """The files that have rows to read, by path."""
    whole = (one for one in opened if not isinstance(one, BrokenSource))
    return sorted(whole, key=lambda source: source.path)


def _note_broken(asked: Inspection, ledger: Ledger) -> None:
    """Files that could not be opened; known when base had the same trouble."""
    before = {one.path: one.reason for one in asked.base if isinstance(one, BrokenSource)}
    for one in asked.head:
        if isinstance(one, BrokenSource):
            where, is_known = Where(one.path), before.get(one.path) == one.reason
            for rule in BROKEN_RULES:
                for problem in ask(rule, where, rule.check, one):
                    ledger.note(rule.META, problem, where, is_known=is_known)


def _judge_heads(asked: Inspection, sources: Sequence[Source], ledger: Ledger) -> dict[str, Detected]:
    """What the files are. Files that have no rows to read are noted and left out."""
    if not asked.head:
        where, is_known = Where(asked.dataset), not asked.base
        ledger.note(sf001_empty_file.META, sf001_empty_file.NO_FILES, where, is_known=is_known)
    base = {source.path: source for source in _whole(asked.base)}
    found: dict[str, Detected] = {}
    for source in sources:
        head, before = _head(source), base.get(source.path)
        is_broken = note_utf16(head, ledger, is_known=before is not None and _head(before) == head)
        for rule in FILE_RULES:
            where = Where(source.path)
            for problem in ask(rule, where, rule.check, head):
                is_broken = True
                is_known = before is not None and bool(ask(rule, where, rule.check, _head(before)))
                ledger.note(rule.META, problem, where, is_known=is_known)
        if not is_broken:
            found[source.path] = detect(head.content, asked.format)
    return found


def _head(source: Source) -> FileHead:
    content = b"".join(source.blocks(0, min(source.size, _HEAD_BYTES)))
    return FileHead(source.path, source.size, content, source.container, source.compression)


def _scan(
    asked: Inspection, means: Means, sources: Sequence[Source], formats: Mapping[str, DataFormat]
) -> Scan:
    return Scan(
        RowReader(formats, known_lines(sources, _whole(asked.base), means.scratch)),
        {source.path: index for index, source in enumerate(sources)},
        means.executor,
        means.tokens,
        asked.model,
        asked.selection,
        tuple(asked.targets),
        asked.template,
        asked.template_changed,
        asked.now,
        prompt_index(asked.suite_prompts),
        asked.keep,
        asked.longest_line,
        goes_to=destinations(asked.targets, asked.trainers, asked.max_tokens, asked.trainers_before),
    )


def _judge_files(
    asked: Inspection,
    total: Part,
    sources: Sequence[Source],
    heads: Mapping[str, Detected],
    files: Mapping[str, FileCount],
) -> None:
    """What can be said about a file when all of it was read."""
    before = {source.path: source for source in _whole(asked.base)}
    for source in sources:
        count, where = files[source.path], Where(source.path)
        if count.rows == 0:
            total.ledger.note(sf001_empty_file.META, sf001_empty_file.NO_ROWS, where, is_known=False)
        facts = FileFacts(
            source.path,
            heads[source.path].format,
            source.file_bytes,
            count.rows,
            asked.now.date(),
            count.blank_lines,
            count.blank_count,
            source.container,
            source.compression,
        )
        is_known = source.path in before and before[source.path].file_bytes == source.file_bytes
        found = [
            Found(rule, problem, target)
            for target in asked.targets
            for rule in FILE_FACT_RULES
            if asked.selection.takes(rule.META)
            for problem in ask(rule, where, rule.check, facts, target)
        ]
        for one in found:
            total.ledger.note(one.rule.META, one.problem, where, is_known=is_known, target=one.target)
        total.matrix.add_file([told(one.rule.META, one.problem, one.target) for one in found])


def _judge_whole(asked: Inspection, scan: Scan, total: Part, sources: Sequence[Source], means: Means) -> None:
    """Rules about rows next to each other, and about all of them together."""

    def reread(record: Record) -> Row:
        source = sources[record.file]
        content = b"".join(source.blocks(record.offset, record.offset + record.length))
        row = scan.reader.read(source, Line(record.row, record.offset, content, record.length))
        if not isinstance(row, Row):
            raise TypeError(f"{source.path} has changed while it was read")
        return row

    corpus_problems(means.scratch, reread, total.ledger, scan.selection)
    note_folds(total.folds, asked.dataset, total.ledger)


def _leaks_of_base(asked: Inspection, means: Means) -> Mapping[str, set[str]]:
    """What rows of changed or removed files gave away before."""
    head = {source.path: data_hash([source]) for source in _whole(asked.head)}
    gone = [source for source in _whole(asked.base) if head.get(source.path) != data_hash([source])]
    before = replace(asked, head=gone, base=(), selection=Selection(select=("SF804",)))
    ledger = Ledger(0)
    heads = _judge_heads(before, gone, ledger) if gone else {}
    readable = [source for source in gone if source.path in heads]
    scan = _scan(before, means, readable, {path: found.format for path, found in heads.items()})
    leaked: dict[str, set[str]] = {}
    for source in readable:
        for span in spans(source):
            for suite, keys in scan(span).leaked.items():
                leaked.setdefault(suite, set()).update(keys)
    return leaked


def _summary(source: Source, heads: Mapping[str, Detected], files: Mapping[str, FileCount]) -> FileSummary:
    found = heads.get(source.path)
    return FileSummary(
        path=source.path,
        rows=files[source.path].rows if found else 0,
        format=found.format if found else None,
        evidence=found.evidence if found else "",
        container=source.container,
        compression=source.compression,
    )
