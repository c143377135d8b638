"""What a simulation sets up: an event fitted to a repository, and what GitHub would know when it sends it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mist_ci.cli.dev.payloads import Payload, Template, put, take, text
from mist_ci.errors import Code, UsageError, Where

if TYPE_CHECKING:
    from mist_ci.models.event import Occasion

BRANCH = "refs/heads/"
FULL_NAME = "example/repository"
_OWNER_AND_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_AS_TEMPLATE = "use the payload as a template for your own commits: --head REV --base BRANCH"


class Revisions(Protocol):
    """The repository as the code host has it."""

    def has_commit(self, sha: str) -> bool:
        """True when this exact commit is here."""
        ...

    def tip(self, ref: str) -> str | None:
        """The commit that a full ref name points to."""
        ...

    def merge_commit(self, base: str, head: str, message: str) -> str | None:
        """A new commit, or None when there is a conflict."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """What `--head` named: a commit, and the branch if it is the tip of one."""

    sha: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class OpenPull:
    """A pull request that is open when the event is sent; `fork` is the other repository, "" if it is gone."""

    number: int
    title: str
    base_ref: str
    head_ref: str
    head_sha: str
    fork: str | None = None


@dataclass
class Scene:
    """Everything that the stand-in for GitHub, the checkout and the job's environment are made from."""

    name: str
    payload: Payload
    full_name: str
    default_branch: str
    pull: OpenPull | None = None
    refs: dict[str, str] = field(default_factory=dict)
    """Full ref name → commit: set before the event is sent."""
    checkout: str | None = None
    """The full name of the ref that the job is about; None: the pull request's test merge."""
    sha: str | None = None
    """GITHUB_SHA, where it is not the tip of `checkout`."""
    can_write: bool = True


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user wants instead of what the payload says. `base` is a branch that exists."""

    head: Head | None = None
    base: str | None = None


def make(template: Template, wishes: Wishes, here: Revisions, fallback: str) -> Scene:
    """Fits an event to the repository; changes the template's payload.

    `fallback` is a branch that exists, for payloads that name none of here. Raises UsageError: MC104 or MC105 for a
    payload that is not what its name promises, MC203 when its commits or branches are not here.
    """
    from mist_ci.models.event import Mode

    occasion = _read(template, here.tip(BRANCH + fallback))
    stage = _Stage(template, wishes, here, _default_branch(template, wishes, here, fallback))
    full_name = _full_name(template, "repository") or FULL_NAME
    scene = Scene(template.name, template.payload, full_name, stage.default_branch)
    scene.checkout = BRANCH + stage.default_branch
    act = _ACTS.get(occasion.event_name)
    if act is not None and occasion.mode is not Mode.IGNORE:
        act(stage, scene, occasion)
    return scene


def _full_name(template: Template, *path: str) -> str | None:
    """`owner/name` of a repository in the payload."""
    found = text(template.payload, *path, "full_name")
    if found is not None and not _OWNER_AND_NAME.fullmatch(found):
        where = Where(template.source, field=".".join((*path, "full_name")))
        raise UsageError(Code.WRONG_VALUE, f"{found[:60]!a} is not owner/name", where=where)
    return found


def _read(template: Template, sha: str | None) -> "Occasion":
    from mist_ci import planning

    try:
        return planning.read_event(
            template.name, template.payload, github_sha=sha, github_ref="refs/heads/main"
        )
    except UsageError as error:
        where = Where(template.source, field=error.where.field if error.where else None)
        hint = "is it a payload of another event? say which with --name"
        raise UsageError(error.code, error.message, where=where, hint=hint) from None


def _default_branch(template: Template, wishes: Wishes, here: Revisions, fallback: str) -> str:
    """The payload's, where this repository has it too."""
    named = text(template.payload, "repository", "default_branch")
    if named and named.isprintable() and here.tip(BRANCH + named):
        return named
    chosen = wishes.base or fallback
    if named:
        put(template.payload, ("repository", "default_branch"), chosen)
    return chosen


@dataclass(frozen=True, slots=True)
class _Stage:
    template: Template
    wishes: Wishes
    here: Revisions
    default_branch: str

    def base(self, named: str | None) -> tuple[str, str]:
        """The base branch and its tip."""
        branch = self.wishes.base or named or self.default_branch
        self.plain(branch)
        tip = self.here.tip(BRANCH + branch)
        if tip is None:
            message = f"the event's base branch {branch[:100]!a} is not in this repository"
            hint = f"fetch it (git fetch origin), or {_AS_TEMPLATE}"
            raise self._missing(message, hint)
        return branch, tip

    def commit(self, sha: str | None, role: str) -> str:
        """A commit of the payload, which has to be here."""
        if sha is None or not self.here.has_commit(sha):
            message = f"the event's {role} {sha} is not in this repository"
            raise self._missing(message, f"fetch it (git fetch origin {sha}), or {_AS_TEMPLATE}")
        return sha

    def head(self, sha: str | None, branch: str | None, base: str) -> Head:
        """The commit that is judged, and the branch that it gets if it has none."""
        found = self.wishes.head or Head(self.commit(sha, "head"), branch)
        self.plain(found.branch or "")
        # A branch that cannot be both: a pull request from main into main, say, or a bare commit.
        is_free = found.branch not in {None, base, self.default_branch}
        return found if is_free else Head(found.sha, f"simulated-{found.sha[:7]}")

    def plain(self, name: str) -> str:
        """A name that can be given to a program and shown."""
        if not name.isprintable():
            where = Where(self.template.source)
            raise UsageError(Code.WRONG_VALUE, f"{name[:100]!a} is no name of a branch", where=where)
        return name

    def merged(self, base: str, head: str) -> str:
        commit = self.here.merge_commit(base, head, "Merge group")
        if commit is None:
            message = (
                "head has conflicts with base: GitHub would take it out of the merge queue, and send no event"
            )
            raise UsageError(Code.USAGE, message, hint="resolve the conflicts, or choose another head")
        return commit

    def _missing(self, message: str, hint: str) -> UsageError:
        return UsageError(Code.UNKNOWN_REVISION, message, where=Where(self.template.source), hint=hint)


