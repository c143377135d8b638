"""What is asked about a data set, and what it is answered with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.data_format import DataFormat
from mist_ci.models.target import Target
from mist_ci.models.trainer import TrainerSettings
from mist_ci.ports.accounting import TokenCounter
from mist_ci.ports.executor import Executor
from mist_ci.ports.label_judge import LabelJudge
from mist_ci.ports.scratch import MemoryScratch, Scratch
from mist_ci.ports.sources import Opened
from mist_ci.ports.workers import InlineWorkers, Workers
from mist_ci.schemaflux.leaks import SuiteTexts
from mist_ci.schemaflux.ledger import KEEP, Watch
from mist_ci.schemaflux.lines import MAX_LINE_BYTES
from mist_ci.schemaflux.selection import EVERYTHING, Selection
from mist_ci.schemaflux.suppressions import NOTHING, Noted, Suppressions


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is asked about a data set.

    `base` is the same data set before the change: its problems are shown and never gate. `suite_prompts` maps
    suite → sample key → normalised texts; rows that only base had count as leaks as well: what was trained on may
    be deleted before it is seen. `template_changed` says that base had another template, so that a row of the
    base may fail for the first time. `now` is the time that it sees.
    """

    dataset: str
    head: Sequence[Opened]
    base: Sequence[Opened] = ()
    format: DataFormat | None = None
    model: str = ""
    template: ChatTemplate | None = None
    template_changed: bool = False
    tokens_changed: bool = False
    """True when base counted tokens in another way: a row of the base may be too long for the first time."""
    now: datetime = datetime(1970, 1, 1)  # noqa: DTZ001 - templates see local time
    targets: Sequence[Target] = ()
    trainers: Sequence[TrainerSettings] = ()
    """What the repository's own configurations of trainers say (`read_settings`)."""
    trainers_before: Mapping[str, TrainerSettings | None] = field(default_factory=dict)
    """File → what it said at base. Files that are not named here have not changed."""
    max_tokens: int | None = None
    """Tokens that a row may have, whatever the targets say."""
    selection: Selection = EVERYTHING
    suppressions: Suppressions = NOTHING
    suite_prompts: SuiteTexts = field(default_factory=dict)
    infos: Mapping[str, bytes] = field(default_factory=dict)
    """Path → content of every `dataset_info.json` of LLaMA-Factory beside the data."""
    infos_before: Mapping[str, bytes] = field(default_factory=dict)
    """The same at base: what was wrong there is known."""
    keep: int = KEEP
    longest_line: int = MAX_LINE_BYTES


@dataclass(frozen=True, slots=True)
class Means:
    """What it is done with.

    `watch` is told findings about single rows as soon as they are made. `noted` is given identity → code, file and
    number of all findings, kept or not, where there is one: what a baseline file is made of. Without `labels`, label
    errors are not looked for.
    """

    executor: Executor
    tokens: TokenCounter
    workers: Workers = field(default_factory=InlineWorkers)
    scratch: Scratch = field(default_factory=MemoryScratch)
    watch: Watch = lambda _finding: None
    noted: Noted | None = None
    labels: LabelJudge | None = None
