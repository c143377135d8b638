"""Telling what was decided: status first, then summary, comment, annotations, outputs and files.

A verdict is made before anything here runs, and nothing here can change or lose it: a step that fails is told and
the others go on.
"""

from collections.abc import Sequence

from mist_ci import report, schemaflux
from mist_ci.delivery.comments import CommentMode, comment
from mist_ci.delivery.destination import Destination
from mist_ci.delivery.statuses import Statuses, worst_statuses
from mist_ci.delivery.steps import Step, each
from mist_ci.delivery.verdicts import Judged, Verdicts
from mist_ci.models.report import Report
from mist_ci.ports.code_host import CodeHost
from mist_ci.ports.results import ResultStores
from mist_ci.ports.runner import Runner

__all__ = [
    "CommentMode",
    "Destination",
    "Judged",
    "Statuses",
    "Verdicts",
    "deliver",
    "worst_statuses",
]


def deliver(
    host: CodeHost | None,
    runner: Runner,
    stores: ResultStores,
    to: Destination,
    verdicts: Verdicts,
    mode: CommentMode,
) -> list[str]:
    """Delivers the verdicts. Returns what could not be delivered, in sentences."""
    reports = verdicts.reports
    troubles = Statuses(host, to).post(verdicts.statuses) if host is not None else []
    steps: list[tuple[str, Step]] = [("summary", lambda: runner.summary(_summary(verdicts)))]
    if host is not None:
        steps += [
            (f"comment on #{number}", _comment(host, number, one, to, mode))
            for number, several in verdicts.judged.items()
            if number is not None
            for one in several
        ]
    steps += [
        ("annotations", lambda: runner.annotate(report.annotations(reports, verdicts.alarms))),
        ("outputs", lambda: runner.outputs(verdicts.outputs())),
        ("junit.xml", lambda: stores.save("junit.xml", report.junit(reports))),
        ("findings.sarif", lambda: stores.save("findings.sarif", _sarif(reports))),
    ]
    return troubles + each(steps)


def _sarif(reports: Sequence[Report]) -> str:
    return report.sarif(reports, schemaflux.manual([data for one in reports for data in one.data]))


def _comment(host: CodeHost, number: int, one: Report, to: Destination, mode: CommentMode) -> Step:
    return lambda: comment(host, number, one, to, mode)


def _summary(verdicts: Verdicts) -> str:
    alarms = [f"> 🚨 **{report.table_text(alarm)}**\n" for alarm in verdicts.alarms]
    return "\n".join([*alarms, *map(report.summary, verdicts.reports)])
