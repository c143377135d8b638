"""Making a shallow clone deep enough to compare two commits. Objects are fetched, nothing is checked out.

A clone of CI often holds a single commit. What is compared is pinned first: each name becomes a commit id of
the remote. Then history is fetched in steps until the merge-base is certain. Finding one is not enough: where
history is cut off, an older common commit can hide the true one, and a change that takes something back would
look like no change at all. So no cut may lie between the merge-base and the two commits.

The clone only ever grows: no ref is written, no history is shortened, a complete clone stays complete.
"""

import base64
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mist_ci.adapters.git import GitRepository
from mist_ci.errors import Code, CouldNotRun, UsageError

STEPS = (50, 150, 800)
"""How many more commits each step fetches: 50, 200 and 1,000 in all. After the last one, everything."""

_COMMIT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
_GONE = re.compile(
    r"not our ref|couldn't find remote ref|unadvertised object|no such remote ref", re.IGNORECASE
)
_MESSAGE_CHARS = 300

# Configuration that could start a program, or that waits for ever, is switched off.
_SAFE = (
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.alternateRefsCommand=true"),
    *("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60"),
)
_FETCH = (
    *("fetch", "--quiet", "--no-tags", "--no-prune", "--no-recurse-submodules", "--no-write-fetch-head"),
    *("--no-auto-maintenance", "--upload-pack=git-upload-pack"),
)
_LIST = ("ls-remote", "--quiet", "--upload-pack=git-upload-pack")

