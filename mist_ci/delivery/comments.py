"""The one comment of a gate on a pull request."""

from enum import StrEnum

from mist_ci import report
from mist_ci.delivery.destination import Destination
from mist_ci.delivery.steps import NotDelivered
from mist_ci.models.report import Report
from mist_ci.models.verdict import Outcome, State
from mist_ci.ports.code_host import CodeHost, CommentOutcome

LIMITS = (65_000, 30_000, 8_000)
"""Characters; the next one is tried when the host takes no text of that length."""


class CommentMode(StrEnum):
    """When a pull request gets a comment. One that stands is always brought up to date, so that it never lies."""

    ALWAYS = "always"
    ON_CHANGE = "on-change"
    ON_FAILURE = "on-failure"
    OFF = "off"

    def wants(self, one: Report) -> bool:
        """True when this report is worth a new comment."""
        match self:
            case CommentMode.ALWAYS:
                return True
            case CommentMode.ON_CHANGE:
                return one.decision.outcome is not Outcome.NOTHING_TO_GATE
            case CommentMode.ON_FAILURE:
                return one.decision.outcome.state is not State.SUCCESS
            case CommentMode.OFF:
                return False


def comment(host: CodeHost, number: int, one: Report, to: Destination, mode: CommentMode) -> None:
    """Writes it, or leaves it. Raises NotDelivered when the host does not take it, and what the host raises."""
    if mode is CommentMode.OFF:
        return
    previous = host.own_comment(number, one.label)
    if previous is None and not mode.wants(one):
        return
    outcome = CommentOutcome.TOO_LONG
    for limit in LIMITS:
        text = report.comment(one, previous=previous, limit=limit, details_url=to.run_url)
        outcome = host.upsert_comment(number, one.label, text, to.order)
        if outcome is not CommentOutcome.TOO_LONG:
            break
    if outcome in (CommentOutcome.FORBIDDEN, CommentOutcome.TOO_LONG):
        raise NotDelivered(outcome.value)
