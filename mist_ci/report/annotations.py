"""Annotations: lines for the standard output of a workflow step that the runner shows beside the diff.

    ::error file=data/chat.jsonl,line=7,title=SF212::the assistant says nothing

These lines are commands on purpose; nothing that data or models say can become another one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mist_ci.errors import Where
from mist_ci.models.figures import are, count
from mist_ci.models.finding import DataReport, Finding, Severity
from mist_ci.models.report import Report
from mist_ci.models.verdict import ModelVerdict, Outcome, SuiteVerdict, Verdict
from mist_ci.report.text import clean, plain, workflow_safe
from mist_ci.report.words import Word, comparisons, word

MOST_OF_A_LEVEL = 10
"""What GitHub shows of each level per step; the runner drops the others in silence."""
MAX_MESSAGE = 1_000
MAX_TITLE = 200


class Level(StrEnum):
    """The three kinds of annotation, worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


_LEVELS = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING, Severity.INFO: Level.NOTICE}


@dataclass(frozen=True, slots=True)
class Annotation:
    """One thing to show, at a place where there is one."""

    level: Level
    title: str
    message: str
    where: Where | None = None


def annotations(reports: Sequence[Report], alarms: Sequence[str] = ()) -> tuple[str, ...]:
    """At most ten lines of each level: verdicts before findings, errors first. The tenth counts the others.

    `alarms` say how a push went round its gates; they come before everything else.

    Print each on a line of its own and do not escape them again.
    """
    raised = [Annotation(Level.ERROR, "MIST CI", alarm) for alarm in alarms]
    return _lines([*raised, *(one for report in reports for one in _of(report))])


def annotations_of_data(data: DataReport, fail_on: Severity) -> tuple[str, ...]:
    """The same for findings outside of a gate."""
    return _lines(_finding(fail_on, one) for one in _worst_first(data))


def _lines(found: Iterable[Annotation]) -> tuple[str, ...]:
    everything = list(dict.fromkeys(found))
    lines: list[str] = []
    for level in Level:
        mine = [one for one in everything if one.level is level]
        if len(mine) > MOST_OF_A_LEVEL:
            left = len(mine) - MOST_OF_A_LEVEL + 1
            told = f"{count(left, f'more {level}')} {are(left)} in the report"
            mine = [*mine[: MOST_OF_A_LEVEL - 1], Annotation(level, "MIST CI", told)]
        lines += [_line(one) for one in mine]
    return tuple(lines)


def _of(report: Report) -> Iterator[Annotation]:
    if report.problem is not None:
        hint = f": {report.problem.hint}" if report.problem.hint else ""
        message = f"{report.problem.message}{hint}"
        yield Annotation(Level.ERROR, f"{report.label}: {report.problem.code}", message, report.problem.where)
    for model in report.decision.models:
        yield from _of_model(report, model)
    for line in report.budgets:
        if line.over:
            told = f"{line.name}: {line.spent or 'unknown'} of {line.limit}"
            yield Annotation(Level.ERROR, f"{report.label}: over budget", told)
        elif not line.held:
            told = f"{line.name} is not held: {line.note}"
            yield Annotation(Level.WARNING, f"{report.label}: budget", told)
    for check in report.self_checks:
        if not check.ok:
            yield Annotation(Level.ERROR, f"{report.label}: {check.suite}", check.message)
    for data in report.data:
        yield from (_finding(report.fail_on, one) for one in _worst_first(data))


def _of_model(report: Report, model: ModelVerdict) -> Iterator[Annotation]:
    for one in comparisons(model):
        for suite in one.suites:
            level = _level(suite)
            if level is not None:
                title = f"{report.label}: {suite.numbers.suite} {word(suite).value}{one.words}"
                yield Annotation(level, title, _told(suite), _file_of(suite))
        if one.overall is not None and one.overall.verdict is Verdict.REGRESSED:
            numbers = one.overall.numbers
            lost = f"{100 * numbers.estimate:+.1f} points on average over {numbers.suites} suites"
            yield Annotation(Level.ERROR, f"{report.label}: old skills regressed{one.words}", lost)


def _told(suite: SuiteVerdict) -> str:
    problems = [one for one in suite.problems if one != "regressed"]
    return "; ".join([*_drop(suite), *problems, *suite.notes])


def _file_of(suite: SuiteVerdict) -> Where | None:
    """A suite of another runner may have no file here."""
    return Where(suite.numbers.path) if suite.numbers.path else None


def _level(suite: SuiteVerdict) -> Level | None:
    if suite.outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN):
        return Level.ERROR
    if word(suite) is Word.NOT_PROVEN:
        return Level.WARNING
    is_told = suite.waiver is not None or suite.verdict is Verdict.ADVISORY
    return Level.NOTICE if is_told else None


def _drop(suite: SuiteVerdict) -> Iterator[str]:
    numbers = suite.numbers
    if suite.interval is not None:
        moved = f"{100 * suite.interval.estimate:+.1f} points"
        yield f"{moved}, {numbers.worse:,} of {count(numbers.samples, 'sample')} got worse, {numbers.better:,} better"


def _worst_first(data: DataReport) -> list[Finding]:
    return sorted((one for one in data.findings if not one.known), key=lambda one: one.severity.rank)


def _finding(fail_on: Severity, one: Finding) -> Annotation:
    """What fails the gate is an error, whatever its severity."""
    level = Level.ERROR if one.severity.rank <= fail_on.rank else _LEVELS[one.severity]
    field = f" ({one.where.field})" if one.where.field else ""
    return Annotation(level, f"{one.code} {one.name}", f"{one.message}{field}: {one.hint}", one.where)


def _line(one: Annotation) -> str:
    properties = {"title": plain(one.title, MAX_TITLE)}
    if one.where is not None:
        properties = _place(one.where) | properties
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{one.level} {listed}::{_data(plain(one.message, MAX_MESSAGE))}"


def _place(where: Where) -> dict[str, str]:
    """The file by its own name, which has to match; a name that no line can hold matches nothing anyway.

    A name with a command of a runner in it is made safe before it is right: some runners look for `##[` anywhere.
    """
    name = where.file if where.file.isprintable() else clean(where.file)
    place = {"file": workflow_safe(name)}
    if where.line is not None:
        place["line"] = str(where.line)
    if where.column is not None:
        place["col"] = str(where.column)
    return place


def _data(text: str) -> str:
    """`%` first: the others bring new ones."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
