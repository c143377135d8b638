"""`trainer_state.json` of the Hugging Face Trainer, as TRL, axolotl, LLaMA-Factory and unsloth leave it.

It has steps, epochs and floating point operations; the run time once training ended; and tokens only where the trainer
was told to count them: `include_num_input_tokens_seen`, or TRL, which logs `num_tokens`. It knows neither models nor
data nor money, and no time of day.
"""

from decimal import Decimal

from mist_ci.models.training import Training, TrainingStatus
from mist_ci.tokentrace.trainers.fields import Fields

NAME = "hugging-face"


def is_one(values: dict[str, object]) -> bool:
    """True for a trainer's state."""
    return "log_history" in values and "global_step" in values


def read(fields: Fields, sha256: str) -> Training:
    """The run as it is in the file. Raises ConfigError MC115."""
    steps = fields.count("global_step")
    if steps is None:
        fields.missing("global_step")
    log = fields.objects("log_history")
    runtime_s = _last(log, "train_runtime")
    most = fields.count("max_steps")
    is_whole = runtime_s is not None if not most else steps >= most
    flops = fields.number("total_flos")
    return Training(
        trainer=NAME,
        status=TrainingStatus.SUCCEEDED if is_whole else TrainingStatus.INCOMPLETE,
        source_sha256=sha256,
        tokens=_tokens(fields, log),
        epochs=fields.number("epoch"),
        steps=steps,
        flops=flops or None,
        runtime_s=runtime_s,
    )


def _tokens(fields: Fields, log: list[Fields]) -> int | None:
    """The trainer writes 0 where it did not count."""
    seen = fields.count("num_input_tokens_seen")
    if seen:
        return seen
    for entry in reversed(log):
        for name in ("num_input_tokens_seen", "num_tokens"):
            if counted := entry.count(name):
                return counted
    return None


def _last(log: list[Fields], name: str) -> Decimal | None:
    return next((found for entry in reversed(log) if (found := entry.number(name)) is not None), None)
