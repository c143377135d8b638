"""Asking rules, one level at a time, and writing down what they say."""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import groupby
from operator import attrgetter
from typing import ParamSpec, TypeVar

from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.models.finding import Finding
from mist_ci.ports.executor import Rendered
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import BadLine, Mention, Problem, PromptIndex, Rule, RuleMeta, SourceFile
from mist_ci.schemaflux.rules import CORPUS_RULES, FILE_RULES, LEAK_RULES, LINE_RULES, RENDER_RULES, ROW_RULES

P = ParamSpec("P")
T = TypeVar("T")
Groups = dict[int, dict[bytes, list[Mention]]]
"""Position of a corpus rule → key → the rows that have it."""


def ask(
    rule: Rule, where: Where, question: Callable[P, Iterable[T]], *args: P.args, **kwargs: P.kwargs
) -> list[T]:
    """All that a rule answers. A rule that crashes has checked nothing: CouldNotRun, never a pass."""
    try:
        return list(question(*args, **kwargs))
    except Exception as error:
        reason = f"rule {rule.META.code} crashed: {type(error).__name__}: {error}"
        raise CouldNotRun(
            Code.INTERNAL, reason, where=where, hint="please report it with this row"
        ) from error


def file_findings(file: SourceFile, base: bytes | None) -> list[Finding]:
    """What is wrong with a file as a whole; known when its content at base has the same problem."""
    findings = []
    for rule in FILE_RULES:
        where = Where(file.path)
        for problem in ask(rule, where, rule.check, file):
            known = base is not None and bool(ask(rule, where, rule.check, SourceFile(file.path, base)))
            findings.append(finding(rule.META, problem, where, is_known=known))
    return findings


def line_findings(line: BadLine) -> list[Finding]:
    """Why a line cannot be read. There is always an answer."""
    where = Where(line.file, line.line)
    findings = [
        finding(rule.META, problem, where, is_known=line.is_known)
        for rule in LINE_RULES
        for problem in ask(rule, where, rule.check, line)
    ]
    if not findings:
        raise CouldNotRun(Code.INTERNAL, f"no rule explains {line.problem.kind}", where=where)
    return findings


def row_findings(row: Row) -> list[Finding]:
    """What is wrong with a row by itself."""
    if row.is_plain:
        return []
    where = Where(row.file, row.line)
    return [
        finding(rule.META, problem, where, is_known=row.is_known)
        for rule in ROW_RULES
        for problem in ask(rule, where, rule.check, row)
    ]


def render_findings(row: Row, rendered: Rendered, *, is_known: bool) -> list[Finding]:
    """What is wrong with a rendering."""
    where = Where(row.file, row.line)
    return [
        finding(rule.META, problem, where, is_known=is_known)
        for rule in RENDER_RULES
        for problem in ask(rule, where, rule.check, row, rendered)
    ]


def leak_findings(
    rows: Sequence[Row], prompts: PromptIndex
) -> tuple[list[Finding], dict[str, tuple[str, ...]]]:
    """What the suites ask too: the findings, and suite → keys of the leaked samples."""
    findings: list[Finding] = []
    leaked: dict[str, set[str]] = {}
    for row in rows if prompts else ():
        where = Where(row.file, row.line)
        for rule in LEAK_RULES:
            problems = ask(rule, where, rule.check, row, prompts)
            findings += [finding(rule.META, problem, where, is_known=row.is_known) for problem in problems]
            for suite, key in ask(rule, where, rule.leaks, row, prompts) if problems else ():
                leaked.setdefault(suite, set()).add(key)
    return findings, {suite: tuple(sorted(keys)) for suite, keys in sorted(leaked.items())}


def corpus_findings(rows: Iterable[Row]) -> list[Finding]:
    """What is wrong with rows next to each other. Files are mapped one by one and merged, in any order."""
    by_file = groupby(rows, key=attrgetter("file"))
    groups = reduce(merge_groups, (map_rows(part) for _, part in by_file), map_rows(()))
    findings = []
    for index, rule in enumerate(CORPUS_RULES):
        for mentions in groups[index].values():
            if len(mentions) > 1:
                # What the base already has is the original, wherever the copy was put.
                group = sorted(mentions, key=lambda m: (not m.is_known, m.file, m.line))
                where = Where(group[0].file, group[0].line)
                for mention, problem in ask(rule, where, rule.check, group):
                    place = Where(mention.file, mention.line)
                    findings.append(finding(rule.META, problem, place, is_known=mention.is_known))
    return findings


def map_rows(rows: Iterable[Row]) -> Groups:
    """The groups of some rows; those of several parts are joined by `merge_groups`."""
    groups: Groups = {index: {} for index in range(len(CORPUS_RULES))}
    for row in rows:
        for index, rule in enumerate(CORPUS_RULES):
            for key, note in ask(rule, Where(row.file, row.line), rule.keys, row):
                groups[index].setdefault(key, []).append(Mention(row.file, row.line, row.is_known, note))
    return groups


def merge_groups(left: Groups, right: Groups) -> Groups:
    """The groups of two parts together. Takes over `left`."""
    for index, found in right.items():
        for key, mentions in found.items():
            left[index].setdefault(key, []).extend(mentions)
    return left


def finding(meta: RuleMeta, problem: Problem, where: Where, *, is_known: bool) -> Finding:
    """A problem with everything that is known about its rule and place."""
    return Finding(
        code=meta.code,
        name=meta.name,
        severity=problem.severity or meta.severity,
        consequence=meta.consequence,
        where=Where(where.file, problem.line or where.line, problem.column, problem.field),
        message=problem.message,
        hint=problem.hint,
        snippet=problem.snippet,
        known=is_known,
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file, line and code."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (f.where.file, f.where.line or 0, f.code, f.where.field or "", f.message),
        )
    )
