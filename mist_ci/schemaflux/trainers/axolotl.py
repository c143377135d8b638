"""axolotl, as read in axolotl 0.19.0.

`sequence_len` is 512 unless it is set. A row that is longer is dropped, which is told at log level INFO;
`excess_length_strategy: truncate` keeps its start, `raise` stops the run. Rows with fewer than `min_sample_len`
(2) tokens are dropped. With `sample_packing`, and only then, rows without a token to learn are dropped too. Plain
text (`type: completion`) is split into sequences, up to 64 of them. Preference rows count prompt and side
together; truncating cuts the sides, and drops what has a prompt that fills the limit.
"""

from mist_ci.models.trainer import (
    Cause,
    Excess,
    Fate,
    Loss,
    Objective,
    Outcome,
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
    told,
)

DEFAULT = TrainerSettings(Trainer.AXOLOTL, 512, "sequence_len", excess=Excess.DROP, min_length=2)
_SEQUENCES = 64
"""A text is cut after so many sequences."""


def simulate(row: TrainedRow, settings: TrainerSettings) -> Fate:
    """What becomes of the row."""
    limit = settings.max_length or DEFAULT.max_length or 0
    match settings.objective or row.objective:
        case Objective.REWARD:
            return kept(row, learnt_by(Loss.ANSWERS))
        case Objective.PREFERENCE | Objective.KTO:
            return _compared(row, settings, limit)
        case Objective.TEXT:
            return _split(row, limit)
        case Objective.ANSWERS:
            return _supervised(row, settings, limit)


def _supervised(row: TrainedRow, settings: TrainerSettings, limit: int) -> Fate:
    is_learnt = learnt_by(settings.loss or Loss.ANSWERS)
    if row.tokens < settings.min_length:
        return dropped(row, f"it has {row.tokens:,} tokens, and less than {settings.min_length} is dropped")
    too_long = _too_long(row, settings, limit)
    if too_long is not None:
        return too_long
    fate = cut(row, limit, is_learnt)
    if settings.packing is not Packing.NONE and not fate.tokens_trained:
        return emptied(row, fate)
    return fate


def _too_long(row: TrainedRow, settings: TrainerSettings, limit: int) -> Fate | None:
    """The end of a row that is longer than the limit, unless it is to be cut."""
    size = longest(row)
    if size <= limit or settings.excess is Excess.KEEP_START:
        return None
    if settings.excess is Excess.REFUSE:
        return refused(row, f"it has {size:,} tokens")
    return dropped(row, f"it has {size:,} tokens")


def _compared(row: TrainedRow, settings: TrainerSettings, limit: int) -> Fate:
    too_long = _too_long(row, settings, limit)
    if too_long is not None:
        return too_long
    prompt = length([segment for segment in row.segments if row.sides or not segment.is_answer])
    if prompt >= limit and longest(row) > limit:
        return dropped(row, f"its prompt alone has {prompt:,} tokens")
    return cut(row, limit, learnt_by(Loss.ANSWERS))


def _split(row: TrainedRow, limit: int) -> Fate:
    everything = learnt_by(Loss.EVERYTHING)
    seen = min(row.tokens, limit * _SEQUENCES)
    if seen == row.tokens:
        return kept(row, everything)
    lost = row.tokens - seen
    return Fate(Outcome.TRUNCATED, seen, seen, lost, told(lost, row.tokens, "last"), Cause.LENGTH)
