"""One remote of a clone, asked with git: where its refs are now, objects from it, and commits to it.

Only https, ssh and files travel, nothing that the clone configures is started, and no key of a model provider
reaches git.
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

COMMIT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

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
_PUSH = (
    *("push", "--porcelain", "--no-signed", "--no-follow-tags", "--recurse-submodules=no", "--no-thin"),
    "--receive-pack=git-receive-pack",
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
class Remote:
    """Where to fetch from, and into which repository."""

    git_dir: str
    name: str
    timeout_s: float
    access: Access | None

    @classmethod
    def of(cls, repository: GitRepository, name: str, timeout_s: float, access: Access | None) -> "Remote":
        """A remote by its name or address. Raises UsageError MC201 for what looks like an option."""
        if not name or name.startswith("-") or not name.isprintable():
            hint = "give the name of a remote, such as origin, or its address"
            raise UsageError(Code.USAGE, f"{_anonymous(name)!a} is no remote", hint=hint)
        git_dir = repository.run("rev-parse", "--absolute-git-dir").decode().rstrip("\n")
        return cls(git_dir, name, timeout_s, access)

    def pin(self, sources: Sequence[str]) -> tuple[str, ...]:
        """Object ids for commit ids (as they are) and refs (where they point to now)."""
        refs = [source for source in sources if not COMMIT_ID.fullmatch(source)]
        if not refs:
            return tuple(sources)
        listed = self._git(*_LIST, "--end-of-options", self.name, *dict.fromkeys(refs))
        rows = (line.partition("\t") for line in listed.decode("utf-8", "surrogateescape").split("\n"))
        found = {ref: sha for sha, _, ref in rows if COMMIT_ID.fullmatch(sha)}
        if gone := [ref for ref in refs if ref not in found]:
            raise _not_there(gone[0].removeprefix("refs/heads/"))
        return tuple(found.get(source, source) for source in sources)

    def tip(self, ref: str) -> str | None:
        """What a full ref points to now; None when the remote does not have it."""
        listed = self._git(*_LIST, "--end-of-options", self.name, ref).decode("utf-8", "surrogateescape")
        rows = (line.partition("\t") for line in listed.split("\n"))
        return next((sha for sha, _, name in rows if name == ref and COMMIT_ID.fullmatch(sha)), None)

    def fetch(self, ids: Sequence[str], options: Sequence[str]) -> None:
        """Objects, without a ref for them."""
        self._git(*_FETCH, *options, "--end-of-options", self.name, *dict.fromkeys(ids))

    def push(self, commit: str, ref: str, expected: str | None) -> None:
        """Moves a full ref from the commit that is expected there (None: it is new) to another, or nothing.

        Raises CouldNotRun MC308, also when somebody else has moved the ref in the meantime.
        """
        lease = f"--force-with-lease={ref}:{expected or ''}"
        self._git(*_PUSH, lease, "--end-of-options", self.name, f"{commit}:{ref}")

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
            raise self._failed(arguments[0], f"no answer within {self.timeout_s:g} s") from None
        except OSError as error:
            raise self._failed(arguments[0], error.strerror or type(error).__name__) from None
        if done.returncode:
            reason = _reason(_rejected(done.stdout) or done.stderr)
            if _GONE.search(reason):
                raise _not_there(_named_in(reason, arguments))
            raise self._failed(arguments[0], reason)
        return done.stdout

    def _failed(self, command: str, reason: str) -> CouldNotRun:
        if command == "push":
            message = f"cannot push to {_anonymous(self.name)}: {reason}"
            hint = "check that this machine reaches the remote and may write: a job needs `contents: write`"
            return CouldNotRun(Code.GIT_FAILED, message, hint=hint)
        hint = (
            "check that this machine reaches the remote and may read it; or check out with fetch-depth: 0, "
            "so that nothing has to be fetched"
        )
        return CouldNotRun(Code.GIT_FAILED, f"cannot fetch from {_anonymous(self.name)}: {reason}", hint=hint)


def cuts(repository: GitRepository) -> frozenset[str]:
    """The commits whose parents are left out of this clone. Empty when it is complete."""
    listed = repository.run("rev-parse", "--path-format=absolute", "--git-path", "shallow")
    path = Path(os.fsdecode(listed.rstrip(b"\n")))
    try:
        return frozenset(path.read_text(encoding="ascii").split())
    except FileNotFoundError:
        return frozenset()


def _not_there(name: str) -> UsageError:
    hint = (
        "a branch may have been deleted, a commit left behind by a force-push; "
        "a branch goes by its name at the remote: main, not origin/main"
    )
    return UsageError(Code.UNKNOWN_REVISION, f"the remote does not have {shown(name)}", hint=hint)


def _named_in(reason: str, arguments: Sequence[str]) -> str:
    return next(
        (name for name in arguments if COMMIT_ID.fullmatch(name) and name in reason), "what is wanted"
    )


def shown(name: str) -> str:
    """A name as a message can hold it."""
    return name if name.isprintable() else ascii(name)


def _rejected(stdout: bytes) -> bytes:
    """The line of a push that says why the ref was not moved; empty when there is none."""
    return b"\n".join(line.split(b"\t")[-1] for line in stdout.split(b"\n") if line.startswith(b"!\t"))


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
