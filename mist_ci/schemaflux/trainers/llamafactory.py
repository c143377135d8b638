"""LLaMA-Factory, as read in llamafactory 0.9.5: the processors of `sft`, `dpo`, `rm`, `kto` and `pt`.

`cutoff_len` is 2048 unless it is set, one less with packing. Turns are taken in pairs of a prompt and its answer
until the room is used up; what follows is dropped. The pair that meets the limit is cut on both sides, each in
proportion to its length, at its end. With `mask_history` pairs are taken from the last one back, and only the
last answer is learnt. Nothing is filtered afterwards: a row without a token to learn stays. A row whose roles do
not alternate is dropped before all of that. Weights of messages are not known.
"""

from collections.abc import Sequence
from itertools import groupby

from mist_ci.models.trainer import (
    Cause,
    Fate,
    Loss,
    Objective,
    Outcome,
    Packing,
    Segment,
    TrainedRow,
    Trainer,
    TrainerSettings,
)
from mist_ci.schemaflux.trainers.cutting import cut, dropped, kept, learnt_by, length, refused
from mist_ci.schemaflux.trainers.parity import broken_parity

DEFAULT = TrainerSettings(Trainer.LLAMAFACTORY, 2048, "cutoff_len", loss=Loss.ANSWERS)

TEMPLATES_WITH_END_TOKEN = frozenset(
    {
        "aeva", "bailing", "bailing_v2", "breeze", "chatglm3", "dots_ocr", "falcon", "fewshot", "gemma2", "glm4",
        "glm4_5v", "glm4_7", "glm4_moe", "glm4v", "glm_ocr", "glmz1", "gpt_oss", "index", "solar", "yi_vl",
    }
)  # fmt: skip
"""Templates that add one token to the end of each row (`efficient_eos`)."""


def simulate(row: TrainedRow, settings: TrainerSettings) -> Fate:
    """What becomes of the row."""
    broken = broken_parity(row)
    if broken is not None:
        end = refused if broken.stops_the_run else dropped
        return end(row, broken.why, Cause.ORDER)
    limit = (settings.max_length or DEFAULT.max_length or 0) - (settings.packing is not Packing.NONE)
    match settings.objective or row.objective:
        case Objective.TEXT:
            everything = learnt_by(Loss.EVERYTHING)
            return cut(row, limit, everything) if settings.packing is Packing.NONE else kept(row, everything)
        case Objective.PREFERENCE | Objective.REWARD if row.sides:
            return _compared(row, limit)
        case _:
            return _supervised(row, settings, limit)


def share_room(source: int, target: int, room: int) -> tuple[int, int]:
    """Tokens that a prompt and its answer keep of `room` tokens: all of them used, none exceeded.

    A short answer is kept whole, else a short prompt, where short is less than half of the room; else both are
    cut in proportion.
    """
    if target * 2 < room:
        kept_target = target
    elif source * 2 < room:
        kept_target = min(room - source, target)
    else:
        # With floats, as the original does: int(9 * (7 / 9)) and 9 * 7 // 9 are not always the same.
        kept_target = min(int(room * (target / (source + target))), target)
    return min(max(room - kept_target, 0), source), kept_target


def _supervised(row: TrainedRow, settings: TrainerSettings, limit: int) -> Fate:
    pairs = _pairs(row.segments)
    from_end = settings.loss is Loss.LAST_ANSWER
    used = settings.end_tokens
    seen = trained = answered = 0
    for index, (source, target) in enumerate(reversed(pairs) if from_end else pairs):
        if used >= limit:
            break
        kept_source, kept_target = share_room(source, target, limit - used)
        used += kept_source + kept_target
        seen += kept_source + kept_target
        answered += kept_target
        trained += kept_target if index == 0 or not from_end else 0
        trained += kept_source if settings.loss is Loss.EVERYTHING else 0
    return _told(row, seen, trained, answered)


def _pairs(segments: Sequence[Segment]) -> list[tuple[int, int]]:
    """Tokens of each prompt and of the answer that follows it."""
    runs = [(is_answer, length(list(run))) for is_answer, run in groupby(segments, lambda one: one.is_answer)]
    if runs and runs[0][0]:
        runs.insert(0, (False, 0))
    if len(runs) % 2:
        runs.append((True, 0))
    return [(runs[at][1], runs[at + 1][1]) for at in range(0, len(runs), 2)]


def _compared(row: TrainedRow, limit: int) -> Fate:
    prompt = length(row.segments)
    sides = [length(side) for side in row.sides]
    source, target = share_room(prompt, max(sides), limit)
    answered = sum(min(side, target) for side in sides)
    return _told(row, source * len(sides) + answered, answered, answered)


def _told(row: TrainedRow, seen: int, trained: int, answered: int) -> Fate:
    lost = row.tokens - seen
    if not lost:
        return Fate(Outcome.KEPT, seen, trained, 0)
    why = f"{lost:,} of {row.tokens:,} tokens are cut"
    had_answer = any(segment.is_answer and segment.tokens for one in row.sequences for segment in one)
    outcome = Outcome.ANSWER_LOST if had_answer and not answered else Outcome.TRUNCATED
    return Fate(outcome, seen, trained, lost, why, Cause.LENGTH)
