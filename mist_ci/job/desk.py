"""What a job has at hand, and what its workflow asked for."""

from dataclasses import dataclass
from enum import StrEnum

from mist_ci.delivery import CommentMode, Destination
from mist_ci.models.record import ReadResults
from mist_ci.models.report import DEFAULT_CONFIG
from mist_ci.ports import World
from mist_ci.ports.code_host import CodeHost
from mist_ci.ports.history import History
from mist_ci.ports.runner import Runner


class Spend(StrEnum):
    """For whose changes this job may ask models, which costs money."""

    OWN = "own"
    """Branches of this repository. A fork's change waits for the job behind a protected environment."""
    ALL = "all"
    """Forks too: somebody approved this job."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Settings:
    """Inputs of the action. `base` counts for runs on demand only."""

    configs: tuple[str, ...] = (DEFAULT_CONFIG,)
    gate: str | None = None
    spend: Spend = Spend.OWN
    comments: CommentMode = CommentMode.ON_CHANGE
    base: str | None = None
    results: ReadResults | None = None
    """What another evaluator measured in this job."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The world, and the places of this job. `host` is None where nothing may be posted."""

    world: World
    history: History
    runner: Runner
    host: CodeHost | None
    to: Destination
    repository: str = ""
    """`owner/name`: a ledger may be kept for several, and pull requests have the same numbers in each."""
