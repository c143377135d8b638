"""Chooses the adapters that training data needs: the only file for them beside `wiring`.

An adapter is imported where it is chosen: a command waits for no library that it does not use.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mist_ci.adapters import rewriting
from mist_ci.adapters.scratch import DiskScratch
from mist_ci.ports.sources import BrokenSource, Opened
from mist_ci.ports.workers import InlineWorkers, Workers

if TYPE_CHECKING:
    from mist_ci.adapters.sources import Opener
    from mist_ci.models.chat_template import ChatTemplate
    from mist_ci.models.target import Target

_MUCH_BYTES = 64 << 20


def training_opener() -> "Opener":
    """Opens files of training data one by one, and in more than one way; to be used in a `with` block."""
    from mist_ci.adapters.sources import Opener

    return Opener()


def opened(opener: "Opener", paths: Sequence[Path]) -> Sequence[Opened]:
    """Files, and those below directories, with an opener of one's own. Raises ConfigError and UsageError."""
    from mist_ci.adapters.sources import open_paths

    return open_paths(opener, paths)


def not_read(opener: "Opener") -> list[str]:
    """What to say of files below directories that are no data."""
    from mist_ci.adapters.sources import passed_over

    return passed_over(opener)


def rewrite(place: Path, pieces: Iterable[bytes]) -> bool:
    """Replaces a file of the user's data; True when that changed anything. Raises CouldNotRun MC309."""
    return rewriting.rewrite(place, pieces)


def why_not_rewritten(place: Path) -> str | None:
    """Why a file must not be replaced, as a clause."""
    return rewriting.why_not_rewritten(place)


def earlier(opener: "Opener", paths: Sequence[Path], revision: str) -> Sequence[Opened]:
    """The same files as a commit of the repository has them. Raises UsageError MC202 and MC203."""
    from mist_ci.adapters.datasets.earlier import open_earlier

    return open_earlier(opener, paths, revision)


def scratch() -> DiskScratch:
    """Room for facts about rows, to be used in a `with` block."""
    return DiskScratch()


def workers(jobs: int | None, files: Sequence[Opened]) -> Workers:
    """As many processes as asked for; without a word one for little data, and two for much.

    Each takes about 200 MB, and a command that nobody configured should fit where other things run.
    """
    size = sum(one.size for one in files if not isinstance(one, BrokenSource))
    count = jobs or (min(2, os.cpu_count() or 1) if size >= _MUCH_BYTES else 1)
    if count == 1:
        return InlineWorkers()
    from mist_ci.adapters.workers import ProcessWorkers

    return ProcessWorkers(count)


def targets(names: Iterable[str] | None = None) -> "tuple[Target, ...]":
    """The targets of those names or paths; all that ship when none are given. Raises UsageError MC106."""
    from mist_ci.adapters.targets import load_targets, shipped_targets

    return shipped_targets() if names is None else load_targets(names)


def chat_template(name: str) -> "ChatTemplate":
    """A chat template out of a file, or one that ships, by its name. Raises ConfigError and UsageError."""
    from mist_ci.adapters.chat_templates import bundled_template, read_template

    path = Path(name)
    is_file = path.suffix in (".jinja", ".json") or path.exists()
    return read_template(path) if is_file else bundled_template(name)
