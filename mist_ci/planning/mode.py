"""What an event means to the gate: one pure function, with one table test over real payloads.

| event | mode | head | base |
|---|---|---|---|
| pull_request, pull_request_target | judge, when head or base changed | head of the pull request | tip of its base |
| merge_group | judge | the group | its parent group |
| workflow_run | look the pull requests up, judge them | head of the run | that of each pull request |
| push | verify | after | before |
| workflow_dispatch, schedule | on demand | an input, else GITHUB_SHA | an input, else the default branch |
"""

from typing import TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from mist_ci.errors import Code, UsageError, Where
from mist_ci.models.event import (
    Activity,
    CommitId,
    Dispatch,
    DispatchInputs,
    MergeGroupActivity,
    Mode,
    Occasion,
    Payload,
    PullRequestActivity,
    Push,
    Schedule,
    WorkflowRunActivity,
)
from mist_ci.parsing.safe_yaml import field_name

P = TypeVar("P", bound=Payload)

SUPPORTED = (
    "pull_request",
    "pull_request_target",
    "merge_group",
    "workflow_run",
    "push",
    "workflow_dispatch",
    "schedule",
)
_MOVES_HEAD = {
    "opened": "a pull request was opened",
    "reopened": "a pull request was opened again",
    "synchronize": "a pull request has a new head",
    "ready_for_review": "a pull request is ready for review",
}
_RUN_ACTIVITIES = ("requested", "in_progress", "completed")
_BRANCH = "refs/heads/"
_COMMIT_ID = TypeAdapter(CommitId)


def read_event(
    name: str, payload: JsonValue, *, github_sha: str | None = None, github_ref: str | None = None
) -> Occasion:
    """What to do about an event, from its name (GITHUB_EVENT_NAME) and its payload (GITHUB_EVENT_PATH).

    `github_sha` and `github_ref` are the runner's GITHUB_SHA and GITHUB_REF. They count only for manual and
    scheduled runs: on a pull request they name a test merge. Text in the payload is hostile, and only copied.
    An event that MIST CI has no use for is a value (IGNORE); a payload that is not what its name promises
    raises UsageError MC104 or MC105 with the path of the field.
    """
    match name:
        case "pull_request" | "pull_request_target":
            occasion = _pull_request(name, payload)
        case "merge_group":
            occasion = _merge_group(name, payload)
        case "workflow_run":
            occasion = _workflow_run(name, payload)
        case "push":
            occasion = _push(name, payload)
        case "workflow_dispatch":
            occasion = _workflow_dispatch(name, payload, github_sha)
        case "schedule":
            occasion = _schedule(name, payload, github_sha, github_ref)
        case _:
            reason = f"the gate has no use for the event {_quoted(name)}; it knows {', '.join(SUPPORTED)}"
            occasion = _ignore(_visible(name), None, reason)
    return occasion


def _pull_request(name: str, payload: JsonValue) -> Occasion:
    activity = _parse(Activity, name, payload)
    reason = _MOVES_HEAD.get(activity.action)
    if reason is None and activity.action != "edited":
        why = f"{_quoted(activity.action)} changes neither the head nor the base of a pull request"
        return _ignore(name, activity.action, why)
    event = _parse(PullRequestActivity, name, payload)
    if reason is None and (event.changes or {}).get("base") is None:
        return _ignore(name, activity.action, "edited, and the base is the same: only words changed")
    pull = event.pull_request
    is_fork = pull.head.repo is None or pull.head.repo.id != pull.base.repo.id
    return Occasion(
        mode=Mode.JUDGE_PULL_REQUEST,
        event_name=name,
        action=activity.action,
        reason=reason or "a pull request has another base: the verdict was about the old one",
        base_ref=pull.base.ref,
        head_sha=_existing(pull.head.sha, name, "pull_request.head.sha"),
        pull_number=pull.number,
        is_fork=is_fork,
        default_branch=event.repository.default_branch,
        writes_status=not is_fork or name == "pull_request_target",
        is_retargeted=activity.action == "edited",
    )


def _merge_group(name: str, payload: JsonValue) -> Occasion:
    activity = _parse(Activity, name, payload)
    if activity.action != "checks_requested":
        why = f"{_quoted(activity.action)} asks for no checks of a merge group"
        return _ignore(name, activity.action, why)
    event = _parse(MergeGroupActivity, name, payload)
    group = event.merge_group
    return Occasion(
        mode=Mode.JUDGE_GROUP,
        event_name=name,
        action=activity.action,
        reason="the merge queue asks for checks of a group",
        base_ref=group.base_ref.removeprefix(_BRANCH),
        base_sha=_existing(group.base_sha, name, "merge_group.base_sha"),
        head_sha=_existing(group.head_sha, name, "merge_group.head_sha"),
        default_branch=event.repository.default_branch,
        writes_status=True,
    )