def _pull_request(stage: _Stage, scene: Scene, occasion: "Occasion") -> None:
    base, base_sha = stage.base(occasion.base_ref)
    sides = scene.payload["pull_request"]
    fork = (_full_name(stage.template, "pull_request", "head", "repo") or "") if occasion.is_fork else None
    head = stage.head(occasion.head_sha, text(sides, "head", "ref"), base)
    put(sides, ("head", "sha"), head.sha)
    put(sides, ("head", "ref"), head.branch)
    put(sides, ("base", "ref"), base)
    put(sides, ("base", "sha"), base_sha)
    if "after" in scene.payload:
        scene.payload["after"] = head.sha
    _open(scene, OpenPull(occasion.pull_number or 1, text(sides, "title") or "Change", base, head.branch or "",
                                 head.sha, fork))  # fmt: skip
    is_target = scene.name == "pull_request_target"
    scene.checkout = BRANCH + base if is_target else None
    scene.can_write = fork is None or is_target


def _merge_group(stage: _Stage, scene: Scene, occasion: "Occasion") -> None:
    base, tip = stage.base(occasion.base_ref)
    group, wishes = scene.payload["merge_group"], stage.wishes
    base_sha = tip if wishes.base or wishes.head else stage.commit(occasion.base_sha, "base commit")
    if wishes.head:
        head = stage.head(None, None, base)
        sha = stage.merged(base_sha, head.sha)
        _open(scene, OpenPull(1, "Change", base, head.branch or "", head.sha))
    else:
        sha = stage.commit(occasion.head_sha, "head")
    ref = text(group, "head_ref")
    if wishes.base or wishes.head or ref is None or not ref.startswith(BRANCH):
        ref = f"{BRANCH}gh-readonly-queue/{base}/pr-1-{base_sha}"
    stage.plain(ref)
    group |= {"head_sha": sha, "head_ref": ref, "base_sha": base_sha, "base_ref": BRANCH + base}
    scene.refs[ref] = sha
    scene.checkout = ref


def _workflow_run(stage: _Stage, scene: Scene, occasion: "Occasion") -> None:
    run = scene.payload["workflow_run"]
    pulls = take(run, "pull_requests")
    base, _ = stage.base(text(run, "pull_requests", 0, "base", "ref"))
    head = stage.head(occasion.head_sha, text(run, "head_branch"), base)
    fork = (_full_name(stage.template, "workflow_run", "head_repository") or "") if occasion.is_fork else None
    run |= {"head_sha": head.sha, "head_branch": head.branch}
    number = take(run, "pull_requests", 0, "number")
    if pulls and isinstance(number, int):
        put(pulls[0], ("head", "sha"), head.sha)
        put(pulls[0], ("base", "ref"), base)
    is_of_pull = (
        str(take(run, "event")).startswith("pull_request") or bool(pulls) or stage.wishes.head is not None
    )
    if is_of_pull:
        number = number if isinstance(number, int) else 1
        _open(scene, OpenPull(number, "Change", base, head.branch or "", head.sha, fork))


def _push(stage: _Stage, scene: Scene, occasion: "Occasion") -> None:
    branch = stage.plain(stage.wishes.base or occasion.base_ref or stage.default_branch)
    tip = stage.here.tip(BRANCH + branch)
    if stage.wishes.head:
        after, before = stage.wishes.head.sha, tip
    else:
        after, before = stage.commit(occasion.head_sha, "commit after the push"), occasion.base_sha
    scene.payload |= {"ref": BRANCH + branch, "before": before or "0" * len(after), "after": after}
    scene.refs[BRANCH + branch] = after
    scene.checkout = BRANCH + branch


def _by_hand(stage: _Stage, scene: Scene, _occasion: "Occasion") -> None:
    """workflow_dispatch and schedule, which run on a branch."""
    ref = text(scene.payload, "ref") if scene.name == "workflow_dispatch" else None
    branch, _ = stage.base((ref or "").removeprefix(BRANCH) or None)
    scene.checkout = BRANCH + branch
    if scene.name == "workflow_dispatch":
        scene.payload["ref"] = scene.checkout
        if stage.wishes.base:
            put(scene.payload, ("inputs", "base"), stage.wishes.base)
        if stage.wishes.head:
            put(scene.payload, ("inputs", "head"), stage.wishes.head.sha)
    if stage.wishes.head:
        head = stage.head(None, None, branch)
        scene.refs[f"{BRANCH}{head.branch}"] = head.sha
        scene.sha = head.sha if scene.name == "schedule" else None


def _open(scene: Scene, pull: OpenPull) -> None:
    """Commits of a fork are on no branch of ours."""
    scene.pull = pull
    if pull.fork is None:
        scene.refs[BRANCH + pull.head_ref] = pull.head_sha


_ACTS: dict[str, Callable[[_Stage, Scene, "Occasion"], None]] = {
    "pull_request": _pull_request,
    "pull_request_target": _pull_request,
    "merge_group": _merge_group,
    "workflow_run": _workflow_run,
    "push": _push,
    "workflow_dispatch": _by_hand,
    "schedule": _by_hand,
}
