"""The only file that chooses adapters and reads the environment.

An adapter is imported where it is chosen: a command waits for no library that it does not use.
"""

import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mist_ci.adapters.beside import write_beside
from mist_ci.adapters.clock import SystemClock
from mist_ci.adapters.directory import DirectoryTree
from mist_ci.adapters.executors.isolated import IsolatedExecutor
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_tags import release_tags
from mist_ci.cli.interrupts import INTERRUPTS
from mist_ci.cli.local import read_file
from mist_ci.errors import Code, UsageError
from mist_ci.ports.result_files import ResultFiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from mist_ci.adapters.git_remote import Access
    from mist_ci.adapters.output_cache import OutputCache
    from mist_ci.ports import World
    from mist_ci.ports.accounting import TokenCounter
    from mist_ci.ports.code_host import CodeHost
    from mist_ci.ports.executor import Executor
    from mist_ci.ports.files import Files, Tree
    from mist_ci.ports.history import History
    from mist_ci.ports.iterations import IterationStore
    from mist_ci.ports.label_judge import LabelJudge
    from mist_ci.ports.model_client import ModelClients
    from mist_ci.ports.outputs import OutputStore
    from mist_ci.ports.progress import Progress
    from mist_ci.ports.runner import Runner

_MUCH_BYTES = 64 << 20


def world(
    results: Path,
    repository: Path,
    outputs: "OutputStore | None" = None,
    iterations: "IterationStore | None" = None,
    ledger: Path | None = None,
) -> "World":
    """The real world. The repository is looked at when it is first needed, and so are stored answers."""
    from mist_ci.adapters.datasets import DataRoom
    from mist_ci.adapters.kept_ledger import LedgerDirectory
    from mist_ci.adapters.prices import DatedPrices
    from mist_ci.adapters.programs import ChildPrograms
    from mist_ci.adapters.providers import ProviderClients
    from mist_ci.adapters.results import ResultDirectories
    from mist_ci.adapters.targets import TargetFiles
    from mist_ci.adapters.tokenizers import InstalledTokenizers
    from mist_ci.ports import World
    from mist_ci.ports.iterations import NoIterations
    from mist_ci.ports.outputs import NoOutputs
    from mist_ci.report import redact

    clock, shown = SystemClock(), progress()
    clone = GitRepository(repository)
    return World(
        files=clone,
        models=ProviderClients(os.environ, redact=redact, tell=_of_waiting(shown)),
        tokens=tokens(),
        prices=DatedPrices(),
        results=ResultDirectories(results, clock),
        executor=executor(),
        clock=clock,
        progress=shown,
        datasets=DataRoom(clone, access=_access(os.environ), cache=_data_cache(os.environ)),
        interrupts=INTERRUPTS,
        outputs=outputs or NoOutputs(),
        iterations=iterations or NoIterations(),
        targets=TargetFiles(),
        tokenizers=InstalledTokenizers(),
        shipped=shipped_suites(),
        ledger=LedgerDirectory(ledger, results, clock) if ledger else None,
        labels=labels(),
        programs=ChildPrograms(os.environ.get("PATH")),
    )


def models_by_hand(
    directory: Path, record: Path | None, replay: Path | None, outputs: Path | None, shown: "Progress"
) -> "ModelClients":
    """Model clients that may use what lies in a directory. Raises UsageError MC201 and MC204, and ConfigError."""
    from mist_ci.adapters.providers import clients_by_hand
    from mist_ci.report import redact

    if replay and (record or outputs):
        hint = "what was recorded is written down already: leave --record and --outputs out"
        raise UsageError(Code.USAGE, "--replay asks nobody", hint=hint)
    return clients_by_hand(os.environ, redact, directory.absolute(), record, replay, _of_waiting(shown))


def _of_waiting(shown: "Progress") -> "Callable[[str], None]":
    """For words of servers, which may hold anything."""
    from mist_ci.report.text import plain

    return lambda text: shown.waits(plain(text, 200))


def now() -> datetime:
    """The time, in UTC."""
    return SystemClock().now()


def outputs(directory: Path | None, *, may_write: bool) -> "OutputStore":
    """Stored answers, where somebody named a place for them."""
    from mist_ci.adapters.outputs import OutputDirectory
    from mist_ci.ports.outputs import NoOutputs

    return OutputDirectory(directory, SystemClock(), may_write=may_write) if directory else NoOutputs()


def output_cache(directory: Path) -> "OutputCache":
    """A directory of stored answers, to look after. Raises UsageError MC101."""
    from mist_ci.adapters.output_cache import OutputCache

    return OutputCache(directory, SystemClock())


def code_host(environ: Mapping[str, str]) -> "CodeHost | None":
    """GitHub as the job's environment names it; None when there is no token to speak with."""
    from mist_ci.adapters.github import PUBLIC_API, GitHub
    from mist_ci.report import redact

    token, repository = environ.get("GITHUB_TOKEN"), environ.get("GITHUB_REPOSITORY", "")
    if not token:
        return None
    return GitHub(repository, token, environ.get("GITHUB_API_URL") or PUBLIC_API, redact=redact)


