"""From an event to what the gate is asked: which two commits, by which branch, and whether money may be spent."""

from collections.abc import Mapping
from dataclasses import dataclass

from mist_ci.errors import Code, UsageError
from mist_ci.job.desk import Desk, Settings, Spend
from mist_ci.models.event import Mode, Occasion
from mist_ci.pipeline import Ask


@dataclass(frozen=True, slots=True)
class Question:
    """What to fetch as base, and the branch that chooses the gates (None: whatever `base` names)."""

    base: str
    base_ref: str | None
    is_fork: bool = False
    guarded_only: bool = True


Questions = Mapping[int | None, Question]
"""Pull request (None: of none) → question."""


def questions(occasion: Occasion, desk: Desk, settings: Settings) -> Questions:
    """What an event asks. Empty when no open pull request has this commit as its head."""
    match occasion.mode:
        case Mode.JUDGE_PULL_REQUEST | Mode.JUDGE_FOR_TRIGGER:
            return _pull_requests(occasion, desk)
        case Mode.JUDGE_GROUP:
            return {None: Question(_known(occasion.base_sha), occasion.base_ref)}
        case Mode.VERIFY_PUSH:
            base = occasion.base_sha or _known(occasion.default_branch)
            return {None: Question(base, occasion.base_ref)}
        case Mode.ON_DEMAND:
            base = settings.base or _known(occasion.base_ref)
            return {None: Question(base, _branch(base, occasion), guarded_only=False)}
        case Mode.IGNORE:
            return {}


def ask(question: Question, desk: Desk, settings: Settings) -> Ask:
    """The question with its history fetched: both sides are commit ids now. Raises what fetching raises."""
    base, head_sha = desk.history.fetch((question.base, desk.to.sha))
    may_spend = settings.spend is Spend.ALL or (settings.spend is Spend.OWN and not question.is_fork)
    return Ask(
        base,
        head_sha,
        settings.configs,
        settings.gate,
        question.base_ref or question.base,
        guarded_only=question.guarded_only,
        may_spend=may_spend,
    )


def _pull_requests(occasion: Occasion, desk: Desk) -> Questions:
    """A payload may be old, and a status is shared: the host is asked who has this head now, if there is one."""
    number = occasion.pull_number
    if desk.host is None:
        if occasion.base_ref is None:
            hint = "pass `github.token` to this step"
            message = "without a token nobody knows which pull requests this run is for"
            raise UsageError(Code.USAGE, message, hint=hint)
        return {number: Question(occasion.base_ref, occasion.base_ref, is_fork=occasion.is_fork)}
    found = {pull.number: pull for pull in desk.host.open_pull_requests(desk.to.sha)}
    if number is not None and number not in found:
        # A listing may be a moment behind the event.
        pull = desk.host.pull_request(number)
        if pull.is_open and pull.head_sha == desk.to.sha:
            found[number] = pull
    # A stranger may open a pull request with a commit of ours, and must not hold ours up by it.
    is_fork = all(pull.is_fork for pull in found.values())
    return {
        number: Question(pull.base_ref, pull.base_ref, is_fork=is_fork)
        for number, pull in sorted(found.items())
    }


def _branch(base: str, occasion: Occasion) -> str | None:
    """Gates are chosen by a branch: a tag or a commit to compare with stands for the default one."""
    is_branch = base == occasion.base_ref and occasion.base_sha is None and not base.startswith("refs/")
    return base if is_branch else occasion.default_branch


def _known(value: str | None) -> str:
    if value is None:
        raise UsageError(Code.USAGE, "the event does not say what to compare with")
    return value