# Beyond what reading needs: the way out (proxies), whom to trust, and the keys that ssh may use.
_PASSED = frozenset(
    {"PATH", "HOME", "SYSTEMROOT", "TMPDIR", "GIT_SSH_COMMAND", "SSH_AUTH_SOCK", "GIT_SSL_CAINFO"}
    | {"SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"}
    | {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"}
)
_PASSED_STARTS = ("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")


@dataclass(frozen=True, slots=True)
class Access:
    """A job's token for the server that the repository is on; git sends it to that server and to no other."""

    server_url: str
    token: str = field(repr=False)

    def configuration(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Variables that tell git, after those that are there already.

        The empty value takes back what a checkout may have left in the repository: two such headers are refused.
        """
        credentials = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        count = environ.get("GIT_CONFIG_COUNT", "0")
        first = int(count) if count.isdecimal() else 0
        values = ("", f"AUTHORIZATION: basic {credentials}")
        variables = {"GIT_CONFIG_COUNT": str(first + len(values))}
        for number, value in enumerate(values, first):
            variables[f"GIT_CONFIG_KEY_{number}"] = f"http.{self.server_url.rstrip('/')}/.extraheader"
            variables[f"GIT_CONFIG_VALUE_{number}"] = value
        return variables


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
    source = _Remote.of(repository, remote, timeout_s, access)
    ids = source.pin([_checked(repository, name) for name in wanted])
    missing = [sha for sha in ids if _commit(repository, sha) is None]
    if missing:
        # In a shallow clone a new tip comes alone, else git would send all of its history.
        source.fetch(missing, ("--depth=1",) if _cuts(repository) else ())
    commits = tuple(_fetched(repository, sha) for sha in ids)
    for step in (*(f"--deepen={count}" for count in STEPS), "--unshallow"):
        if _is_certain(repository, commits) or not _cuts(repository):
            break
        source.fetch(ids, (step,))
    _refuse_uncertain(repository, commits, wanted)
    return commits


@dataclass(frozen=True, slots=True)
class _Remote:
    """Where to fetch from, and into which repository."""

    git_dir: str
    name: str
    timeout_s: float
    access: Access | None

    @classmethod
    def of(cls, repository: GitRepository, name: str, timeout_s: float, access: Access | None) -> "_Remote":
        if not name or name.startswith("-") or not name.isprintable():
            hint = "give the name of a remote, such as origin, or its address"
            raise UsageError(Code.USAGE, f"{_anonymous(name)!a} is no remote", hint=hint)
        git_dir = repository.run("rev-parse", "--absolute-git-dir").decode().rstrip("\n")
        return cls(git_dir, name, timeout_s, access)

    def pin(self, sources: Sequence[str]) -> tuple[str, ...]:
        """Object ids for commit ids (as they are) and refs (where they point to now)."""
        refs = [source for source in sources if not _COMMIT_ID.fullmatch(source)]
        if not refs:
            return tuple(sources)
        listed = self._git(*_LIST, "--end-of-options", self.name, *dict.fromkeys(refs))
        rows = (line.partition("\t") for line in listed.decode("utf-8", "surrogateescape").split("\n"))
        found = {ref: sha for sha, _, ref in rows if _COMMIT_ID.fullmatch(sha)}
        if gone := [ref for ref in refs if ref not in found]:
            raise _not_there(gone[0].removeprefix("refs/heads/"))
        return tuple(found.get(source, source) for source in sources)

    def fetch(self, ids: Sequence[str], options: Sequence[str]) -> None:
        self._git(*_FETCH, *options, "--end-of-options", self.name, *dict.fromkeys(ids))

    def _git(self, *arguments: str) -> bytes:
        command = ["git", f"--git-dir={self.git_dir}", *_SAFE, *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - fixed program, names stand after --end-of-options
                command,
                env=_environment(os.environ, self.access),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=self.timeout_s,
                start_new_session=True,  # without a terminal, ssh cannot stop and ask for a password
            )
        except subprocess.TimeoutExpired:
            raise self._failed(f"no answer within {self.timeout_s:g} s") from None
        except OSError as error:
            raise self._failed(error.strerror or type(error).__name__) from None
        if done.returncode:
            reason = _reason(done.stderr)
            if _GONE.search(reason):
                raise _not_there(_named_in(reason, arguments))
            raise self._failed(reason)
        return done.stdout

    def _failed(self, reason: str) -> CouldNotRun:
        hint = (
            "check that this machine reaches the remote and may read it; or check out with fetch-depth: 0, "
            "so that nothing has to be fetched"
        )
        return CouldNotRun(Code.GIT_FAILED, f"cannot fetch from {_anonymous(self.name)}: {reason}", hint=hint)


def _checked(repository: GitRepository, name: str) -> str:
    """A commit id, or a full ref that git accepts: no option, pattern, refspec or expression."""
    if _COMMIT_ID.fullmatch(name):
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


def _cuts(repository: GitRepository) -> frozenset[str]:
    """The commits whose parents are left out of this clone. Empty when it is complete."""
    listed = repository.run("rev-parse", "--path-format=absolute", "--git-path", "shallow")
    path = Path(os.fsdecode(listed.rstrip(b"\n")))
    try:
        return frozenset(path.read_text(encoding="ascii").split())
    except FileNotFoundError:
        return frozenset()


def _is_certain(repository: GitRepository, commits: Sequence[str]) -> bool:
    """True when the merge-bases of the first commit with each other one would be the same in a full clone."""
    cuts = _cuts(repository)
    for other in commits[1:]:
        shared = _merge_bases(repository, commits[0], other)
        if not shared:
            return False
        between = (
            repository.run("rev-list", commits[0], other, *(f"^{sha}" for sha in shared)) if cuts else b""
        )
        if not cuts.isdisjoint(between.decode().split()):
            return False
    return True


def _merge_bases(repository: GitRepository, base: str, other: str) -> list[str]:
    return repository.run("merge-base", "--all", base, other, check=False).decode().split()


def _refuse_uncertain(repository: GitRepository, commits: Sequence[str], wanted: Sequence[str]) -> None:
    """After all that could be fetched."""
    for name, other in zip(wanted[1:], commits[1:], strict=True):
        if _is_certain(repository, (commits[0], other)):
            continue
        pair = f"{_shown(wanted[0])} and {_shown(name)}"
        if _cuts(repository):
            message = f"history is cut off at the remote too: where {pair} parted cannot be told"
            raise CouldNotRun(Code.GIT_FAILED, message, hint="fetch from a complete repository")
        message = f"{pair} have no common commit, in all of their history"
        hint = "start the branch from a commit of the base branch, and apply the changes there"
        raise UsageError(Code.UNKNOWN_REVISION, message, hint=hint)


def _not_there(name: str) -> UsageError:
    hint = (
        "a branch may have been deleted, a commit left behind by a force-push; "
        "a branch goes by its name at the remote: main, not origin/main"
    )
    return UsageError(Code.UNKNOWN_REVISION, f"the remote does not have {_shown(name)}", hint=hint)


def _named_in(reason: str, arguments: Sequence[str]) -> str:
    return next(
        (name for name in arguments if _COMMIT_ID.fullmatch(name) and name in reason), "what is wanted"
    )


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)


def _reason(stderr: bytes) -> str:
    """Why git gave up, on one line: without credentials, and without what a terminal obeys."""
    lines = [line.strip().removeprefix("fatal: ") for line in stderr.decode(errors="replace").splitlines()]
    said = "; ".join(dict.fromkeys(line for line in lines if line)) or "git failed"
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in said)
    return _anonymous(shown)[:_MESSAGE_CHARS]


def _anonymous(text: str) -> str:
    """Without what stands before the host in an address.

    >>> _anonymous("unable to access 'https://me:secret@git.example.com/a.git'")
    "unable to access 'https://git.example.com/a.git'"
    """
    return _CREDENTIALS.sub("", text)


def _environment(environ: Mapping[str, str], access: Access | None = None) -> dict[str, str]:
    """What fetching needs, and nothing that could carry a key of a model provider."""
    kept = {
        name: value for name, value in environ.items() if name in _PASSED or name.startswith(_PASSED_STARTS)
    }
    # No configuration can take back this list, unlike `protocol.allow`: no `ext::`, no helper programs.
    travel = {"GIT_ALLOW_PROTOCOL": "https:ssh:file", "GIT_TERMINAL_PROMPT": "0"}
    credentials = access.configuration(environ) if access else {}
    return kept | credentials | travel | {"GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C"}
