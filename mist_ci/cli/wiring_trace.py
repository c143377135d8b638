"""The part of the wiring that reads ledgers, adds to them, and hands spans to servers."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mist_ci.adapters.clock import SystemClock
from mist_ci.adapters.git import GitRepository
from mist_ci.errors import Code
from mist_ci.ports.ledger import Ledger, Post

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mist_ci.adapters.training_files import TrainingFile
    from mist_ci.models.message import TraceSpan


def ledger(paths: "Sequence[Path]") -> Ledger:
    """Spans on disk. Raises ConfigError MC101."""
    from mist_ci.adapters.ledger import LedgerFiles

    return LedgerFiles(paths)


def append_to_ledger(path: Path, span: "TraceSpan") -> bool:
    """Adds a span to a ledger; True when a line that was cut off was closed first. Raises CouldNotRun MC309."""
    from mist_ci.adapters.ledger import append
    from mist_ci.models.message import encode

    clock = SystemClock()
    return append(path, [encode(clock.unique(), "trace.span", clock.now_ns(), span)])


def checked_out(repository: Path) -> tuple[str | None, str | None]:
    """The commit and the branch of a work tree; None outside of a repository, and for no branch."""
    clone = GitRepository(repository)
    commit, branch = (
        clone.run("rev-parse", *arguments, "HEAD", check=False).decode(errors="replace").strip() or None
        for arguments in (("--verify", "--quiet"), ("--abbrev-ref",))
    )
    return commit, branch if commit and branch != "HEAD" else None


def trace_post(url: str, default_path: str, key_env: str | None, key_header: str) -> tuple[Post, str | None]:
    """Posts to a server, with the key out of that variable, and the key. Raises UsageError MC201, CouldNotRun MC302."""
    from mist_ci.adapters.trace_post import HttpPost, endpoint
    from mist_ci.errors import CouldNotRun

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
