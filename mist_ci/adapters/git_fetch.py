"""Making a shallow clone deep enough to compare two commits. Objects are fetched, nothing is checked out.

A clone of CI often holds a single commit. What is compared is pinned first: each name becomes a commit id of
the remote. Then history is fetched in steps until the merge-base is certain. Finding one is not enough: where
history is cut off, an older common commit can hide the true one, and a change that takes something back would
look like no change at all. So no cut may lie between the merge-base and the two commits.

The clone only ever grows: no ref is written, no history is shortened, a complete clone stays complete.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_remote import COMMIT_ID, Access, Remote, cuts, shown
from mist_ci.errors import Code, CouldNotRun, UsageError

STEPS = (50, 150, 800)
"""How many more commits each step fetches: 50, 200 and 1,000 in all. After the last one, everything."""


@dataclass(frozen=True, slots=True)
class RemoteHistory:
    """Implements ports.History for a clone and the remote that it has."""

    repository: GitRepository
    remote: str = "origin"
    access: Access | None = None

    def fetch(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """See `deepen`."""
        return deepen(self.repository, self.remote, wanted, access=self.access)


def deepen(
    repository: GitRepository,
    remote: str,
    wanted: Sequence[str],
    *,
    timeout_s: float = 300.0,
    access: Access | None = None,
) -> tuple[str, ...]:
    """Fetches what is wanted, and history until the first one's merge-base with each other one is certain.

    `wanted` holds branch names as the remote has them (`main`), full refs (`refs/pull/7/head`) and full commit
    ids; the base comes first. You get their commit ids, in the same order: use these, the clone has no refs for
    them. Nothing is fetched for commits whose history is here already; `timeout_s` is per command.

    Raises UsageError MC203 when the remote does not have one of them (a branch that is gone, a commit that a
    force-push left behind) or when they share no history; CouldNotRun MC308 when the remote does not answer.
    """
    source = Remote.of(repository, remote, timeout_s, access)
    ids = source.pin([_checked(repository, name) for name in wanted])
    missing = [sha for sha in ids if _commit(repository, sha) is None]
    if missing:
        # In a shallow clone a new tip comes alone, else git would send all of its history.
        source.fetch(missing, ("--depth=1",) if cuts(repository) else ())
    commits = tuple(_fetched(repository, sha) for sha in ids)
    for step in (*(f"--deepen={count}" for count in STEPS), "--unshallow"):
        if _is_certain(repository, commits) or not cuts(repository):
            break
        source.fetch(ids, (step,))
    _refuse_uncertain(repository, commits, wanted)
    return commits


def _checked(repository: GitRepository, name: str) -> str:
    """A commit id, or a full ref that git accepts: no option, pattern, refspec or expression."""
    if COMMIT_ID.fullmatch(name):
        return name
    ref = name if name.startswith("refs/") else f"refs/heads/{name}"
    is_text = "\0" not in name and not any("\ud800" <= character <= "\udfff" for character in name)
    if is_text and not name.startswith("-"):
        accepted = repository.run("check-ref-format", "--normalize", ref, check=False)
        if accepted.decode("utf-8", "surrogateescape") == f"{ref}\n":
            return ref
    hint = "give a branch as the remote names it (main, not origin/main), a full ref, or a full commit id"
    raise UsageError(Code.UNKNOWN_REVISION, f"{name[:100]!a} cannot be fetched", hint=hint)


def _commit(repository: GitRepository, sha: str) -> str | None:
    """The commit that an object id stands for (an annotated tag has its own); None when it is not here."""
    found = repository.run("rev-parse", "--verify", "--quiet", f"{sha}^{{commit}}", check=False)
    return found.decode().strip() or None


def _fetched(repository: GitRepository, sha: str) -> str:
    commit = _commit(repository, sha)
    if commit is None:
        raise UsageError(Code.UNKNOWN_REVISION, f"{sha} is no commit", hint="name a branch or a commit")
    return commit


def _is_certain(repository: GitRepository, commits: Sequence[str]) -> bool:
    """True when the merge-bases of the first commit with each other one would be the same in a full clone."""
    left_out = cuts(repository)
    for other in commits[1:]:
        shared = _merge_bases(repository, commits[0], other)
        if not shared:
            return False
        between = (
            repository.run("rev-list", commits[0], other, *(f"^{sha}" for sha in shared)) if left_out else b""
        )
        if not left_out.isdisjoint(between.decode().split()):
            return False
    return True


def _merge_bases(repository: GitRepository, base: str, other: str) -> list[str]:
    return repository.run("merge-base", "--all", base, other, check=False).decode().split()


def _refuse_uncertain(repository: GitRepository, commits: Sequence[str], wanted: Sequence[str]) -> None:
    """After all that could be fetched."""
    for name, other in zip(wanted[1:], commits[1:], strict=True):
        if _is_certain(repository, (commits[0], other)):
            continue
        pair = f"{shown(wanted[0])} and {shown(name)}"
        if cuts(repository):
            message = f"history is cut off at the remote too: where {pair} parted cannot be told"
            raise CouldNotRun(Code.GIT_FAILED, message, hint="fetch from a complete repository")
        message = f"{pair} have no common commit, in all of their history"
        hint = "start the branch from a commit of the base branch, and apply the changes there"
        raise UsageError(Code.UNKNOWN_REVISION, message, hint=hint)
