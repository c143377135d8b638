"""One data set in, one DataReport out. Nothing is cut, sampled or skipped in silence."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mist_ci.errors import Where
from mist_ci.models.finding import DataReport, Finding, Severity
from mist_ci.ports.accounting import TokenCounter
from mist_ci.ports.executor import Dialect, Executor, Rendered
from mist_ci.schemaflux.judging import (
    corpus_findings,
    file_findings,
    finding,
    in_order,
    leak_findings,
    line_findings,
    render_findings,
    row_findings,
)
from mist_ci.schemaflux.prompts import SuitePrompts, prompt_index
from mist_ci.schemaflux.reading import Line, read, split_lines
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, SourceFile
from mist_ci.schemaflux.rules import sf001_empty_file, sf601_template_error

_ROWS_PER_CALL = 10_000
"""Rows rendered by one child: enough to forget its start, few enough to keep the texts in memory."""


@dataclass(slots=True)
class _Reading:
    """What one pass over the files gives."""

    findings: list[Finding] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    renderable: list[Row] = field(default_factory=list)
    count: int = 0
    count_new: int = 0


def validate(  # noqa: PLR0913 - keywords, each named where it is passed
    dataset: str,
    files: Mapping[str, bytes],
    *,
    known: Mapping[str, bytes],
    template: str | None,
    template_path: str | None,
    executor: Executor,
    tokens: TokenCounter,
    model: str,
    suite_prompts: SuitePrompts,
    template_changed: bool = False,
) -> DataReport:
    """Everything SchemaFlux has to say about `files` (path → content at head).

    `known` is the same data set at base: its problems are shown and never gate. `suite_prompts` maps suite →
    sample key → normalised texts, and rows that base had count as well: what was trained on may be deleted
    before it is seen. `template_changed` says that base had another template, so that a row of
    the base may fail for the first time. Raises CouldNotRun MC900 when a rule crashes, MC304 when templates
    cannot be run.
    """
    reading = _read_all(dataset, files, known)
    findings = list(reading.findings)
    if template is not None:
        path = template_path or dataset
        findings += _template_findings(
            template, path, reading.renderable, executor, template_changed=template_changed
        )
    prompts = prompt_index(suite_prompts)
    leaks, leaked = leak_findings(reading.rows, prompts)
    findings += leaks
    leaked = _with(leaked, leak_findings(_gone(known, files), prompts)[1] if prompts else {})
    findings += corpus_findings(reading.rows)
    return DataReport(
        dataset=dataset,
        files=tuple(sorted(files)),
        rows=reading.count,
        rows_new=reading.count_new,
        findings=in_order(findings),
        tokens=_count_tokens(reading.rows, tokens, model),
        token_basis=tokens.basis(model),
        leaked=leaked,
        data_hash=data_hash(files),
    )


def _gone(known: Mapping[str, bytes], files: Mapping[str, bytes]) -> list[Row]:
    """The rows of files that head changed or removed, as base had them."""
    before = {path: content for path, content in known.items() if files.get(path) != content}
    return _read_all("", before, before).rows if before else []


def _with(
    leaked: Mapping[str, tuple[str, ...]], more: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    suites = sorted({*leaked, *more})
    return {suite: tuple(sorted({*leaked.get(suite, ()), *more.get(suite, ())})) for suite in suites}


def data_hash(files: Mapping[str, bytes]) -> str:
    """`sha256:` over the paths and contents of a data set; the order of the files does not matter."""
    total = hashlib.sha256()
    for path, content in sorted(files.items()):
        total.update(f"{path}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return f"sha256:{total.hexdigest()}"


def _read_all(dataset: str, files: Mapping[str, bytes], known: Mapping[str, bytes]) -> _Reading:
    reading = _Reading()
    if not files:
        rule = sf001_empty_file
        reading.findings.append(finding(rule.META, rule.NO_FILES, Where(dataset), is_known=not known))
    lines: dict[str, Sequence[Line]] = {}
    for path, content in files.items():
        found = file_findings(SourceFile(path, content), known.get(path))
        reading.findings += found
        if not found:  # else its lines are no rows
            lines[path] = split_lines(content)
    for line in read(lines, known):
        reading.count += 1
        reading.count_new += not line.is_known
        if isinstance(line, Row):
            reading.rows.append(line)
            problems = row_findings(line)
            if line.is_sound and not any(problem.severity is Severity.ERROR for problem in problems):
                reading.renderable.append(line)
        else:
            problems = line_findings(line)
        reading.findings += problems
    return reading


def _template_findings(
    template: str, path: str, rows: Sequence[Row], executor: Executor, *, template_changed: bool
) -> list[Finding]:
    rendered = list(_rendered(template, rows, executor))
    errors = {result.error for result in rendered}
    error = errors.pop() if len(errors) == 1 else None
    if len(rows) > 1 and error is not None:
        # It is the template, or something that all rows share: said once.
        problem = Problem(f"all {len(rows):,} rows fail to render: {error}", sf601_template_error.hint(error))
        is_known = not template_changed and all(row.is_known for row in rows)
        return [finding(sf601_template_error.META, problem, Where(path), is_known=is_known)]
    return [
        found
        for row, result in zip(rows, rendered, strict=True)
        for found in render_findings(row, result, is_known=row.is_known and not template_changed)
    ]


def _rendered(template: str, rows: Sequence[Row], executor: Executor) -> Iterator[Rendered]:
    for start in range(0, len(rows), _ROWS_PER_CALL):
        contexts = [_context(row) for row in rows[start : start + _ROWS_PER_CALL]]
        yield from executor.render(template, contexts, Dialect.CHAT)


def _context(row: Row) -> dict[str, object]:
    """What a trainer hands to `apply_chat_template`."""
    context: dict[str, object] = {"messages": row.object["messages"], "add_generation_prompt": False}
    return context | ({"tools": row.object["tools"]} if "tools" in row.object else {})


def _count_tokens(rows: Sequence[Row], tokens: TokenCounter, model: str) -> int:
    counted: dict[str, int] = {}
    total = 0
    for row in rows:
        for message in row.messages:
            text = message.text
            if text not in counted:
                counted[text] = tokens.count(text, model)
            total += counted[text]
    return total