def files(repository: Path) -> "Files":
    """A clone, read as git objects."""
    return GitRepository(repository)


def origin_repository(repository: Path, environ: Mapping[str, str]) -> str | None:
    """`owner/name` of the remote origin on the code host that the environment names; None when it is not there."""
    from mist_ci.adapters.github import PUBLIC_API
    from mist_ci.planning.origin import repository_of

    url = GitRepository(repository).run("remote", "get-url", "origin", check=False)
    return repository_of(url.decode(errors="replace").strip(), environ.get("GITHUB_API_URL") or PUBLIC_API)


def runner(environ: Mapping[str, str]) -> "Runner":
    """The files of GitHub's runner, where there is one."""
    from mist_ci.adapters.runner_files import RunnerFiles

    return RunnerFiles(environ, SystemClock().unique, sys.stdout)


def history(repository: Path, environ: Mapping[str, str]) -> "History":
    """The clone's remote `origin`, with the job's token for the server that it is on."""
    from mist_ci.adapters.git_fetch import RemoteHistory

    return RemoteHistory(GitRepository(repository), access=_access(environ))


def iterations(place: str | None, repository: Path, environ: Mapping[str, str]) -> "IterationStore":
    """The history of judged models: `git`, a directory, or nowhere (`off`, or no place at all)."""
    from mist_ci.adapters.git_iterations import GitIterations
    from mist_ci.adapters.iterations import IterationDirectory
    from mist_ci.ports.iterations import NoIterations

    if not place or place == "off":
        return NoIterations()
    if place == "git":
        return GitIterations(GitRepository(repository), SystemClock(), access=_access(environ))
    return IterationDirectory(Path(place), SystemClock())


def releases(repository: Path) -> Mapping[str, tuple[str, ...]]:
    """Commit → tags that released it; empty outside of a repository."""
    return release_tags(GitRepository(repository))


def _access(environ: Mapping[str, str]) -> "Access | None":
    from mist_ci.adapters.git_remote import Access

    server, token = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_TOKEN")
    return Access(server, token) if server and token else None


def _data_cache(environ: Mapping[str, str]) -> Path | None:
    """Where data from outside of git is kept from run to run, by its hash."""
    if home := environ.get("XDG_CACHE_HOME"):
        return Path(home) / "mist-ci" / "data"
    return Path(environ["HOME"]) / ".cache" / "mist-ci" / "data" if environ.get("HOME") else None


def directory(path: Path) -> "Tree":
    """The files below a directory as they are."""
    return DirectoryTree(path)


def shipped_suites() -> "Tree":
    """The ready-made suites."""
    from mist_ci.adapters.shipped import ShippedSuites

    return ShippedSuites()


def save_beside(target: Path, text: str) -> None:
    """A file for the team to commit. Raises CouldNotRun MC309."""
    write_beside(target, text)


def result_files() -> ResultFiles:
    """Files of results, wherever the user says."""
    from mist_ci.adapters.result_files import ResultFilesOnDisk

    return ResultFilesOnDisk()


def tokens(tokenizer: Path | None = None) -> "TokenCounter":
    """Counts as tiktoken does, faster with the extra `fast`, or with a tokenizer.json; nothing is downloaded.

    Raises ConfigError MC104 for a file that somebody named and that cannot count.
    """
    from mist_ci.adapters.tokenizers import InstalledTokenizers

    if tokenizer is None:
        return InstalledTokenizers().of_models()
    return InstalledTokenizers().of_file(read_file(tokenizer), str(tokenizer), is_needed=True)


def executor() -> "Executor":
    """The isolated child process."""
    return IsolatedExecutor()


def progress() -> "Progress":
    """A bar on a terminal, lines in CI."""
    from mist_ci.adapters.progress import BarProgress, LineProgress

    return BarProgress(sys.stderr) if is_terminal(sys.stderr) else LineProgress(sys.stderr)


def is_terminal(stream: object) -> bool:
    """True when a person watches: colours and bars are off in CI and when NO_COLOR is set."""
    watched = getattr(stream, "isatty", lambda: False)()
    return bool(watched) and not os.environ.get("CI") and not os.environ.get("NO_COLOR")


def is_watched(stream: object) -> bool:
    """True when a person or the runner of a CI job reads what is written: both may take parts of it for commands."""
    return bool(getattr(stream, "isatty", lambda: False)()) or bool(os.environ.get("CI"))


def labels() -> "LabelJudge | None":
    """Judges labels; None where the extra `labels` is not installed."""
    from mist_ci.adapters.labels import CleanlabJudge

    return CleanlabJudge() if CleanlabJudge.is_installed() else None
