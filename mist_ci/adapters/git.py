"""A git repository, read as objects. Nothing is checked out, no hook, filter or attribute of head ever runs."""

import os
import re
import subprocess
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from mist_ci.errors import Code, ConfigError, CouldNotRun, UsageError, Where
from mist_ci.models.plan import Change, ChangeKind, Event

_REGULAR = ("100644", "100755")
_SYMLINK, _SUBMODULE = "120000", "160000"
_UNNAMED = "a name that is no plain text"
_REFUSED = {_SYMLINK: "a symbolic link", _SUBMODULE: "a submodule", _UNNAMED: _UNNAMED}
_OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OUTSIDE = frozenset({"", ".", "..", ".git"})
MAX_BLOB_BYTES = 512 * 2**20

# The repository's own configuration may name programs; these are the ones that reading objects could start.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
# A missing object of a partial clone would be fetched, by a program that the configuration names. No protocol
# is allowed, which (unlike `protocol.allow`) no configuration can take back; newer versions do not even try.
_NO_FETCH = {"GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"}


class GitRepository:
    """Implements ports.Files on the git command line."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._reading = threading.Lock()
        self._reader: _Reader | None = None

    def run(self, *arguments: str, check: bool = True, feed: bytes = b"") -> bytes:
        """Output of a git command that reads `feed`. Raises UsageError MC202 outside a repository, or MC308."""
        try:
            done = subprocess.run(  # noqa: S603 - fixed program, arguments are ours or after `--`
                ["git", *_SAFE, *arguments],  # noqa: S607 - found on PATH like every tool of a CI job
                cwd=self._directory,
                env=_environment(os.environ),
                input=feed,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            reason = error.strerror or type(error).__name__
            where = Where(str(self._directory))
            raise CouldNotRun(Code.GIT_FAILED, f"git cannot be started here: {reason}", where=where) from None
        if done.returncode and check:
            message = done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
            if "not a git repository" in message[0]:
                hint = "run it inside the repository that you want to gate"
                raise UsageError(Code.NO_REPOSITORY, f"{self._directory} is not a git repository", hint=hint)
            raise CouldNotRun(Code.GIT_FAILED, f"git {arguments[0]}: {message[0]}")
        return done.stdout if not done.returncode else b""

    def blob(self, identifier: str, path: str) -> bytes:
        """Content of an object. One process answers for all, because a data set may have thousands of files.

        Raises ConfigError MC111 for one that is over MAX_BLOB_BYTES, named by its path.
        """
        with self._reading:
            reader = self._reader = self._reader or _Reader(self._directory)
            size = reader.ask(identifier)
            if size > MAX_BLOB_BYTES:
                reader.skip(size)
                message = f"{size} bytes are over the limit of {MAX_BLOB_BYTES}"
                raise ConfigError(Code.UNSAFE_PATH, message, where=Where(path))
            return reader.take(size)

    def copy_blob(self, identifier: str, write: Callable[[bytes], object]) -> None:
        """Content of an object of any size, in pieces of at most a mebibyte."""
        with self._reading:
            reader = self._reader = self._reader or _Reader(self._directory)
            try:
                reader.hand_over(reader.ask(identifier), write)
            except BaseException:
                self._reader = None  # it stands in the middle of an answer
                raise

    def event(self, base: str, head: str) -> Event:
        """Resolves both revisions and their merge-base."""
        self.run("rev-parse", "--git-dir")
        base_sha, head_sha = self._resolve(base), self._resolve(head)
        merge_bases = self.run("merge-base", "--all", base_sha, head_sha, check=False).decode().split()
        if not merge_bases:
            hint = "fetch more history (fetch-depth: 0)"
            message = f"{base} and {head} have no common commit in this clone"
            raise UsageError(Code.UNKNOWN_REVISION, message, hint=hint)
        return Event(
            name="local",
            base_ref=base,
            base=base_sha,
            head=head_sha,
            merge_base=merge_bases[0],
            other_merge_bases=tuple(merge_bases[1:]),
        )

    def _resolve(self, revision: str) -> str:
        # No argument of a program can hold a null character.
        wanted = revision.replace("\0", " ")
        names = [wanted]
        if not _OBJECT_ID.fullmatch(wanted) and not wanted.startswith("refs/"):
            # Branches first: git itself prefers a tag, and whoever may push a tag would choose the policy.
            names = [f"refs/heads/{wanted}", f"refs/remotes/{wanted}", wanted]
        for name in names:
            found = self.run(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", check=False
            )
            if found:
                return found.decode().strip().splitlines()[-1]
        hint = "check the name, or fetch it first: git fetch origin BRANCH"
        raise UsageError(Code.UNKNOWN_REVISION, f"no commit is named {revision!r} here", hint=hint)

    def commit(self, revision: str) -> str:
        """Resolves one revision; full refs and commit ids mean themselves."""
        return self._resolve(revision)

    def tree(self, revision: str, label: str) -> "GitTree":
        """The files of a commit."""
        return GitTree(self, revision, f"{label} ({revision[:7]})")

    def changes(self, old: str, new: str) -> tuple[Change, ...]:
        """Changed paths, sorted; renames are a deletion and an addition."""
        listing = self.run("diff-tree", "-r", "-z", "--no-renames", "--name-status", old, new)
        fields = listing.decode("utf-8", "surrogateescape").split("\0")[:-1]
        kinds = {"A": ChangeKind.ADDED, "D": ChangeKind.DELETED}
        return tuple(
            Change(path=_printable(path), kind=kinds.get(status, ChangeKind.MODIFIED))
            for status, path in sorted(zip(fields[::2], fields[1::2], strict=True), key=lambda one: one[1])
        )


class GitTree:
    """Implements ports.Tree for one commit."""

    def __init__(self, repository: GitRepository, revision: str, label: str) -> None:
        self._repository = repository
        self._revision = revision
        self._label = label

    @property
    def label(self) -> str:
        """`base (3fa2c1d)`."""
        return self._label

    @cached_property
    def _entries(self) -> dict[str, tuple[str, str]]:
        """Path → (mode, object id). A name that no policy can mean is spelt so that it can be shown."""
        listing = self._repository.run("ls-tree", "-r", "-z", "--full-tree", self._revision)
        entries = {}
        for line in listing.split(b"\0")[:-1]:
            described, _, name = line.partition(b"\t")
            mode, _, identifier = described.decode().split(" ")
            path = name.decode("utf-8", "surrogateescape")
            plain = path.isprintable() and not _OUTSIDE.intersection(path.split("/"))
            entries[path if plain else _printable(path)] = (mode if plain else _UNNAMED, identifier)
        return entries

    def paths(self) -> Sequence[str]:
        """Regular files, sorted."""
        return sorted(path for path, (mode, _) in self._entries.items() if mode in _REGULAR)

    def irregular(self) -> Sequence[str]:
        """Links, submodules and names that cannot be printed, sorted."""
        return sorted(path for path, (mode, _) in self._entries.items() if mode not in _REGULAR)

    def exists(self, path: str) -> bool:
        """True for anything of that name, so that a link is refused by `read` and not taken for absent."""
        return path in self._entries

    def read(self, path: str) -> bytes:
        """The blob's bytes."""
        return self._repository.blob(self._identifier(path), path)

    def copy(self, path: str, write: Callable[[bytes], object]) -> None:
        """The blob's bytes in pieces."""
        self._repository.copy_blob(self._identifier(path), write)

    def read_table(self, path: str) -> Sequence[str]:
        """The rows of a Parquet file."""
        from mist_ci.adapters.tables import table_rows  # noqa: PLC0415 - most trees have none

        return table_rows(self.read(path), path)

    def _identifier(self, path: str) -> str:
        if path not in self._entries:
            raise ConfigError(Code.FILE_MISSING, f"not in {self._label}", where=Where(path))
        mode, identifier = self._entries[path]
        if mode in _REFUSED:
            message = f"{_REFUSED[mode]} in {self._label}; only regular files are read"
            raise ConfigError(Code.UNSAFE_PATH, message, where=Where(path))
        return identifier


