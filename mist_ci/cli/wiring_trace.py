"""The part of the wiring that reads ledgers, adds to them, and hands spans to servers."""

import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mist_ci.adapters.clock import SystemClock
from mist_ci.errors import Code, ConfigError, CouldNotRun
from mist_ci.ports.ledger import Ledger, Post

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mist_ci.adapters.ledger import LedgerFiles, Portion
    from mist_ci.adapters.ledger_tables import Table
    from mist_ci.adapters.training_files import TrainingFile
    from mist_ci.models.ledger import Ledger as Known
    from mist_ci.models.message import TraceSpan
    from mist_ci.tokentrace import Part


def ledger(paths: "Sequence[Path]") -> Ledger:
    """Spans on disk. Raises ConfigError MC101."""
    from mist_ci.adapters.ledger import LedgerFiles

    return LedgerFiles(paths)


def read_ledger(paths: "Sequence[Path]") -> tuple[list[str], "Known"]:
    """What was cut off, and all spans of those places added up. Raises ConfigError MC101."""
    from mist_ci import tokentrace
    from mist_ci.adapters.ledger import LedgerFiles

    files, now_ns = LedgerFiles(paths), time.time_ns()
    found = _read_apart(files, now_ns)
    if found is not None:
        return found
    known = tokentrace.read_ledger(files.lines(), now_ns)
    return files.notices, known


def _read_apart(files: "LedgerFiles", now_ns: int) -> tuple[list[str], "Known"] | None:
    """The same by several processes; None where one is quicker, or has to tell what is wrong."""
    from mist_ci import tokentrace
    from mist_ci.adapters.workers import ProcessWorkers

    portions, count = files.portions(), os.cpu_count() or 1
    if count == 1 or not files.is_large:
        return None
    try:
        workers = ProcessWorkers(min(count, len(portions)), is_forked=True)
        read = [part for part in workers.map(partial(_read_portion, now_ns), portions) if part is not None]
    except CouldNotRun:  # a process was killed, for its use of memory for example
        return None
    known = tokentrace.joined((part for part, _ in read), now_ns) if len(read) == len(portions) else None
    return None if known is None else ([notice for _, notices in read for notice in notices], known)


def _read_portion(now_ns: int, portion: "Portion") -> "tuple[Part, list[str]] | None":
    """A part of a ledger, in a process of its own; None for a file that cannot be read."""
    from mist_ci import tokentrace
    from mist_ci.adapters.ledger import lines_of

    notices: list[str] = []
    try:
        return tokentrace.read_part(lines_of(portion, notices.append), now_ns), notices
    except ConfigError:
        return None


def answer(
    sql: str, columns: "Mapping[str, Mapping[str, str]]", rows: "Iterable[tuple[str, bytes]]"
) -> "Table":
    """Columns and rows that SQL brings out of these tables. Raises UsageError MC201 and MC205."""
    from mist_ci.adapters import ledger_tables

    return ledger_tables.answer(sql, columns, rows)


def append_to_ledger(path: Path, span: "TraceSpan") -> bool:
    """Adds a span to a ledger; True when a line that was cut off was closed first. Raises CouldNotRun MC309."""
    from mist_ci.adapters.ledger import append
    from mist_ci.models.message import encode

    clock = SystemClock()
    return append(path, [encode(clock.unique(), "trace.span", clock.now_ns(), span)])


def checked_out(repository: Path) -> tuple[str | None, str | None]:
    """The commit and the branch of a work tree; None outside of a repository, and for no branch."""
    from mist_ci.adapters.git import GitRepository

    clone = GitRepository(repository)
    commit, branch = (
        clone.run("rev-parse", *arguments, "HEAD", check=False).decode(errors="replace").strip() or None
        for arguments in (("--verify", "--quiet"), ("--abbrev-ref",))
    )
    return commit, branch if commit and branch != "HEAD" else None


def trace_post(url: str, default_path: str, key_env: str | None, key_header: str) -> tuple[Post, str | None]:
    """Posts to a server, with the key out of that variable, and the key. Raises UsageError MC201, CouldNotRun MC302."""
    from mist_ci.adapters.trace_post import HttpPost, endpoint

    key = os.environ.get(key_env) if key_env else None
    if key_env and not key:
        hint = "set it in the job, from a secret"
        raise CouldNotRun(Code.KEY_MISSING, f"the environment variable {key_env} is not set", hint=hint)
    value = f"Bearer {key}" if key_header.lower() == "authorization" else key
    return HttpPost(endpoint(url, default_path, {key_header: value} if value and key else {})), key


def training_file(path: Path) -> "TrainingFile":
    """What a trainer left behind. Raises ConfigError MC101 and MC115."""
    from mist_ci.adapters.training_files import read_training_file

    return read_training_file(path)
