"""One finished training job, as its trainer told it and as somebody tied it to data, base model and configuration."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class TrainingStatus(StrEnum):
    """How a job ended. One that still runs is no record yet."""

    SUCCEEDED = "succeeded"
    INCOMPLETE = "incomplete"
    """A self-hosted run that left fewer steps than it was to take: stopped early, or only a checkpoint."""
    FAILED = "failed"
    CANCELLED = "cancelled"


class TrainingCost(StrEnum):
    """Where the cost of a job comes from."""

    REPORTED = "reported"
    """The service says so."""
    GPU_HOURS = "gpu-hours"
    """Hours of all GPUs × the price of one."""
    TOKENS = "tokens"
    """Trained tokens × a price."""
    GIVEN = "given"
    """On the command line, from an invoice."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is known of a job. None is unknown, never zero. Money is US dollars, times are Unix nanoseconds."""

    trainer: str
    """`hugging-face`, `openai`, `together` or `generic`."""
    status: TrainingStatus
    source_sha256: str
    """Of the file that was read, 64 hex digits."""
    row: str | None = None
    """What tells it from other rows of its table, wherever the table goes on: None where the file is one training."""
    job: str | None = None
    error: str | None = None
    """Why a job failed."""
    base_model: str | None = None
    model: str | None = None
    """What came out of it."""
    tokens: int | None = None
    """Trained on, all epochs together, as the trainer counts them."""
    epochs: Decimal | None = None
    steps: int | None = None
    flops: Decimal | None = None
    runtime_s: Decimal | None = None
    gpu_hours: Decimal | None = None
    """Of all GPUs together."""
    cost_usd: Decimal | None = None
    cost_basis: TrainingCost = TrainingCost.UNKNOWN
    start_ns: int | None = None
    end_ns: int | None = None
    training_file: str | None = None
    """The service's name of the file that it trained on."""
    data_hash: str | None = None
    config_hash: str | None = None
    commit: str | None = None
    branch: str | None = None
