"""The repository that is gated, as the code host has it and as a job checks it out. The user's own is only read."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mist_ci.cli.dev.scene import BRANCH, Head
from mist_ci.errors import Code, CouldNotRun, UsageError, Where

_TRACKED = "refs/remotes/origin/"
_NO_PROGRAMS = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
"""Neither a clone nor a checkout of a simulation starts what a repository or a template brings along."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A clone or work tree of the user's."""

    path: Path

    def check(self) -> None:
        """Raises UsageError MC202 when there is no repository, MC203 when its history is cut off."""
        if not self.path.is_dir():
            raise UsageError(Code.NO_REPOSITORY, "is no directory", where=Where(str(self.path)))
        shallow = git(self.path, "rev-parse", "--is-shallow-repository", check=False)
        if not shallow:
            hint = "name a clone with --repository DIR"
            raise UsageError(
                Code.NO_REPOSITORY, "is no git repository", where=Where(str(self.path)), hint=hint
            )
        if shallow == "true":
            message = "this clone is shallow, and a simulation needs the history that a code host has"
            raise UsageError(
                Code.UNKNOWN_REVISION, message, where=Where(str(self.path)), hint="git fetch --unshallow"
            )

    def head(self, revision: str) -> Head:
        """What a user calls a revision; branches before tags, as in `mist-ci gate`. Raises UsageError MC203."""
        branch = self._branch_now() if revision == "HEAD" else revision
        if branch and (sha := self._commit(BRANCH + branch)):
            return Head(sha, branch)
        for name in (f"refs/remotes/{revision}", revision):
            if sha := self._commit(name):
                remote_branch = revision.removeprefix("origin/")
                return Head(sha, remote_branch if name.startswith(_TRACKED) else None)
        hint = "check the name, or fetch it first: git fetch origin BRANCH"
        message = f"no commit is named {revision[:100]!a} in this repository"
        raise UsageError(Code.UNKNOWN_REVISION, message, hint=hint)

    def base(self, name: str) -> str:
        """The name of a branch at the code host: `main` also for `origin/main`. Raises UsageError MC203."""
        for branch in (name, name.removeprefix("origin/")):
            if self._commit(BRANCH + branch) or self._commit(_TRACKED + branch):
                return branch
        hint = "--base is the branch to merge into; fetch it first: git fetch origin BRANCH"
        raise UsageError(Code.UNKNOWN_REVISION, f"no branch is named {name[:100]!a} here", hint=hint)

    def any_branch(self) -> str:
        """The branch that is checked out, else the first. Raises UsageError MC203 in an empty repository."""
        listed = git(self.path, "for-each-ref", "--format=%(refname)", "refs/heads", _TRACKED).splitlines()
        names = [one.removeprefix(BRANCH).removeprefix(_TRACKED) for one in listed]
        now = self._branch_now()
        names = [now] if now in names else [name for name in names if name != "HEAD"]
        if not names:
            raise UsageError(
                Code.UNKNOWN_REVISION, "this repository has no branch yet", where=Where(str(self.path))
            )
        return str(names[0])

    def publish(self, bare: Path) -> None:
        """A bare repository with the same branches and tags, and those of `origin` that are only tracked here.

        It borrows the objects instead of copying them, so it is quick for repositories of any size.
        """
        common = git(self.path, "rev-parse", "--path-format=absolute", "--git-common-dir")
        git(self.path, "clone", "--quiet", "--bare", "--shared", "--template=", "--", common, str(bare))
        # A pull request of long ago may be at any commit: whatever is asked for is given.
        git(bare, "config", "uploadpack.allowAnySHA1InWant", "true")
        own = set(git(bare, "for-each-ref", "--format=%(refname)", "refs/heads").splitlines())
        listed = git(self.path, "for-each-ref", "--format=%(objectname) %(refname)", _TRACKED).splitlines()
        tracked = (line.split(" ", 1) for line in listed)
        wanted = {BRANCH + ref.removeprefix(_TRACKED): sha for sha, ref in tracked}
        lines = [f"create {ref} {sha}\n" for ref, sha in wanted.items() if ref not in own | {f"{BRANCH}HEAD"}]
        git(bare, "update-ref", "--stdin", feed="".join(lines))

    def _branch_now(self) -> str | None:
        return git(self.path, "symbolic-ref", "--quiet", "--short", "HEAD", check=False) or None

    def _commit(self, name: str) -> str | None:
        found = git(
            self.path,
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            f"{name}^{{commit}}",
            check=False,
        )
        return found.splitlines()[-1] if found else None


def check_out(bare: Path, work: Path, ref: str, sha: str) -> None:
    """A checkout of one commit, and of nothing before it, as actions/checkout leaves it."""
    git(work.parent, "init", "--quiet", "--template=", str(work))
    git(work, "remote", "add", "origin", bare.as_uri())
    if ref.startswith(BRANCH):
        branch = ref.removeprefix(BRANCH)
        tracking, how = f"{_TRACKED}{branch}", ["-B", branch]
    else:
        tracking, how = f"refs/remotes/{ref.removeprefix('refs/')}", ["--detach"]
    git(work, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", f"+{sha}:{tracking}")
    git(work, "checkout", "--quiet", "--force", *how, tracking)


def git(directory: Path, *arguments: str, check: bool = True, feed: str = "") -> str:
    """What a git command says, "" when it fails and `check` is off. Raises CouldNotRun MC308."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed program, arguments are ours or after an option's end
            ["git", *_NO_PROGRAMS, *arguments],  # noqa: S607 - found on PATH
            cwd=directory,
            env=_environ(os.environ),
            input=feed.encode(),
            capture_output=True,
            check=False,
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CouldNotRun(Code.GIT_FAILED, f"git cannot be started here: {reason}") from None
    if done.returncode and check:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
        raise CouldNotRun(Code.GIT_FAILED, f"git {arguments[0]}: {said[-1]}")
    return "" if done.returncode else done.stdout.decode(errors="surrogateescape").strip()


def _environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Without what points git to another repository, and without large files from elsewhere."""
    return repository_free(environ) | {
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "file",
        "LC_ALL": "C",
    }


def repository_free(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment in which git finds the repository by the directory, also when a git hook started us."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith("GIT_") or (name.startswith("GIT_CONFIG_") and name != "GIT_CONFIG_PARAMETERS")
    }