def _workflow_run(name: str, payload: JsonValue) -> Occasion:
    """A bare trigger: only the commit counts.

    The payload's own list of pull requests is left alone. It is empty for forks, may name pull requests of
    other repositories, and may be older than the last push.
    """
    activity = _parse(Activity, name, payload)
    if activity.action not in _RUN_ACTIVITIES:
        why = f"{_quoted(activity.action)} is no activity of a workflow run that the gate knows"
        return _ignore(name, activity.action, why)
    event = _parse(WorkflowRunActivity, name, payload)
    run = event.workflow_run
    if run.event == "pull_request_target":
        why = "a run on pull_request_target names a commit of the base branch; run the gate on that event itself"
        return _ignore(name, activity.action, why)
    return Occasion(
        mode=Mode.JUDGE_FOR_TRIGGER,
        event_name=name,
        action=activity.action,
        reason="a workflow run names a head: the open pull requests with it are judged",
        head_sha=_existing(run.head_sha, name, "workflow_run.head_sha"),
        is_fork=run.head_repository is None or run.head_repository.id != event.repository.id,
        default_branch=event.repository.default_branch,
        writes_status=True,
    )


def _push(name: str, payload: JsonValue) -> Occasion:
    push = _parse(Push, name, payload)
    if _is_zero(push.after):
        return _ignore(name, None, "a branch or tag was deleted: there is nothing to verify")
    if not push.ref.startswith(_BRANCH):
        return _ignore(name, None, "not a branch was pushed, and only branches have gates")
    is_new = _is_zero(push.before)
    return Occasion(
        mode=Mode.VERIFY_PUSH,
        event_name=name,
        reason="a new branch was pushed" if is_new else "a branch was pushed",
        base_ref=push.ref.removeprefix(_BRANCH),
        base_sha=None if is_new else push.before,
        head_sha=push.after,
        default_branch=push.repository.default_branch,
    )


def _workflow_dispatch(name: str, payload: JsonValue, github_sha: str | None) -> Occasion:
    event = _parse(Dispatch, name, payload)
    inputs = event.inputs or DispatchInputs()
    base = inputs.base or event.repository.default_branch
    head_sha = _as_commit_id(inputs.head) if inputs.head else _from_runner(name, github_sha)
    return Occasion(
        mode=Mode.ON_DEMAND,
        event_name=name,
        reason="started by hand",
        base_ref=base,
        base_sha=_as_commit_id(inputs.base or ""),
        head_sha=head_sha,
        head_ref=inputs.head if head_sha is None else None,
        default_branch=event.repository.default_branch,
    )


def _schedule(name: str, payload: JsonValue, github_sha: str | None, github_ref: str | None) -> Occasion:
    repository = _parse(Schedule, name, payload).repository
    named = _visible(github_ref or "").removeprefix(_BRANCH)
    branch = repository.default_branch if repository else named
    if not branch:
        message = "the payload has no repository, and GITHUB_REF is not set"
        raise UsageError(Code.MISSING_KEY, message, where=_where(name, "repository"), hint=_hint(name))
    return Occasion(
        mode=Mode.ON_DEMAND,
        event_name=name,
        reason="started by a schedule",
        base_ref=branch,
        head_sha=_from_runner(name, github_sha),
        default_branch=branch,
    )


def _ignore(name: str, action: str | None, reason: str) -> Occasion:
    return Occasion(mode=Mode.IGNORE, event_name=name, action=action, reason=reason)


def _parse(kind: type[P], name: str, payload: JsonValue) -> P:
    try:
        return kind.model_validate(payload)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)[0]
        where = _where(name, field_name(details["loc"]))
        if details["type"] == "missing":
            message = f"the key {str(details['loc'][-1])!r} is missing"
            raise UsageError(Code.MISSING_KEY, message, where=where, hint=_hint(name)) from None
        message = details["msg"].removeprefix("Value error, ")
        message = message[0].lower() + message[1:]
        raise UsageError(Code.WRONG_VALUE, message, where=where, hint=_hint(name)) from None


def _existing(sha: str, name: str, field: str) -> str:
    if _is_zero(sha):
        message = "all zeros stand for no commit, and one is needed here"
        raise UsageError(Code.WRONG_VALUE, message, where=_where(name, field), hint=_hint(name))
    return sha


def _is_zero(sha: str) -> bool:
    return not sha.strip("0")


def _as_commit_id(text: str) -> str | None:
    try:
        found = _COMMIT_ID.validate_python(text)
    except ValidationError:
        return None
    return None if _is_zero(found) else found


def _from_runner(name: str, github_sha: str | None) -> str:
    found = _as_commit_id(github_sha or "")
    if found is None:
        problem = "is not set" if not github_sha else "is not a full commit id"
        code = Code.MISSING_KEY if not github_sha else Code.WRONG_VALUE
        hint = "the runner sets it; elsewhere name the commit to judge as head"
        raise UsageError(code, f"GITHUB_SHA {problem}", where=Where(f"{name} event"), hint=hint)
    return found


def _where(name: str, field: str) -> Where:
    return Where(f"{name} event", field=field or None)


def _hint(name: str) -> str:
    return f"GITHUB_EVENT_PATH must name the payload of a {name} event, as GitHub sends it"


def _visible(text: str) -> str:
    """What an environment variable or a caller holds, as text that can be printed and stored."""
    return text.encode("utf-8", "backslashreplace").decode()


def _quoted(text: str) -> str:
    return ascii(text[:60])
