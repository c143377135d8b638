"""The bare git repository below the fake."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


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

    def set_ref(self, ref: str, sha: str) -> None:
        """Points a ref to a commit."""
        self._must("update-ref", ref, sha)

    def merge(self, base_ref: str, head_sha: str, message: str) -> str | None:
        """Merges into a branch and gives the new commit, or None when there is a conflict."""
        base = self._must("rev-parse", base_ref)
        merged = self._run("merge-tree", "--write-tree", base, head_sha)
        if merged.returncode != 0:
            return None
        tree = merged.stdout.splitlines()[0]
        commit = self._must("commit-tree", tree, "-p", base, "-p", head_sha, "-m", message)
        self._must("update-ref", base_ref, commit, base)
        return commit

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
        return subprocess.run(
            ["git", "--git-dir", str(self.path), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], **nothing, **who},
            timeout=30,
        )
