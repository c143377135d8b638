"""The bare git repository below the fake."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class BareRepository:
    """Git commands over one bare repository; its configuration and the user's stay out."""

    path: Path

    def has_commit(self, sha: str) -> bool:
        """True when this exact commit is here."""
        return self._run("cat-file", "-e", f"{sha}^{{commit}}").returncode == 0

    def tip(self, ref: str) -> str | None:
        """The commit that a full ref name points to."""
        done = self._run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        return done.stdout.strip() or None

    def is_reachable_from_branch(self, sha: str) -> bool:
        """False for commits that only `refs/pull/…` has: those of forks."""
        return bool(self._run("for-each-ref", "--contains", sha, "refs/heads").stdout.strip())

    def resolve(self, name: str) -> str | None:
        """The commit of a full id, a branch, a tag, or `heads/…` and `tags/…`: what GitHub takes for a `ref`."""
        if _OBJECT_ID.fullmatch(name):
            return name if self.has_commit(name) else None
        names = (f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}")
        return next((found for found in map(self.tip, names) if found), None)

    def brings(self, base: str, head: str, sha: str) -> bool:
        """True when going from `base` to `head` adds this commit."""
        return self._is_ancestor(sha, head) and not self._is_ancestor(sha, base)

    def _is_ancestor(self, sha: str, of: str) -> bool:
        return self._run("merge-base", "--is-ancestor", sha, of).returncode == 0

    def set_ref(self, ref: str, sha: str) -> None:
        """Points a ref to a commit."""
        self._must("update-ref", ref, sha)

    def delete_ref(self, ref: str) -> None:
        """The commits stay."""
        self._must("update-ref", "-d", ref)

    def branches_at(self, sha: str) -> list[str]:
        """Full names of the branches that have this very commit as their tip."""
        return self._must("for-each-ref", "--format=%(refname)", f"--points-at={sha}", "refs/heads").split()

    def merge_commit(self, base: str, head: str, message: str, *, squash: bool = False) -> str | None:
        """A new commit, on no branch yet: `head` merged into `base`, or None when there is a conflict."""
        merged = self._run("merge-tree", "--write-tree", base, head)
        if merged.returncode != 0:
            return None
        tree = merged.stdout.splitlines()[0]
        parents = ("-p", base) if squash else ("-p", base, "-p", head)
        return self._must("commit-tree", tree, *parents, "-m", message)

    def _must(self, *arguments: str) -> str:
        done = self._run(*arguments)
        done.check_returncode()
        return done.stdout.strip()

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "GitHub"), ("EMAIL", "noreply@example.com"))
        }
        nothing = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        return subprocess.run(  # noqa: S603 - fixed program, arguments are ours
            ["git", "--git-dir", str(self.path), *arguments],  # noqa: S607 - found on PATH
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], **nothing, **who},
            timeout=30,
        )
