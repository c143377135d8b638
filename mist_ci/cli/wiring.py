"""The only file that chooses adapters and reads the environment."""

import os
import sys
from pathlib import Path

from mist_ci.adapters.clock import SystemClock
from mist_ci.adapters.directory import DirectoryTree
from mist_ci.adapters.executors.isolated import IsolatedExecutor
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.prices import DatedPrices
from mist_ci.adapters.progress import BarProgress, LineProgress
from mist_ci.adapters.providers import ProviderClients
from mist_ci.adapters.results import ResultDirectories
from mist_ci.adapters.tokenizers import TiktokenCounter
from mist_ci.cli.interrupts import INTERRUPTS
from mist_ci.ports import World
from mist_ci.ports.accounting import TokenCounter
from mist_ci.ports.executor import Executor
from mist_ci.ports.files import Tree
from mist_ci.ports.progress import Progress
from mist_ci.report import redact


def world(results: Path, repository: Path) -> World:
    """The real world. The repository is looked at when it is first needed."""
    clock = SystemClock()
    return World(
        files=GitRepository(repository),
        models=ProviderClients(os.environ, redact=redact),
        tokens=tokens(),
        prices=DatedPrices(),
        results=ResultDirectories(results, clock),
        executor=executor(),
        clock=clock,
        progress=progress(),
        interrupts=INTERRUPTS,
    )


def directory(path: Path) -> Tree:
    """The files below a directory as they are."""
    return DirectoryTree(path)


def tokens() -> TokenCounter:
    """Counts with tiktoken; nothing is downloaded."""
    return TiktokenCounter()


def executor() -> Executor:
    """The isolated child process."""
    return IsolatedExecutor()


def progress() -> Progress:
    """A bar on a terminal, lines in CI."""
    return BarProgress(sys.stderr) if is_terminal(sys.stderr) else LineProgress(sys.stderr)


def is_terminal(stream: object) -> bool:
    """True when a person watches: colours and bars are off in CI and when NO_COLOR is set."""
    watched = getattr(stream, "isatty", lambda: False)()
    return bool(watched) and not os.environ.get("CI") and not os.environ.get("NO_COLOR")
