"""The commit status: one per gate, a state and at most 140 characters that say the most useful thing."""

from mist_ci.models.report import Report, Status
from mist_ci.models.verdict import Decision, Outcome
from mist_ci.report.text import plain

MAX_DESCRIPTION = 140
_QUIET = {
    Outcome.NOTHING_TO_GATE: "nothing to gate: no training data, model reference or suite changed",
    Outcome.NOT_GATED_YET: "not gated yet: the policy takes effect after merge",
}


def status(report: Report, prefix: str = "") -> Status:
    """What `mist/<gate>` says about the head commit; `prefix` may name the pull request it is about."""
    return Status(
        context=f"mist/{report.label}",
        state=report.decision.outcome.state,
        description=plain(prefix + headline(report), MAX_DESCRIPTION),
    )


def headline(report: Report) -> str:
    """The one sentence that says why: the problem, else the first reason."""
    if report.problem is not None:
        place = f"{report.problem.where}: " if report.problem.where else ""
        return f"{report.problem.code} {place}{report.problem.message}"
    return verdict_line(report.decision)


def verdict_line(decision: Decision) -> str:
    """The first reason of a decision, which never claims more than was shown."""
    outcome = decision.outcome
    if outcome in _QUIET:
        return _QUIET[outcome]
    first = decision.reasons[0] if decision.reasons else outcome.value
    if outcome is Outcome.NOT_PROVEN and not first.startswith("not proven"):
        return f"not proven: {first}"
    return first
