"""Telling a code host what was decided: status first, then summary, comment and outputs.

A verdict is made before anything here runs, and nothing here can change or lose it: a step that fails is told and
the others go on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from mist_ci import report
from mist_ci.errors import MistError
from mist_ci.models.pull_request import RunOrder
from mist_ci.models.report import Report, Status
from mist_ci.models.verdict import State
from mist_ci.ports.code_host import CodeHost, CommentOutcome, Pending
from mist_ci.ports.runner import Runner

Step = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a verdict goes: a commit, the page of this run, and which run is the newer one."""

    sha: str
    run_url: str | None
    order: RunOrder


def announce(host: CodeHost, to: Destination, labels: Sequence[str]) -> list[str]:
    """Sets every gate to pending, in place of whatever the commit carries by now. Returns what went wrong."""
    waiting = [Pending(f"mist/{label}", "judging this change") for label in labels]
    return _each(
        (f"status {one.context}", partial(host.set_status, to.sha, one, to.run_url)) for one in waiting
    )


def withdraw(host: CodeHost, to: Destination, labels: Sequence[str], error: MistError) -> list[str]:
    """Turns pending into error for gates that will get no verdict any more. Returns what went wrong."""
    description = report.plain(str(error))
    failed = [Status(context=f"mist/{label}", state=State.ERROR, description=description) for label in labels]
    return _each(
        (f"status {one.context}", partial(host.set_status, to.sha, one, to.run_url)) for one in failed
    )


def deliver(
    host: CodeHost | None, runner: Runner, to: Destination, judged: Mapping[int | None, Sequence[Report]]
) -> list[str]:
    """Delivers the reports of each pull request (None: of none). Returns what could not be delivered.

    A status belongs to a commit and not to a pull request, so it carries the worst verdict over all of them.
    """
    everything = [one for reports in judged.values() for one in reports]
    statuses = worst_statuses(judged)
    summary = "\n".join(map(report.summary, everything))
    steps: list[tuple[str, Step]] = []
    if host is not None:
        steps += [
            (f"status {one.context}", partial(host.set_status, to.sha, one, to.run_url)) for one in statuses
        ]
    steps.append(("summary", partial(runner.summary, summary)))
    if host is not None:
        steps += [
            (f"comment on #{number}", partial(_comment, host, number, one, to.order))
            for number, reports in judged.items()
            if number is not None
            for one in reports
        ]
    steps.append(("outputs", partial(runner.outputs, _outputs(everything))))
    return _each(steps)


def worst_statuses(judged: Mapping[int | None, Sequence[Report]]) -> tuple[Status, ...]:
    """One status per gate: the worst over the pull requests, which is named when there are several."""
    worst: dict[str, tuple[int, Status]] = {}
    for number, reports in judged.items():
        for one in reports:
            status = report.status(one)
            if len(judged) > 1 and number is not None:
                status = report.status(one, prefix=f"#{number}: ")
            rank = one.decision.outcome.rank
            if status.context not in worst or rank > worst[status.context][0]:
                worst[status.context] = (rank, status)
    return tuple(status for _, status in worst.values())


def _comment(host: CodeHost, number: int, one: Report, order: RunOrder) -> None:
    outcome = host.upsert_comment(number, one.label, report.comment(one), order)
    if outcome in (CommentOutcome.FORBIDDEN, CommentOutcome.TOO_LONG):
        raise _NotDelivered(outcome.value)


def _outputs(reports: Sequence[Report]) -> dict[str, str]:
    """Typed scalars of ours: no text of a stranger goes into an output."""
    worst = max((one.decision.outcome for one in reports), key=lambda outcome: outcome.rank)
    return {"outcome": worst.value, "state": worst.state.value, "exit-code": str(int(worst.exit_code))}


class _NotDelivered(Exception):
    """The host took the request and did nothing."""


def _each(steps: Iterable[tuple[str, Step]]) -> list[str]:
    troubles = []
    for name, step in steps:
        try:
            step()
        except (MistError, _NotDelivered) as error:
            troubles.append(f"{name} was not delivered: {error}")
    return troubles
