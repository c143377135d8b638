"""A fine-tuning job of Together, as `together fine-tuning retrieve` prints it.

`total_price` is in billionths of a dollar: that is how Together's own client turns it into dollars. `token_count` is
what Together counted, and what it bills is in the price.
"""

from decimal import Decimal

from mist_ci.models.training import Training, TrainingCost, TrainingStatus
from mist_ci.tokentrace.trainers.fields import Fields
from mist_ci.tokentrace.trainers.openai_job import ended

NAME = "together"
_ENDED = {
    "completed": TrainingStatus.SUCCEEDED,
    "error": TrainingStatus.FAILED,
    "user_error": TrainingStatus.FAILED,
    "cancelled": TrainingStatus.CANCELLED,
}
_BILLIONTHS = -9
_ERRORS = ("JOB_ERROR", "JOB_USER_ERROR")


def is_one(values: dict[str, object]) -> bool:
    """True for a job of Together's."""
    identifier = values.get("id")
    return isinstance(identifier, str) and identifier.startswith("ft-") and "n_epochs" in values


def read(fields: Fields, sha256: str) -> Training:
    """The job as it is in the file. Raises ConfigError MC115, also for one that has not ended."""
    status = ended(fields, _ENDED)
    tokens = fields.count("token_count")
    if tokens is None and status is TrainingStatus.SUCCEEDED:
        fields.missing("token_count")
    price = fields.count("total_price")
    start_ns, end_ns = fields.moment_ns("created_at"), fields.moment_ns("updated_at")
    if start_ns and end_ns and end_ns < start_ns:
        fields.refuse("updated_at", "is before created_at")
    return Training(
        trainer=NAME,
        status=status,
        source_sha256=sha256,
        job=fields.needed_text("id"),
        error=_error(fields) if status is TrainingStatus.FAILED else None,
        base_model=fields.needed_text("model"),
        model=fields.text("model_output_name") or fields.text("output_name"),
        tokens=tokens,
        epochs=fields.number("n_epochs"),
        cost_usd=None if price is None else Decimal(price).scaleb(_BILLIONTHS),
        cost_basis=TrainingCost.UNKNOWN if price is None else TrainingCost.REPORTED,
        start_ns=start_ns,
        end_ns=end_ns,
        training_file=fields.text("training_file"),
    )


def _error(fields: Fields) -> str | None:
    """What the last event says that is an error."""
    told = [event for event in fields.objects("events") if (event.text("type") or "").upper() in _ERRORS]
    return told[-1].text("message") if told else None
