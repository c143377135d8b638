"""Telling what was decided: status first, then summary, comment, annotations, files and outputs.

A verdict is made before anything here runs, and nothing here can change or lose it: a step that fails is told and
the others go on.
"""

from collections.abc import Sequence
from functools import partial

from mist_ci import report
from mist_ci.delivery.comments import CommentMode, comment
from mist_ci.delivery.destination import Destination
from mist_ci.delivery.outputs import outputs
from mist_ci.delivery.statuses import Judged, Statuses, worst_statuses
from mist_ci.delivery.steps import Step, each
from mist_ci.models.report import Status
from mist_ci.ports.code_host import CodeHost, Pending
from mist_ci.ports.results import ResultStores
from mist_ci.ports.runner import Runner

__all__ = ["CommentMode", "Destination", "Judged", "Statuses", "deliver", "worst_statuses"]


def deliver(
    host: CodeHost | None,
    runner: Runner,
    stores: ResultStores,
    to: Destination,
    judged: Judged,
    statuses: Sequence[Status | Pending],
    mode: CommentMode,
) -> list[str]:
    """Delivers the reports of each pull request. Returns what could not be delivered, in sentences."""
    # One verdict may be told on several pull requests; it was spent and found once.
    reports = list({one.run_id: one for several in judged.values() for one in several}.values())
    troubles = Statuses(host, to).post(statuses) if host is not None else []
    steps: list[tuple[str, Step]] = [
        ("summary", partial(runner.summary, "\n".join(map(report.summary, reports))))
    ]
    if host is not None:
        steps += [
            (f"comment on #{number}", partial(comment, host, number, one, to, mode))
            for number, several in judged.items()
            if number is not None
            for one in several
        ]
    steps += [
        ("annotations", lambda: runner.annotate(report.annotations(reports))),
        ("junit.xml", lambda: stores.save("junit.xml", report.junit(reports))),
        ("findings.sarif", lambda: stores.save("findings.sarif", report.sarif(reports))),
        ("outputs", lambda: runner.outputs(outputs(reports, statuses))),
    ]
    return troubles + each(steps)
