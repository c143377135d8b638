"""A fine-tuning job of OpenAI or Azure OpenAI, as `fine_tuning.jobs.retrieve` returns it.

`trained_tokens` are those that are billed: all epochs, without what was cut. The job does not say what they cost.
"""

from decimal import Decimal

from mist_ci.models.training import Training, TrainingStatus
from mist_ci.tokentrace.trainers.fields import Fields

NAME = "openai"
_ENDED = {
    "succeeded": TrainingStatus.SUCCEEDED,
    "failed": TrainingStatus.FAILED,
    "cancelled": TrainingStatus.CANCELLED,
    "canceled": TrainingStatus.CANCELLED,  # Azure's older interface
}

_AUTO = (None, "auto", -1)


def is_one(values: dict[str, object]) -> bool:
    """True for a job, also where Azure leaves `object` out."""
    return values.get("object") == "fine_tuning.job" or ("trained_tokens" in values and "model" in values)


def read(fields: Fields, sha256: str) -> Training:
    """The job as it is in the file. Raises ConfigError MC115, also for one that has not ended."""
    status = ended(fields, _ENDED)
    tokens = fields.count("trained_tokens")
    if tokens is None and status is TrainingStatus.SUCCEEDED:
        fields.missing("trained_tokens")
    start_ns, end_ns = fields.moment_ns("created_at"), fields.moment_ns("finished_at")
    if start_ns and end_ns and end_ns < start_ns:
        fields.refuse("finished_at", "is before created_at")
    return Training(
        trainer=NAME,
        status=status,
        source_sha256=sha256,
        job=fields.needed_text("id"),
        error=_error(fields),
        base_model=fields.needed_text("model"),
        model=fields.text("fine_tuned_model"),
        tokens=tokens,
        epochs=_epochs(fields),
        start_ns=start_ns,
        end_ns=end_ns,
        training_file=fields.text("training_file"),
    )


def ended(fields: Fields, known: dict[str, TrainingStatus]) -> TrainingStatus:
    """How a job ended, from its `status`. Raises ConfigError MC115 for one that goes on, or a word nobody knows."""
    said = fields.needed_text("status")
    if said not in known:
        listed = ", ".join(sorted(known))
        hint = f"fetch the job again when it has ended ({listed})"
        fields.refuse("status", f"the job has not ended: {said!a}", hint)
    return known[said]


def _error(fields: Fields) -> str | None:
    """Azure and OpenAI send an empty object where nothing failed."""
    error = fields.object("error")
    return (error.text("message") or error.text("code")) if error else None


def _epochs(fields: Fields) -> Decimal | None:
    """They moved into `method` once; `auto`, which is -1 at Azure, says nothing."""
    places = [fields.object("hyperparameters")]
    method = fields.object("method")
    for name in ("supervised", "dpo", "reinforcement"):
        kind = method.object(name) if method else None
        places.append(kind.object("hyperparameters") if kind else None)
    told = (place for place in places if place and place.values.get("n_epochs") not in _AUTO)
    return next((place.number("n_epochs") for place in told), None)
