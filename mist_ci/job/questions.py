"""From an event to what the gate is asked: which two commits, by which branch, and whether money may be spent."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from mist_ci.errors import Code, UsageError
from mist_ci.job.desk import Desk, Settings, Spend
from mist_ci.models.event import Mode, Occasion
from mist_ci.models.pull_request import PullRequest
from mist_ci.pipeline import Ask
from mist_ci.planning import Case

_IS_NO_BRANCH = re.compile(r"refs/.*|[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Question:
    """What to fetch as base, and the branch that chooses the gates. `default` is the default branch, if known."""

    base: str
    base_ref: str
    default: str | None
    is_fork: bool = False
    on_demand: bool = False


Questions = Mapping[int | None, Question]
"""Pull request (None: of none) → question."""


def questions(occasion: Occasion, desk: Desk, settings: Settings) -> Questions:
    """What an event asks. Empty when no open pull request with this commit as its head is this run's to judge."""
    default = occasion.default_branch
    match occasion.mode:
        case Mode.JUDGE_PULL_REQUEST | Mode.JUDGE_FOR_TRIGGER:
            return _pull_requests(occasion, desk)
        case Mode.JUDGE_GROUP:
            return {None: Question(_known(occasion.base_sha), _known(occasion.base_ref), default)}
        case Mode.VERIFY_PUSH:
            base = occasion.base_sha or _known(default)
            return {None: Question(base, _known(occasion.base_ref), default)}
        case Mode.ON_DEMAND:
            base = settings.base or _known(occasion.base_ref)
            branch = _known(default) if _IS_NO_BRANCH.fullmatch(base) else base
            return {None: Question(base, branch, default, on_demand=True)}
        case Mode.IGNORE:
            return {}


def ask(question: Question, desk: Desk, settings: Settings, pull_requests: Iterable[int] = ()) -> Ask:
    """The question with its history fetched: all sides are commit ids now. Raises what fetching raises."""
    base, head = desk.history.fetch((question.base, desk.to.sha))
    default = None
    if question.default is not None and question.base_ref != question.default:
        (default,) = desk.history.fetch((question.default,))
    elif question.default is not None and question.on_demand and question.base != question.default:
        _refuse_unmerged(desk, question.base, base, question.default)
    may_spend = settings.spend is Spend.ALL or (settings.spend is Spend.OWN and not question.is_fork)
    return Ask(
        base,
        head,
        settings.configs,
        settings.gate,
        question.base_ref,
        default=default,
        guarded_only=True,
        may_spend=may_spend,
        stands=not question.on_demand,
        results=settings.results,
        pull_requests=" ".join(f"{desk.repository}#{number}" for number in sorted(pull_requests)),
    )


def fetch_anchors(cases: Iterable[Case], base: str, desk: Desk) -> dict[str, str]:
    """Commit ids of the refs that gates are anchored to, fetched.

    One that is nowhere is left out: it is a trouble of its own gate, if that one moves a model at all.
    """
    gates = [case.policy.gates[case.gate] for case in cases if case.policy is not None]
    refs = {gate.anchor_ref for gate in gates if gate.anchor_ref is not None}
    found: dict[str, str] = {}
    for ref in sorted(refs):
        with suppress(UsageError):
            found[ref] = desk.history.fetch((base, ref))[1]
    return found


def _refuse_unmerged(desk: Desk, name: str, base: str, default: str) -> None:
    """A tag or a commit to compare with chooses policy and providers: it has to be part of the default branch."""
    _, tip = desk.history.fetch((base, default))
    if desk.world.files.event(base, tip).merge_base != base:
        hint = f"name a branch that the policy guards, or a commit or tag of {default!a}"
        raise UsageError(Code.USAGE, f"{name[:100]!a} is not part of the default branch", hint=hint)


def _pull_requests(occasion: Occasion, desk: Desk) -> Questions:
    """A payload may be old, and a status is shared: the host is asked who has this head now, if there is one."""
    number, default = occasion.pull_number, occasion.default_branch
    if desk.host is None:
        if occasion.base_ref is None:
            hint = "pass `github.token` to this step"
            message = "without a token nobody knows which pull requests this run is for"
            raise UsageError(Code.USAGE, message, hint=hint)
        return {number: Question(occasion.base_ref, occasion.base_ref, default, is_fork=occasion.is_fork)}
    found = {pull.number: pull for pull in desk.host.open_pull_requests(desk.to.sha)}
    if number is not None:
        # A listing may be a moment behind the event: of the pull request itself, and of its base.
        found.pop(number, None)
        pull = desk.host.pull_request(number)
        if pull.is_open and pull.head_sha == desk.to.sha:
            found[number] = pull
    own = {pull.base_ref for pull in found.values() if not pull.is_fork}
    if occasion.is_fork:
        # Our commit, opened again by a stranger: what it asks is asked already, with keys that this job lacks.
        found = {key: pull for key, pull in found.items() if pull.base_ref not in own}
    return {
        key: Question(pull.base_ref, pull.base_ref, default, is_fork=_is_foreign(pull, own))
        for key, pull in sorted(found.items())
    }


def _is_foreign(pull: PullRequest, own: Iterable[str]) -> bool:
    """A fork's, unless a pull request of ours asks the same: then it must not be held up by this one."""
    return pull.is_fork and pull.base_ref not in own


def _known(value: str | None) -> str:
    if value is None:
        raise UsageError(Code.USAGE, "the event does not say what to compare with")
    return value
