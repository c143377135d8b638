"""All ports in one frozen value: what a pipeline run is given."""

from dataclasses import dataclass, field

from mist_ci.ports.accounting import NoTokenizers, Prices, TokenCounter, Tokenizers
from mist_ci.ports.clock import Clock
from mist_ci.ports.datasets import Datasets
from mist_ci.ports.executor import Executor
from mist_ci.ports.files import Files, NoFiles, Tree
from mist_ci.ports.interrupts import Interrupts, NoInterrupts
from mist_ci.ports.iterations import IterationStore, NoIterations
from mist_ci.ports.label_judge import LabelJudge
from mist_ci.ports.ledger import KeptLedger
from mist_ci.ports.model_client import ModelClients
from mist_ci.ports.outputs import NoOutputs, OutputStore
from mist_ci.ports.programs import NoPrograms, Programs
from mist_ci.ports.progress import Progress
from mist_ci.ports.results import ResultStores
from mist_ci.ports.targets import NoTargets, Targets


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside the program."""

    files: Files
    models: ModelClients
    tokens: TokenCounter
    prices: Prices
    results: ResultStores
    executor: Executor
    clock: Clock
    progress: Progress
    datasets: Datasets
    interrupts: Interrupts = field(default_factory=NoInterrupts)
    outputs: OutputStore = field(default_factory=NoOutputs)
    iterations: IterationStore = field(default_factory=NoIterations)
    targets: Targets = field(default_factory=NoTargets)
    tokenizers: Tokenizers = field(default_factory=NoTokenizers)
    programs: Programs = field(default_factory=NoPrograms)
    shipped: Tree = field(default_factory=NoFiles)
    """The ready-made suites: `mist:NAME/suite.yml` and what lies beside it."""
    ledger: KeptLedger | None = None
    """None where nobody named one: then nothing is known of earlier runs."""
    labels: LabelJudge | None = None
    """None where the extra `labels` is not installed."""
