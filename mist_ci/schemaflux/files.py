"""Files of a data set as wholes: what can be said before the first row is read, and after the last one."""

import hashlib
from collections.abc import Mapping, Sequence

from mist_ci.errors import Where
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import FileSummary
from mist_ci.ports.sources import BrokenSource, Opened, Source
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.bad_lines import note_utf16
from mist_ci.schemaflux.file_facts import FileFacts
from mist_ci.schemaflux.formats.detection import Detected, detect
from mist_ci.schemaflux.inspection import Inspection
from mist_ci.schemaflux.judge import Found
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.lines import MAX_LINE_BYTES
from mist_ci.schemaflux.matrix import told
from mist_ci.schemaflux.part import FileCount, Part
from mist_ci.schemaflux.rule import FileHead
from mist_ci.schemaflux.rules import BROKEN_RULES, FILE_RULES, sf001_empty_file, sf906_target_retired
from mist_ci.schemaflux.rules.of_targets import FILE_FACT_RULES

_HEAD_BYTES = 1 << 20


def whole(opened: Sequence[Opened]) -> list[Source]:
    """The files that have rows to read, by path."""
    whole = (one for one in opened if not isinstance(one, BrokenSource))
    return sorted(whole, key=lambda source: source.path)


def note_broken(asked: Inspection, ledger: Ledger) -> None:
    """Files that could not be opened; known when base had the same trouble."""
    before = {one.path: one.reason for one in asked.base if isinstance(one, BrokenSource)}
    for one in asked.head:
        if isinstance(one, BrokenSource):
            where, is_known = Where(one.path), before.get(one.path) == one.reason
            for rule in BROKEN_RULES:
                for problem in ask(rule, where, rule.check, one):
                    ledger.note(rule.META, problem, where, is_known=is_known)


def judge_heads(asked: Inspection, sources: Sequence[Source], ledger: Ledger) -> dict[str, Detected]:
    """What the files are. Files that have no rows to read are noted and left out."""
    if not asked.head:
        where, is_known = Where(asked.dataset), not asked.base
        ledger.note(sf001_empty_file.META, sf001_empty_file.NO_FILES, where, is_known=is_known)
    base = {source.path: source for source in whole(asked.base)}
    found: dict[str, Detected] = {}
    for source in sources:
        head = head_of(source, asked.format)
        before = head_of(base[source.path], asked.format) if source.path in base else None
        is_broken = note_utf16(head, ledger, is_known=before == head)
        for rule in FILE_RULES:
            if is_broken:
                break
            where = Where(source.path)
            for problem in ask(rule, where, rule.check, head):
                is_broken = True
                is_known = before is not None and bool(ask(rule, where, rule.check, before))
                ledger.note(rule.META, problem, where, is_known=is_known)
        if not is_broken:
            found[source.path] = detect(head.content, asked.format)
    return found


def head_of(source: Source, declared: DataFormat | None) -> FileHead:
    """The beginning of a file: more of it where the first line is long, so that there is a row to look at."""
    end = min(source.size, _HEAD_BYTES)
    start = content = b"".join(source.blocks(0, end))
    while b"\n" not in content and end < min(source.size, MAX_LINE_BYTES):
        more = min(source.size, 4 * end)
        content, end = b"".join((content, *source.blocks(end, more))), more
    content = content if b"\n" in content or end == source.size else start
    return FileHead(source.path, source.size, content, source.container, source.compression, declared)


def judge_files(
    asked: Inspection,
    total: Part,
    sources: Sequence[Source],
    heads: Mapping[str, Detected],
    files: Mapping[str, FileCount],
) -> None:
    """What can be said about a file when all of it was read."""
    before = {source.path: source for source in whole(asked.base)}
    told_of_all: set[tuple[str, str]] = set()
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
        is_known = source.path in before and _is_same(source, before[source.path])
        found = [
            Found(rule, problem, target)
            for target in asked.targets
            for rule in FILE_FACT_RULES
            if asked.selection.takes(rule.META)
            and not asked.suppressions.ignores(source.path, rule.META.code)
            for problem in ask(rule, where, rule.check, facts, target)
        ]
        for one in found:
            if one.rule is sf906_target_retired:  # true of every file: said at the first of them
                said = one.problem.message, one.target.name if one.target else ""
                if said in told_of_all:
                    continue
                told_of_all.add(said)
            total.ledger.note(one.rule.META, one.problem, where, is_known=is_known, target=one.target)
        total.matrix.add_file([told(one.rule.META, one.problem, one.target) for one in found])


def _is_same(one: Source, other: Source) -> bool:
    """True for two files of the same content, stored in the same way: of the same size are many."""
    mine, yours = (
        (source.file_bytes, source.container, source.compression, source.size) for source in (one, other)
    )
    return mine == yours and data_hash([one]) == data_hash([other])


def data_hash(sources: Sequence[Source]) -> str:
    """`sha256:` over the paths and contents of a data set; the order of the files does not matter."""
    total = hashlib.sha256()
    for source in sorted(sources, key=lambda source: source.path):
        content = hashlib.sha256()
        for block in source.blocks(0, source.size):
            content.update(block)
        total.update(f"{source.path}\0{content.hexdigest()}\n".encode())
    return f"sha256:{total.hexdigest()}"


def summary(source: Source, heads: Mapping[str, Detected], files: Mapping[str, FileCount]) -> FileSummary:
    """What a file is, and how much there is in it."""
    found = heads.get(source.path)
    return FileSummary(
        path=source.path,
        rows=files[source.path].rows if found else 0,
        format=found.format if found else None,
        evidence=found.evidence if found else "",
        container=source.container,
        compression=source.compression,
    )
