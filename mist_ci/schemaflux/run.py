"""One data set in, one DataReport out. Nothing is cut, sampled or skipped in silence, and nothing is held."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import DataChange, DataReport, Finding
from mist_ci.ports.sources import Source
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.beside import judge_beside
from mist_ci.schemaflux.corpus import Record, corpus_problems
from mist_ci.schemaflux.files import data_hash, head_of, judge_files, judge_heads, note_broken, summary, whole
from mist_ci.schemaflux.folds import note_folds
from mist_ci.schemaflux.formats.detection import Detected, detect
from mist_ci.schemaflux.inspection import Inspection, Means
from mist_ci.schemaflux.known import known_lines
from mist_ci.schemaflux.label_errors import label_problems
from mist_ci.schemaflux.leaks import suite_index
from mist_ci.schemaflux.ledger import Ledger, Watch
from mist_ci.schemaflux.lines import Line, Span, cuts, spans
from mist_ci.schemaflux.matrix import target_verdicts
from mist_ci.schemaflux.near import TOO_MUCH, is_searched, near_problems
from mist_ci.schemaflux.part import FileCount, Part
from mist_ci.schemaflux.reading import RowReader
from mist_ci.schemaflux.rendering import as_trained, say_it_once
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import destinations
from mist_ci.schemaflux.rules import CHANGE_RULES, PAIR_RULE, sf801_exact_duplicate
from mist_ci.schemaflux.scan import Scan
from mist_ci.schemaflux.selection import Selection

_PREVIEW_BYTES = 1 << 21
_PREVIEW_FINDINGS = 100


def validate(asked: Inspection, means: Means) -> DataReport:
    """Everything SchemaFlux has to say. Memory does not grow with the data.

    Raises CouldNotRun MC900 when a rule crashes, MC304 when templates cannot be run.
    """
    ledger = _ledger_of_files(asked, means)
    sources = whole(asked.head)
    heads = judge_heads(asked, sources, ledger)
    readable = [source for source in sources if source.path in heads]
    before = whole(asked.base)
    formats = _formats(heads), _formats_before(asked, before)
    known = known_lines(readable, before, means.scratch, formats)
    scan = _scan(asked, means, readable, RowReader(formats[0], known, reads_texts=True))
    total = scan.new_part()
    files = {path: FileCount() for path in heads}
    for part in _parts(scan, readable, means):
        part.records.spill(means.scratch)
        part.near.spill(means.scratch)
        files[part.path].add(part)
        total.merge(part)
    total.ledger.merge(ledger)
    judge_files(asked, total, readable, heads, files)
    say_it_once(total.renderings, total.ledger, asked.template.source if asked.template else asked.dataset)
    notices = _judge_whole(asked, scan, total, readable, means)
    old = before, RowReader(formats[1])
    change = _judge_change(asked, total.ledger, old, (readable, scan.reader))
    if means.noted is not None:
        means.noted.update(total.ledger.noted or {})
    leaked = {suite: set(keys) for suite, keys in total.leaked.items()}
    if scan.suites:
        for suite, keys in _leaks_of_base(asked, means).items():
            leaked.setdefault(suite, set()).update(keys)
    return DataReport(
        dataset=asked.dataset,
        files=tuple(sorted(source.path for source in asked.head)),
        details=tuple(summary(source, heads, files) for source in sources),
        rows=total.rows,
        rows_new=total.rows_new,
        findings=total.ledger.findings(),
        counts=total.ledger.rule_counts(),
        tokens=total.tokens.tokens,
        token_basis=max({means.tokens.basis(asked.model), *total.tokens.bases}, key=len),
        figures=total.tokens.figures(scan.goes_to, _copies(total.ledger)),
        leaked={suite: tuple(sorted(keys)) for suite, keys in sorted(leaked.items())},
        change=change,
        targets=tuple(target_verdicts(total.matrix, total.rows)),
        data_hash=data_hash(sources),
        notices=(*notices, *asked.suppressions.unmatched((*(one.path for one in asked.head), *asked.infos))),
    )


def _ledger_of_files(asked: Inspection, means: Means) -> Ledger:
    """What is wrong with files that have no rows: those that cannot be opened, and settings beside the data."""
    ledger = Ledger(asked.keep, suppressions=asked.suppressions, noted=means.noted)
    note_broken(asked, ledger)
    judge_beside(asked, ledger)
    return ledger


def _copies(ledger: Ledger) -> int:
    """Rows that are the same as another one."""
    return sum(count for kind, count in ledger.counts.items() if kind[0] == sf801_exact_duplicate.META.code)


def _parts(scan: Scan, sources: Sequence[Source], means: Means) -> Iterator[Part]:
    """All parts of all files, scanned, in order."""
    if means.workers.count == 1:
        yield from (part for part, _ in _one_by_one(replace(scan, watch=means.watch), sources))
        return
    shown = _show_first(scan, sources, means.watch)
    for part in means.workers.map(scan, (span for source in sources for span in spans(source))):
        for finding in part.fresh:
            if finding not in shown:
                means.watch(finding)
        yield part


def _one_by_one(scan: Scan, sources: Sequence[Source]) -> Iterator[tuple[Part, int]]:
    """Every part with its bytes. Each knows where the next one begins."""
    for source in sources:
        row = 0
        for start, end in cuts(source):
            part = scan(Span(source, start, end, row))
            row += part.lines
            yield part, end - start


def _show_first(scan: Scan, sources: Sequence[Source], watch: Watch) -> set[Finding]:
    """Shows what is wrong with the first rows, and returns it: other processes take a second to start."""
    shown: set[Finding] = set()

    def show(finding: Finding) -> None:
        watch(finding)
        shown.add(finding)

    size = 0
    for _, part_bytes in _one_by_one(replace(scan, watch=show, is_preview=True, is_near=False), sources):
        size += part_bytes
        if size >= _PREVIEW_BYTES or len(shown) >= _PREVIEW_FINDINGS:
            break
    return shown


def _formats(heads: Mapping[str, Detected]) -> dict[str, DataFormat]:
    return {path: found.format for path, found in heads.items()}


def _formats_before(asked: Inspection, sources: Sequence[Source]) -> dict[str, DataFormat]:
    return {one.path: detect(head_of(one, asked.format).content, asked.format).format for one in sources}


def _scan(asked: Inspection, means: Means, sources: Sequence[Source], reader: RowReader) -> Scan:
    return Scan(
        reader,
        {source.path: index for index, source in enumerate(sources)},
        means.executor,
        means.tokens,
        asked.model,
        asked.selection,
        tuple(asked.targets),
        asked.template and as_trained(asked.template, asked.trainers),
        asked.template_changed,
        asked.now,
        suite_index(asked.suite_prompts),
        asked.keep,
        asked.longest_line,
        is_near=is_searched(PAIR_RULE, asked.selection, sources),
        goes_to=destinations(asked.targets, asked.trainers, asked.max_tokens, asked.trainers_before),
        suppressions=asked.suppressions,
        is_noting=means.noted is not None,
        tokens_changed=asked.tokens_changed,
    )


def _judge_whole(
    asked: Inspection, scan: Scan, total: Part, sources: Sequence[Source], means: Means
) -> list[str]:
    """Rules about rows next to each other, and about all of them together. Returns what was not looked for."""

    def reread(record: Record) -> Row:
        source = sources[record.file]
        content = b"".join(source.blocks(record.offset, record.offset + record.length))
        row = scan.reader.read(source, Line(record.row, record.offset, content, record.length))
        if not isinstance(row, Row):
            hint = "nothing may write into the data while it is validated"
            message = "the file changed while it was read"
            raise CouldNotRun(Code.DATA_UNVERIFIED, message, where=Where(source.path), hint=hint)
        return row

    corpus_problems(means.scratch, reread, total.ledger, scan.selection)
    note_folds(total.folds, asked.dataset, total.ledger)
    rows = sources, scan.reader
    notices = label_problems(total.folds, scan.selection, means.labels, rows, total.ledger)
    if scan.is_near:
        notices += near_problems(PAIR_RULE, means.scratch, reread, total.ledger)
    elif scan.selection.takes(PAIR_RULE.META):
        notices.append(TOO_MUCH)
    return notices


def _judge_change(
    asked: Inspection,
    ledger: Ledger,
    base: tuple[Sequence[Source], RowReader],
    head: tuple[Sequence[Source], RowReader],
) -> DataChange | None:
    """What the change does to the rows; None when there was nothing before, or nothing changed."""
    if not base[0] or data_hash(base[0]) == data_hash(head[0]):
        return None
    from mist_ci.schemaflux.change import describe_change  # noqa: PLC0415 - most runs have no base

    change = describe_change(head[1].known, base, head)
    for rule in CHANGE_RULES:
        if asked.selection.takes(rule.META):
            for problem in ask(rule, Where(asked.dataset), rule.check, change):
                ledger.note(rule.META, problem, Where(asked.dataset), is_known=False)
    return change


def _leaks_of_base(asked: Inspection, means: Means) -> Mapping[str, set[str]]:
    """What rows of changed or removed files gave away before."""
    head = {source.path: data_hash([source]) for source in whole(asked.head)}
    gone = [source for source in whole(asked.base) if head.get(source.path) != data_hash([source])]
    before = replace(asked, head=gone, base=(), selection=Selection(select=("SF804", "SF805")))
    ledger = Ledger(0)
    heads = judge_heads(before, gone, ledger) if gone else {}
    readable = [source for source in gone if source.path in heads]
    scan = _scan(before, means, readable, RowReader(_formats(heads)))
    leaked: dict[str, set[str]] = {}
    for source in readable:
        for span in spans(source):
            for suite, keys in scan(span).leaked.items():
                leaked.setdefault(suite, set()).update(keys)
    return leaked
