"""After a push: was what arrived on the branch judged, and does it hold up?"""

from collections.abc import Sequence

from mist_ci import report
from mist_ci.errors import MistError
from mist_ci.models.known_names import VERIFY
from mist_ci.models.pull_request import CommitState, PostedStatus
from mist_ci.models.report import Report, Status
from mist_ci.models.verdict import Outcome, State
from mist_ci.ports.code_host import CodeHost

CONTEXT = f"mist/{VERIFY}"
_NOTHING = frozenset({Outcome.NOTHING_TO_GATE, Outcome.NOT_GATED_YET})


def bypassed(host: CodeHost, sha: str, branch: str, reports: Sequence[Report]) -> tuple[str, ...]:
    """How the push went round its gates, a sentence for each; empty when every gate had been passed.

    A gate was passed when our own token has set its status to success on the pushed commit (a merge queue's), or
    on the head of a merged pull request that brought it. What has nothing to gate needs no gate. What the host
    does not tell counts as not passed, and is said.
    """
    wanted = [one.label for one in reports if one.decision.outcome not in _NOTHING]
    if not wanted:
        return ()
    try:
        evidence = _evidence(host, sha, branch)
        me = host.login().lower()
    except MistError as error:
        return (f"what judged this push cannot be told: {error}",)
    return tuple(text for label in wanted if (text := _missing(label, evidence, me)))


def verify_status(reports: Sequence[Report], alarms: Sequence[str]) -> Status:
    """The one status of a push, from at least one report: the alarm, else the worst verdict."""
    worst = max(reports, key=lambda one: one.decision.outcome.rank)
    outcome = worst.decision.outcome
    if not alarms:
        return Status(context=CONTEXT, state=outcome.state, description=report.plain(report.headline(worst)))
    state = State.FAILURE if outcome.state is State.SUCCESS else outcome.state
    return Status(context=CONTEXT, state=state, description=report.plain(f"{alarms[0]}; now {outcome.value}"))


def _evidence(host: CodeHost, sha: str, branch: str) -> dict[str, list[tuple[str, PostedStatus]]]:
    """Context in lowercase → where it was set, and what it says."""
    places = [(sha, f"the pushed commit {sha[:7]}")]
    places += [
        (pull.head_sha, f"#{pull.number}")
        for pull in host.merged_pull_requests(sha)
        if pull.base_ref == branch
    ]
    found: dict[str, list[tuple[str, PostedStatus]]] = {}
    for commit, name in dict(places).items():
        for status in host.statuses(commit):
            found.setdefault(status.context.lower(), []).append((name, status))
    return found


def _missing(label: str, evidence: dict[str, list[tuple[str, PostedStatus]]], me: str) -> str | None:
    context = f"mist/{label}"
    seen = evidence.get(context.lower(), [])
    if any(one.state is CommitState.SUCCESS and (one.creator or "").lower() == me for _, one in seen):
        return None
    if not seen:
        return f"went round the gate: nobody set {context}"
    place, status = seen[-1]
    if status.state is CommitState.SUCCESS:
        return f"went round the gate: {context} on {place} was set by {status.creator or 'nobody known'}, not by us"
    return f"went round the gate: {context} on {place} was {status.state}"
