"""Records of judged models in a ref of the repository: `refs/mist/results`, an orphan history that only ever grows.

    2026/11/20261126T101112Z-ab12cd34.jsonl       one file for each gate run, one line for each model

Objects are made and the ref is moved with plumbing: nothing is checked out, no index, no work tree and no branch
is touched. Whoever moves the ref says what it was before; who loses the race builds the same files on the new tip
and tries again, so no record is lost. Where the clone has a remote, the remote's ref is the history, and
`refs/mist/remote/results` remembers here what was seen of it.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from mist_ci.adapters import git_objects
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_remote import Access, Remote, cuts
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.iteration import MAX_LINE_BYTES, Iteration, IterationLog, read_log
from mist_ci.ports.clock import Clock

REF = "refs/mist/results"
SEEN_REF = "refs/mist/remote/results"
AUTHOR = "MIST CI <mist-ci@mist-ci.invalid>"
TRIES = 30
LONGEST_WAIT_S = 8.0
MAX_FILES = 50_000
"""The newest are read."""
MAX_FILE_BYTES = 16 * MAX_LINE_BYTES
"""A run may have judged several models."""
MAX_BYTES, MAX_LINES = 64 * 2**20, 200_000
"""Of all that is read: whoever writes a kilobyte here may mean gigabytes, packed."""

_FILE = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9A-Za-z][0-9A-Za-z._-]{0,79}\.jsonl")
# What servers say when two pushes meet; where they say something else, the ref has moved.
_RACE = re.compile(
    r"cannot lock ref|\.lock\b|is locked|stale info|fetch first|reference already exists|failed to update ref"
    r"|non-fast-forward|incorrect old value"
)


@dataclass(frozen=True, slots=True)
class GitIterations:
    """Implements ports.IterationStore. Without a remote of that name the ref of the clone is the history."""

    repository: GitRepository
    clock: Clock
    remote: str = "origin"
    access: Access | None = None
    sleep: Callable[[float], None] = time.sleep
    timeout_s: float = 120.0

    def append(self, iterations: Sequence[Iteration]) -> None:
        """One commit with a file for each run. Raises CouldNotRun when the ref cannot be moved."""
        files = {
            path: git_objects.write(self.repository, "blob", lines)
            for path, lines in _files(iterations).items()
        }
        if not files:
            return
        remote = self._remote()
        for attempt in range(TRIES):
            tip = None
            try:
                tip = self._tip(remote)
                self._move(remote, self._commit(tip, files), tip)
            except CouldNotRun as error:
                if not _RACE.search(error.message) and self._tip(remote) == tip:
                    raise
                self.sleep(self._wait_s(attempt))
            else:
                return
        message = f"{REF} was moved by others {TRIES} times in a row"
        raise CouldNotRun(Code.HISTORY, message, hint="run it again when fewer jobs write")

    def read(self) -> IterationLog:
        """Every file of the newest commit."""
        tip = self._tip(self._remote())
        if tip is None:
            return IterationLog()
        left_out: Counter[str] = Counter()
        lines = list(self._lines(tip, left_out))
        return read_log(lines, REF, left_out)

    def _lines(self, tip: str, left_out: Counter[str]) -> Iterator[bytes]:
        listing = self.repository.run("ls-tree", "-r", "-l", "-z", "--full-tree", tip)
        rows = [_row(line) for line in listing.split(b"\0")[:-1]]
        known = [row for row in rows if row.is_ours]
        left_out["under other names"] += len(rows) - len(known)
        left_out["too old to be read"] += len(known[:-MAX_FILES])
        room, lines = MAX_BYTES, MAX_LINES
        for row in reversed(known[-MAX_FILES:]):
            if row.size > MAX_FILE_BYTES:
                left_out["too large"] += 1
                continue
            room -= row.size
            if room < 0 or lines < 0:
                left_out["too old to be read"] += 1
                continue
            *whole, rest = self.repository.blob(row.identifier, row.path).split(b"\n", lines)
            lines -= len(whole) + 1
            yield from whole
            left_out["cut off"] += bool(rest)

    def _remote(self) -> Remote | None:
        if not self.repository.run("remote", "get-url", self.remote, check=False):
            self.repository.run("rev-parse", "--git-dir")
            return None
        return Remote.of(self.repository, self.remote, self.timeout_s, self.access)

    def _tip(self, remote: Remote | None) -> str | None:
        """The newest commit, which is here afterwards. None when nothing was ever written."""
        if remote is None:
            return self._resolved(REF)
        tip = remote.tip(REF)
        if tip is not None and self._resolved(tip) is None:
            # In a complete clone all of it, so that the clone stays complete; no filter of a partial one.
            remote.fetch([tip], ("--no-filter", *(("--depth=1",) if cuts(self.repository) else ())))
        if tip is not None and self._resolved(tip) != tip:
            hint = f"somebody put something else there; to start anew: git push {self.remote} :{REF}"
            raise CouldNotRun(Code.HISTORY, f"{REF} is no commit", hint=hint)
        if tip is not None:
            self._remember(tip)
        return tip

    def _resolved(self, name: str) -> str | None:
        found = self.repository.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", check=False)
        return found.decode().strip() or None

    def _move(self, remote: Remote | None, commit: str, tip: str | None) -> None:
        if commit == tip:
            return
        if remote is None:
            self.repository.run("update-ref", "--no-deref", REF, commit, tip or "")
            return
        remote.push(commit, REF, tip)
        self._remember(commit)

    def _remember(self, commit: str) -> None:
        """Keeps the objects from being collected and fetched again; when another process does it, all the better."""
        self.repository.run("update-ref", "--no-deref", SEEN_REF, commit, check=False)

    def _wait_s(self, attempt: int) -> float:
        """A random time, so that those who met once do not meet again."""
        return min(0.05 * 2.0**attempt, LONGEST_WAIT_S) * int(self.clock.unique()[:4], 16) / 0xFFFF

    def _commit(self, tip: str | None, files: Mapping[str, str]) -> str:
        """A commit on the tip with these files added (path → blob), or the tip where they are in it already."""
        new = [path for path in files if tip is None or not self._has(tip, path, files[path])]
        if tip is not None and not new:
            return tip
        tree = git_objects.tree(
            self.repository, tip and f"{tip}^{{tree}}", {tuple(path.split("/")): files[path] for path in new}
        )
        stamp = f"{AUTHOR} {int(self.clock.now().timestamp())} +0000"
        return git_objects.commit(self.repository, tree, tip, stamp, "\n".join(sorted(new)))

    def _has(self, tip: str, path: str, blob: str) -> bool:
        """True when the file is there. A run writes once: another file in its place is nobody's to overwrite."""
        found = self.repository.run("rev-parse", "--verify", "--quiet", f"{tip}:{path}", check=False)
        there = found.decode().strip()
        if there and there != blob:
            raise CouldNotRun(Code.HISTORY, f"{REF} already has another {path}")
        return bool(there)


@dataclass(frozen=True, slots=True)
class _Row:
    """A file of the newest commit."""

    path: str
    mode: str
    identifier: str
    size: int

    @property
    def is_ours(self) -> bool:
        return self.mode == git_objects.FILE_MODE and _FILE.fullmatch(self.path) is not None


def _row(line: bytes) -> _Row:
    described, _, name = line.partition(b"\t")
    mode, _, identifier, size = described.decode().split()
    return _Row(name.decode("utf-8", "replace"), mode, identifier, int(size) if size.isdecimal() else 0)


def _files(iterations: Iterable[Iteration]) -> dict[str, bytes]:
    """Path → content: the runs by month, in UTC."""
    files: dict[str, bytes] = {}
    for one in iterations:
        path = f"{one.when.astimezone(UTC):%Y/%m}/{one.run_id}.jsonl"
        files[path] = files.get(path, b"") + one.line + b"\n"
    return files