class _Reader:
    """`git cat-file --batch`: one line in, a header and the content out. It ends with its owner."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            ["git", *_SAFE, "cat-file", "--batch"],  # noqa: S607
            cwd=directory,
            env=_environment(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        weakref.finalize(self, _end, self._process)

    def ask(self, identifier: str) -> int:
        """Size in bytes of the content that comes next. Raises CouldNotRun MC308 for an object that is not there."""
        if self._process.stdin is not None and self._process.stdout is not None:
            self._process.stdin.write(identifier.encode() + b"\n")
            self._process.stdin.flush()
            header = self._process.stdout.readline().split()
            if len(header) == 3:  # noqa: PLR2004 - id, type, size
                return int(header[2])
        hint = "fetch it: a partial or shallow clone may lack file contents"
        raise CouldNotRun(Code.GIT_FAILED, f"git cannot read object {identifier[:12]}", hint=hint)

    def take(self, size: int) -> bytes:
        """The content."""
        content = self._process.stdout.read(size + 1) if self._process.stdout else b""
        return content[:size]

    def skip(self, size: int) -> None:
        """Past a content that nobody wants."""
        self.hand_over(size, len)

    def hand_over(self, size: int, write: Callable[[bytes], object]) -> None:
        """The content in pieces. Raises CouldNotRun MC308 when git ends before it does."""
        left = size
        while left > 0 and self._process.stdout:
            piece = self._process.stdout.read(min(left, 2**20))
            if not piece:
                raise CouldNotRun(Code.GIT_FAILED, "git ended in the middle of an object")
            left -= len(piece)
            write(piece)
        self.take(0)  # the line feed after it


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate()


def _printable(path: str) -> str:
    r"""A name that no policy can mean, spelt so that it can be shown.

    >>> print(_printable("data/a\nb.jsonl"))
    data/a\nb.jsonl
    """
    return path if path.isprintable() else path.encode("unicode_escape").decode("ascii")


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Only what git needs: no GIT_DIR or GIT_EXTERNAL_DIFF from outside, no keys, English messages."""
    kept = {name: environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR") if name in environ}
    safe = {
        name: value
        for name, value in environ.items()
        if name.startswith(("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"))
    }
    # Replacement objects (refs/replace) would let a fetched ref show other content under the same id.
    fixed = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    return kept | safe | fixed | _NO_FETCH | {"LC_ALL": "C"}
