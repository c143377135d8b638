"""What a maintainer must still do so that a ruleset means what it says, with the place in GitHub's settings.

L1 is a fork, or a mistake by a colleague; L2 an insider with write access. What can be looked up is looked up;
for the rest a person has to look.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mist_ci.models.config import Policy
from mist_ci.parsing.glob import matches_any
from mist_ci.planning import codeowners
from mist_ci.planning.protection import ACTIONS_APP, PREFIX, ActionKind, Protection, own_checks
from mist_ci.planning.workflows import Workflow, gating_workflows
from mist_ci.ports.files import Tree

_RULESETS = "Settings → Rules → Rulesets"
_ACTIONS = "Settings → Actions → General"
_SHOWN = 3


class Standing(StrEnum):
    """How far a task is, as far as anybody can tell from here."""

    DONE = "done"
    OPEN = "to do"
    BY_HAND = "to check by hand"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: `what` and `where`, and `found`: what was looked up."""

    level: str
    standing: Standing
    what: str
    where: str
    found: str = ""


def checklist(tree: Tree, policy: Policy, config: str, protection: Protection) -> tuple[Task, ...]:
    """All tasks, in the order in which they are best done."""
    workflows, unread = gating_workflows(tree, config)
    return (
        _rulesets(protection),
        _bypass(protection),
        _workflow(workflows, unread),
        _approval(),
        _permissions(),
        _environment(workflows),
        _owners(tree, policy, config),
        _review(),
        _creation(policy),
        _app(protection),
    )


def _rulesets(protection: Protection) -> Task:
    what = (
        "Set the rulesets, with `mist-ci protect --apply`: the settings page offers a check only after it has "
        "completed once within 7 days."
    )
    standing = Standing.DONE if protection.is_settled else Standing.OPEN
    return Task("L1, L2", standing, what, _RULESETS)


def _bypass(protection: Protection) -> Task:
    counts = [action.ruleset.bypass_actors for action in protection.actions]
    what = "Keep the bypass list empty: whoever is on it merges without the gate."
    where = f"{_RULESETS} → {PREFIX}… → Bypass list"
    if any(counts):
        return Task("L2", Standing.OPEN, what, where, f"{sum(count or 0 for count in counts)} on the list")
    if any(action.kind is ActionKind.CREATE for action in protection.actions):
        return Task("L2", Standing.OPEN, what, where, "a new ruleset starts with an empty one")
    if None in counts:
        return Task("L2", Standing.BY_HAND, what, where, "GitHub shows it only to those who may change it")
    return Task("L2", Standing.DONE, what, where, "nobody is on it")


def _workflow(workflows: tuple[Workflow, ...], unread: tuple[str, ...]) -> Task:
    what = (
        "Run the gate `on: pull_request_target`, for forks at L1 and for everybody at L2 (`mist-ci init --level L2`): "
        "then its workflow is the default branch's. On `pull_request` and `merge_group`, a pull request brings its "
        "own, and may leave the gate out or do other things with its keys."
    )
    where = ", ".join(workflow.path for workflow in workflows) or ".github/workflows/"
    found = "; ".join(f"{workflow.path}: on {', '.join(workflow.events)}" for workflow in workflows)
    if unread:
        found = "; ".join(filter(None, [found, f"cannot be read: {', '.join(unread)}"]))
        return Task("L1, L2", Standing.BY_HAND, what, where, found)
    is_done = bool(workflows) and all(workflow.is_trusted for workflow in workflows)
    return Task(
        "L1, L2",
        Standing.DONE if is_done else Standing.OPEN,
        what,
        where,
        found or "no workflow runs the gate",
    )


def _approval() -> Task:
    what = (
        "Choose `Require approval for all external contributors`, so that no stranger starts a workflow. This does "
        "not hold for pull_request_target: there, only the reviewers of an environment hold a job back."
    )
    where = f"{_ACTIONS} → Approval for running fork pull request workflows from contributors"
    return Task("L1", Standing.BY_HAND, what, where)


def _permissions() -> Task:
    what = "Choose `Read repository contents and packages permissions`: a job writes only what it asks for."
    return Task("L1", Standing.BY_HAND, what, f"{_ACTIONS} → Workflow permissions")


