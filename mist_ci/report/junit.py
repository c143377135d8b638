"""JUnit XML: what GitLab, Jenkins and others show of a gate without knowing MIST CI.

One `testsuite` per suite of a model, per data set, and one for the gate itself, which fails exactly when the
gate fails. Not proven passes, with the doubt in `system-out`; a waiver is a skipped test with its reason.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from mist_ci.models.figures import count, delta, points
from mist_ci.models.finding import DataReport, Severity
from mist_ci.models.report import Report
from mist_ci.models.verdict import Outcome, OverallVerdict, SuiteVerdict, Verdict
from mist_ci.report.status import headline
from mist_ci.report.text import clean
from mist_ci.report.words import comparisons, word

MAX_TEXT = 10_000
MAX_MESSAGE = 1_000
_MAX_LISTED = 100


@dataclass(frozen=True, slots=True)
class _Case:
    """One `testcase`. At most one of the three marks is set; `told` is further text."""

    classname: str
    name: str
    failure: str | None = None
    error: str | None = None
    skipped: str | None = None
    told: tuple[str, ...] = ()


def junit(reports: Sequence[Report]) -> str:
    """A whole XML document, the same for the same reports. Text that XML 1.0 cannot hold is replaced visibly."""
    root = ET.Element("testsuites", name="mist-ci")
    total: list[_Case] = []
    for report in reports:
        for name, cases in _suites(report):
            _add_suite(root, report.started_at, name, cases)
            total += cases
    return _document(root, total)


def junit_of_data(data: DataReport, fail_on: Severity) -> str:
    """The same for findings outside of a gate: one test, which fails when the data does."""
    root = ET.Element("testsuites", name="mist-ci")
    cases = [_data_case(data, fail_on, "mist.data")]
    _add_suite(root, None, f"mist.data.{data.dataset}", cases)
    return _document(root, cases)


def _document(root: ET.Element, cases: Sequence[_Case]) -> str:
    _count(root, cases)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suites(report: Report) -> Iterator[tuple[str, list[_Case]]]:
    prefix = f"mist.{report.label}"
    yield prefix, [_gate_case(report, prefix), *_budget_cases(report, prefix)]
    for model in report.decision.models:
        for one in comparisons(model):
            classname = f"{prefix}.{model.model}{one.words}"
            for suite in one.suites:
                cases = _suite_cases(suite, classname)
                # A floor is held once, whoever else head is held against.
                yield f"{classname}.{suite.numbers.suite}", cases[:1] if one.words else cases
            if one.overall is not None:
                yield f"{classname}.overall", [_overall_case(one.overall, classname)]
    for data in report.data:
        yield f"{prefix}.data.{data.dataset}", [_data_case(data, report.fail_on, f"{prefix}.data")]
    if report.self_checks:
        checks = [
            _Case(
                f"{prefix}.self-check",
                one.suite,
                failure=None if one.ok else one.message,
                told=(one.message,),
            )
            for one in report.self_checks
        ]
        yield f"{prefix}.self-check", checks


def _gate_case(report: Report, prefix: str) -> _Case:
    said, outcome = headline(report), report.decision.outcome
    hint = (report.problem.hint,) if report.problem and report.problem.hint else ()
    return _Case(
        prefix,
        "gate",
        failure=said if outcome is Outcome.FAILED else None,
        error=said if outcome in (Outcome.CONFIG_ERROR, Outcome.COULD_NOT_RUN) else None,
        told=(f"{outcome.value}: {said}", *hint, *report.decision.reasons[:_MAX_LISTED], *report.notices),
    )


def _budget_cases(report: Report, prefix: str) -> Iterator[_Case]:
    for line in report.budgets:
        told = f"{line.name}: {line.spent or 'unknown'} of {line.limit}"
        told += f" ({line.note})" if line.note else ""
        failure = f"over budget: {told}" if line.over else None
        skipped = None if line.held or line.over else f"not held: {line.note}"
        yield _Case(f"{prefix}.budget", line.name, failure=failure, skipped=skipped, told=(told,))


def _suite_cases(suite: SuiteVerdict, classname: str) -> list[_Case]:
    """The hypothesis, and the floor where there is one; a waiver skips what would have failed."""
    numbers = suite.numbers
    about_hypothesis = [one for one in suite.problems if one not in suite.floor_problems]
    if about_hypothesis and (said := _numbers(suite)):
        about_hypothesis.append(said)  # a list of failed tests is all that some readers ever see
    broken = suite.outcome is Outcome.COULD_NOT_RUN
    cases = [
        _judged(
            _Case(classname, numbers.suite, told=(word(suite).value, *suite.notes)), suite, about_hypothesis
        )
    ]
    if numbers.floor is not None and not broken:
        floor = _Case(
            classname, f"{numbers.suite}: floor", told=(f"floor {numbers.floor}, mean {numbers.head.mean}",)
        )
        cases.append(_judged(floor, suite, suite.floor_problems))
    return cases


def _numbers(suite: SuiteVerdict) -> str:
    """`−6.2 points [−8.5, −4.5], 100.0 → 93.8, 25 of 400 got worse`; empty where nothing was compared."""
    numbers, interval = suite.numbers, suite.interval
    if interval is None or numbers.base is None:
        return ""
    change = f"{delta(interval.estimate)} points [{delta(interval.low)}, {delta(interval.high)}]"
    means = f"{points(numbers.base.mean)} → {points(numbers.head.mean)}"
    return f"{change}, {means}, {numbers.worse} of {numbers.samples} got worse"


def _judged(case: _Case, suite: SuiteVerdict, problems: Sequence[str]) -> _Case:
    said = "; ".join(problems)
    if suite.waiver is not None:
        return _Case(case.classname, case.name, skipped=f"waived: {suite.waiver}", told=case.told)
    if not problems:
        return case
    if suite.outcome is Outcome.COULD_NOT_RUN:
        return _Case(case.classname, case.name, error=said, told=case.told)
    return _Case(case.classname, case.name, failure=said, told=case.told)


def _overall_case(overall: OverallVerdict, classname: str) -> _Case:
    lost = overall.verdict is Verdict.REGRESSED
    numbers = overall.numbers
    change = f"{delta(numbers.estimate)} points [{delta(numbers.low)}, {delta(numbers.high)}]"
    told = f"{overall.verdict.value}: {change} on average over {numbers.suites} suites"
    return _Case(classname, "overall", failure=told if lost else None, told=(told,))


def _data_case(data: DataReport, fail_on: Severity, classname: str) -> _Case:
    gating = data.gating(fail_on)
    listed = [f"{one.where}: {one.code} {one.message}" for one in gating[:_MAX_LISTED]]
    total = data.count_gating(fail_on)
    if total > len(listed):
        listed.append(f"and {total - len(listed)} more")
    failure = f"{count(total, 'new problem')}: {listed[0]}" if gating else None
    return _Case(classname, data.dataset, failure=failure, told=tuple(listed))


def _add_suite(root: ET.Element, started_at: str | None, name: str, cases: Sequence[_Case]) -> None:
    suite = ET.SubElement(root, "testsuite", name=_text(name))
    if started_at is not None:
        suite.set("timestamp", _text(started_at))
    suite.set("time", "0")
    _count(suite, cases)
    for case in cases:
        one = ET.SubElement(
            suite, "testcase", classname=_text(case.classname), name=_text(case.name), time="0"
        )
        told = _text("\n".join(case.told), MAX_TEXT)
        for tag, said in (("failure", case.failure), ("error", case.error), ("skipped", case.skipped)):
            if said is not None:
                mark = ET.SubElement(one, tag, message=_text(said))
                if tag != "skipped":
                    mark.set("type", "mist")
                    mark.text = told
        if case.failure is None and case.error is None and told:
            ET.SubElement(one, "system-out").text = told


def _count(element: ET.Element, cases: Iterable[_Case]) -> None:
    listed = list(cases)
    element.set("tests", str(len(listed)))
    element.set("failures", str(sum(one.failure is not None for one in listed)))
    element.set("errors", str(sum(one.error is not None for one in listed)))
    element.set("skipped", str(sum(one.skipped is not None for one in listed)))


def _text(text: str, limit: int = MAX_MESSAGE) -> str:
    """Cleaned text has no character left that XML 1.0 forbids; markup is escaped when it is written."""
    cleaned = clean(text, multiline=True)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"
