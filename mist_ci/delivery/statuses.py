"""The statuses of one commit, as one run may set them: the newest run has the last word, whoever comes in last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from mist_ci import report
from mist_ci.delivery.destination import Destination
from mist_ci.delivery.steps import NotDelivered, each
from mist_ci.delivery.verdicts import Judged
from mist_ci.errors import MistError
from mist_ci.models.known_names import VERIFY
from mist_ci.models.pull_request import CommitState, PostedStatus, RunOrder
from mist_ci.models.report import DEFAULT_CONFIG, Report, Status, folded, parts_of
from mist_ci.models.verdict import State
from mist_ci.parsing.glob import matches_any
from mist_ci.ports.code_host import CodeHost, Pending

PREFIX = "mist/"
MAX_TIMES = 900
"""A host takes a thousand statuses of a context on a commit and then no more, whatever stands by then."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """`configs` and `gate` say which contexts are this run's. No method raises MistError: they tell in sentences."""

    host: CodeHost
    to: Destination
    configs: tuple[str, ...] = (DEFAULT_CONFIG,)
    gate: str | None = None

    def announce(self, labels: Sequence[str]) -> list[str]:
        """Sets every gate to pending, in place of whatever the commit carries by now."""
        return self.post([Pending(PREFIX + label, "judging this change") for label in labels])

    def post(self, statuses: Sequence[Status | Pending]) -> list[str]:
        """Sets them, except where a newer run has spoken."""
        return each((f"status {one.context}", partial(self._set, one)) for one in statuses)

    def abandon(self, labels: Iterable[str] | None, error: MistError) -> tuple[tuple[Status, ...], list[str]]:
        """Sets an error where this run will give no verdict any more; gives the statuses and what went wrong.

        These are the labels that it has not judged, and whatever it left pending. Where nobody knows the labels
        (None), also verdicts of older runs on contexts of this run: they were about this commit as well, but not
        about what this run was started for.
        """
        standing = self._standing() or {}
        unknown = (VERIFY,) if self.to.verifies else ()
        known = unknown if labels is None else labels
        contexts = {folded(PREFIX + label): PREFIX + label for label in known}
        for key, status in standing.items():
            is_left = self._is_of_this_run(status) and status.state is CommitState.PENDING
            is_older = labels is None and not self._is_of_this_run(status)
            if self._is_mine(status.context) and (is_left or is_older):
                contexts[key] = status.context
        description = report.plain(str(error))
        wanted = tuple(
            Status(context=contexts[key], state=State.ERROR, description=description)
            for key in sorted(contexts)
            if not self._has_verdict(standing.get(key)) and not self._newer(standing.get(key))
        )
        return wanted, self.post(wanted)

    def _set(self, wanted: Status | Pending) -> None:
        """One status, looked at directly before it is written, and again before a write is repeated."""
        standing = self._standing()
        now = (standing or {}).get(folded(wanted.context))
        if newer := self._newer(now):
            raise NotDelivered(f"run {newer} is newer and has the last word")
        is_success = isinstance(wanted, Status) and wanted.state is State.SUCCESS
        if standing is None and is_success:
            raise NotDelivered(
                "it cannot be told whether a newer run has spoken, and this would let it merge"
            )
        if now is not None and now.times >= MAX_TIMES:
            description = f"{now.times} statuses on this commit are too many to go on: push a new one"
            wanted = Status(context=wanted.context, state=State.ERROR, description=description)
        self.host.set_status(
            self.to.sha, wanted, self.to.run_url, lambda: self._is_still_mine(wanted.context)
        )

    def _is_still_mine(self, context: str) -> bool:
        standing = self._standing()
        return standing is not None and not self._newer(standing.get(folded(context)))

    def _standing(self) -> dict[str, PostedStatus] | None:
        """What our own token has set on this commit, by folded context; None when that cannot be told."""
        try:
            me = self.host.login().lower()
            found = self.host.statuses(self.to.sha)
        except MistError:
            return None
        return {
            folded(status.context): status
            for status in found
            if (status.creator or "").lower() == me and folded(status.context).startswith(PREFIX)
        }

    def _newer(self, status: PostedStatus | None) -> RunOrder | None:
        """The run that has spoken after this one, if there is one.

        An older run that somebody starts again is the newer judgement of what was set before it began.
        """
        order = RunOrder.of_page(status.target_url) if status and self.to.run_url else None
        if status is None or order is None or not order.is_newer_than(self.to.order):
            return None
        began, was_set = self.to.started_at, status.created_at
        if self.to.order.attempt > 1 and began and was_set and was_set < began:
            return None
        return order

    def _is_of_this_run(self, status: PostedStatus) -> bool:
        order = RunOrder.of_page(status.target_url)
        return order is not None and order.run_id == self.to.order.run_id

    def _has_verdict(self, status: PostedStatus | None) -> bool:
        """Any attempt's counts: a workflow may start only its last job again."""
        return status is not None and self._is_of_this_run(status) and status.state is not CommitState.PENDING

    def _is_mine(self, context: str) -> bool:
        """True for a context that this run could set: two workflows may look after different policies."""
        label = context[len(PREFIX) :]
        if (folded(label) == VERIFY) or self.to.verifies:
            return (folded(label) == VERIFY) == self.to.verifies
        gate, config = parts_of(label)
        return matches_any(self.configs, config) and self.gate in (None, gate)


def worst_statuses(judged: Judged) -> tuple[Status | Pending, ...]:
    """One status per gate: the worst over the pull requests, which is named when there are several.

    A status belongs to a commit and not to a pull request. Where an approval is missing it stays pending.
    """
    worst: dict[str, tuple[int, Status | Pending]] = {}
    for number, reports in judged.items():
        prefix = f"#{number}: " if len(judged) > 1 and number is not None else ""
        for one in reports:
            rank, key = one.decision.outcome.rank, folded(one.label)
            if key not in worst or rank > worst[key][0]:
                worst[key] = (rank, _status(one, prefix))
    return tuple(status for _, status in worst.values())


def _status(one: Report, prefix: str) -> Status | Pending:
    status = report.status(one, prefix=prefix)
    if one.is_waiting and one.problem is not None:
        return Pending(status.context, report.plain(f"{prefix}{one.problem.message}"))
    return status
