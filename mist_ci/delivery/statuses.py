"""The statuses of one commit, as one run may set them: the newest run has the last word, whoever comes in last."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from mist_ci import report
from mist_ci.delivery.destination import Destination
from mist_ci.delivery.steps import NotDelivered, each
from mist_ci.errors import MistError
from mist_ci.models.pull_request import CommitState, PostedStatus, RunOrder
from mist_ci.models.report import VERIFY, Report, Status
from mist_ci.models.verdict import State
from mist_ci.ports.code_host import CodeHost, Pending

PREFIX = "mist/"
Judged = Mapping[int | None, Sequence[Report]]
"""Pull request (None: of none) → its reports."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """Every method returns what went wrong, in sentences; none of them raises MistError."""

    host: CodeHost
    to: Destination

    def announce(self, labels: Sequence[str]) -> list[str]:
        """Sets every gate to pending, in place of whatever the commit carries by now."""
        return self.post([Pending(PREFIX + label, "judging this change") for label in labels])

    def post(self, statuses: Sequence[Status | Pending]) -> list[str]:
        """Sets them, except where a newer run has spoken."""
        standing = self._standing() if statuses else {}
        return each((f"status {one.context}", self._step(one, standing)) for one in statuses)

    def abandon(self, labels: Iterable[str], error: MistError) -> tuple[tuple[Status, ...], list[str]]:
        """Sets an error where this run will give no verdict any more; gives the statuses and what went wrong.

        These are the labels that it has not judged, whatever it left pending, and verdicts of older runs: they
        were about this commit as well, but not about what this run was started for.
        """
        standing = self._standing()
        given = {context for context, status in standing.items() if self._is_verdict_of_this_run(status)}
        contexts = {key: status.context for key, status in standing.items() if self._is_ours_to_set(key)}
        contexts |= {f"{PREFIX}{label}".lower(): f"{PREFIX}{label}" for label in labels}
        description = report.plain(str(error))
        wanted = tuple(
            Status(context=contexts[key], state=State.ERROR, description=description)
            for key in sorted(contexts)
            if key not in given and not self._newer(standing.get(key))
        )
        return wanted, each((f"status {one.context}", self._step(one, standing)) for one in wanted)

    def _step(self, status: Status | Pending, standing: Mapping[str, PostedStatus]) -> Callable[[], object]:
        newer = self._newer(standing.get(status.context.lower()))
        if newer is not None:
            return partial(_leave_alone, newer)
        return partial(self.host.set_status, self.to.sha, status, self.to.run_url)

    def _standing(self) -> dict[str, PostedStatus]:
        """What our own token has set on this commit, by context in lowercase; nothing when that cannot be told."""
        try:
            me = self.host.login().lower()
            found = self.host.statuses(self.to.sha)
        except MistError:
            return {}
        return {
            status.context.lower(): status
            for status in found
            if (status.creator or "").lower() == me and status.context.lower().startswith(PREFIX)
        }

    def _newer(self, status: PostedStatus | None) -> RunOrder | None:
        order = RunOrder.of_page(status.target_url) if status and self.to.run_url else None
        return order if order is not None and order.is_newer_than(self.to.order) else None

    def _is_verdict_of_this_run(self, status: PostedStatus) -> bool:
        is_mine = RunOrder.of_page(status.target_url) == self.to.order
        return is_mine and status.state is not CommitState.PENDING

    def _is_ours_to_set(self, context: str) -> bool:
        return (context == PREFIX + VERIFY) == self.to.verifies


def worst_statuses(judged: Judged) -> tuple[Status | Pending, ...]:
    """One status per gate: the worst over the pull requests, which is named when there are several.

    A status belongs to a commit and not to a pull request. Where an approval is missing it stays pending.
    """
    worst: dict[str, tuple[int, Status | Pending]] = {}
    for number, reports in judged.items():
        prefix = f"#{number}: " if len(judged) > 1 and number is not None else ""
        for one in reports:
            rank = one.decision.outcome.rank
            if one.label not in worst or rank > worst[one.label][0]:
                worst[one.label] = (rank, _status(one, prefix))
    return tuple(status for _, status in worst.values())


def _status(one: Report, prefix: str) -> Status | Pending:
    status = report.status(one, prefix=prefix)
    if one.is_waiting and one.problem is not None:
        return Pending(status.context, report.plain(f"{prefix}{one.problem.message}"))
    return status


def _leave_alone(newer: RunOrder) -> None:
    raise NotDelivered(f"run {newer} is newer and has the last word")
