"""TRL, as read in trl 1.16.0: `SFTTrainer`, `DPOTrainer`, `KTOTrainer`, `RewardTrainer`.

`max_length` is 1024 unless it is set, and the start is kept. SFT then drops rows whose labels are all masked,
without counting them; without `assistant_only_loss` the whole of a chat row is learnt, so a row that lost its
answer stays and teaches its prompt. Packing cuts (`bfd`) or splits (`bfd_split`, `wrapped`) and drops nothing.
DPO and KTO drop rows whose prompt alone fills `max_length`; the reward trainer drops what is longer. Weights of
messages are not known.
"""

from mist_ci.models.data_format import DataFormat
from mist_ci.models.trainer import (
    Cause,
    Excess,
    Fate,
    Loss,
    Objective,
    Packing,
    TrainedRow,
    Trainer,
    TrainerSettings,
)
from mist_ci.schemaflux.trainers.cutting import (
    cut,
    dropped,
    emptied,
    kept,
    learnt_by,
    length,
    longest,
    refused,
)

DEFAULT = TrainerSettings(Trainer.TRL, 1024, "max_length")
_WITH_PROMPT = {DataFormat.PROMPT_COMPLETION}


def simulate(row: TrainedRow, settings: TrainerSettings) -> Fate:
    """What becomes of the row."""
    match settings.objective or row.objective:
        case Objective.PREFERENCE | Objective.KTO:
            return _compared(row, settings)
        case Objective.REWARD:
            return _rewarded(row, settings)
        case Objective.ANSWERS | Objective.TEXT:
            return _supervised(row, settings)


def _supervised(row: TrainedRow, settings: TrainerSettings) -> Fate:
    default = Loss.ANSWERS if row.format in _WITH_PROMPT else Loss.EVERYTHING
    is_learnt = learnt_by(settings.loss or default)
    limit = settings.max_length
    if settings.loss is Loss.ANSWERS and not any(segment.is_answer for segment in row.segments):
        return refused(row, "it has no assistant tokens", Cause.UNTRAINABLE)
    if limit is None or settings.packing is Packing.SPLIT:
        return kept(row, is_learnt)
    fate = cut(row, limit, is_learnt, from_start=settings.excess is Excess.KEEP_END)
    if settings.packing is Packing.NONE and not fate.tokens_trained:
        return emptied(row, fate)
    return fate


def _compared(row: TrainedRow, settings: TrainerSettings) -> Fate:
    limit, is_learnt = settings.max_length, learnt_by(Loss.ANSWERS)
    if limit is None:
        return kept(row, is_learnt)
    from_start = settings.excess is Excess.KEEP_END
    prompt = length([segment for segment in row.segments if row.sides or not segment.is_answer])
    if prompt >= limit and not from_start:
        return dropped(row, f"its prompt alone has {prompt:,} tokens")
    return cut(row, limit, is_learnt, from_start=from_start)


def _rewarded(row: TrainedRow, settings: TrainerSettings) -> Fate:
    limit = settings.max_length
    if limit is not None and (size := longest(row)) > limit:
        return dropped(row, f"it has {size:,} tokens")
    return kept(row, learnt_by(Loss.ANSWERS))