def _creation(policy: Policy) -> Task:
    what = "Restrict who may create branches that a pattern of the policy guards: a new one brings a policy of its own."
    where = "Settings → Rules → Rulesets → Restrict creations"
    branches = {branch for gate in policy.gates.values() for branch in gate.branches}
    patterns = sorted(branch for branch in branches if "*" in branch or "?" in branch)
    if not patterns:
        return Task("L2", Standing.DONE, what, where, "the policy guards no pattern")
    return Task("L2", Standing.BY_HAND, what, where, f"patterns: {', '.join(patterns)}")


def _environment(workflows: tuple[Workflow, ...]) -> Task:
    what = (
        "Keep provider keys in an environment that admits only the default branch, by its name, and for forks in one "
        "with required reviewers too. Secrets of the repository can be read by a workflow on any branch."
    )
    named = [name for workflow in workflows for name in workflow.environments]
    where = (
        "Settings → Environments → {} → Required reviewers; Deployment branches and tags; Environment secrets"
    )
    if not named:
        return Task(
            "L1, L2", Standing.OPEN, what, where.format("New environment"), "no workflow runs the gate"
        )
    names = ", ".join(sorted({name for name in named if name is not None}))
    if not names:
        found = "no job with the gate names an environment; models without a key need none"
        return Task("L1, L2", Standing.OPEN, what, where.format("New environment"), found)
    rest = "; another job with the gate runs in none, and should reach no key" if None in named else ""
    return Task("L1, L2", Standing.BY_HAND, what, where.format(names), f"a job runs in {names}{rest}")


def _owners(tree: Tree, policy: Policy, config: str) -> Task:
    what = "Name code owners of the policy, the suites, the model references and .github/."
    place = codeowners.place(tree)
    if place is None:
        example = "start from .github/CODEOWNERS.example of MIST CI"
        return Task("L2", Standing.OPEN, what, codeowners.PLACES[0], f"there is no such file; {example}")
    text = tree.read(place).decode("utf-8", "replace")
    missing = codeowners.unowned(text, tuple(dict.fromkeys(_judging_paths(tree, policy, config))))
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        return Task("L2", Standing.OPEN, what, place, f"nobody owns {', '.join(missing[:_SHOWN])}{more}")
    found = "every such path has owners; whether they may write, GitHub shows on the file's page"
    return Task("L2", Standing.DONE, what, place, found)


def _judging_paths(tree: Tree, policy: Policy, config: str) -> Iterator[str]:
    """Whatever decides, or names what decides; and a file in .github/workflows/ that nobody wrote yet."""
    yield config
    suites = [path for path in tree.paths() if matches_any(policy.suite_files, path)]
    folders = tuple({f"{path.rpartition('/')[0]}/" for path in suites if "/" in path})
    yield from (path for path in tree.paths() if path.startswith(folders) or path in suites)
    yield from policy.models.values()
    yield from (path for path in tree.paths() if path.startswith(".github/"))
    yield ".github/workflows/new.yml"
    place = codeowners.place(tree)
    if place is not None:
        yield place


def _review() -> Task:
    what = (
        "Require a pull request, a review from Code Owners, and approval of the most recent push. You may add this "
        "to our ruleset, which keeps what you add, or to one of your own."
    )
    where = f"{_RULESETS} → {PREFIX}… → Require a pull request before merging"
    return Task("L2", Standing.BY_HAND, what, where)


def _app(protection: Protection) -> Task:
    what = (
        "Let a GitHub App of your own post the statuses, keep its key in the gate's environment, and name it: "
        "`mist-ci protect --app-id N`. Otherwise whoever can write can post them with a token of their own."
    )
    where = "Settings → Developer settings → GitHub Apps (of you or your organization) → Permissions: Commit statuses"
    ids = {check.integration_id for action in protection.actions for check in own_checks(action.ruleset)}
    if not ids or None in ids:
        return Task("L2", Standing.OPEN, what, where, "anybody with write access can post it")
    if ACTIONS_APP in ids:
        found = f"App {ACTIONS_APP} is GitHub Actions: every workflow of this repository speaks as it, on any branch"
        return Task("L2", Standing.OPEN, what, where, found)
    named = f"App {', '.join(str(one) for one in sorted(one for one in ids if one is not None))}"
    if protection.is_settled:
        return Task("L2", Standing.DONE, what, where, named)
    return Task("L2", Standing.OPEN, what, where, f"{named}, as soon as the rulesets are in place")
