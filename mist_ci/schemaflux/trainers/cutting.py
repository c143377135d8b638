"""What most trainers have in common: a row is kept, cut to a window, or dropped."""

from collections.abc import Callable, Sequence

from mist_ci.models.trainer import Cause, Fate, Loss, Outcome, Segment, TrainedRow

IsLearnt = Callable[[Segment], bool]


def learnt_by(loss: Loss) -> IsLearnt:
    """Which segments are learnt by a trainer that does not know weights."""
    return _everything if loss is Loss.EVERYTHING else _answers


def _everything(segment: Segment) -> bool:
    del segment
    return True


def _answers(segment: Segment) -> bool:
    return segment.is_answer


def weighted(segment: Segment) -> bool:
    """What is learnt by a service that knows weights."""
    return segment.is_trained


def length(segments: Sequence[Segment]) -> int:
    """Tokens of a sequence."""
    return sum(segment.tokens for segment in segments)


def within(segments: Sequence[Segment], first: int, last: int, wanted: IsLearnt) -> int:
    """Tokens of the wanted segments that stand at positions from `first` to before `last`."""
    found, position = 0, 0
    for segment in segments:
        if wanted(segment):
            found += max(0, min(last, position + segment.tokens) - max(first, position))
        position += segment.tokens
    return found


def kept(row: TrainedRow, is_learnt: IsLearnt) -> Fate:
    """Nothing is lost."""
    trained = sum(segment.tokens for one in row.sequences for segment in one if is_learnt(segment))
    return Fate(Outcome.KEPT, row.tokens, trained, 0)


def dropped(row: TrainedRow, why: str, cause: Cause = Cause.LENGTH) -> Fate:
    """Everything is lost."""
    return Fate(Outcome.DROPPED, 0, 0, row.tokens, why, cause)


def refused(row: TrainedRow, why: str, cause: Cause = Cause.LENGTH) -> Fate:
    """The run stops with an error at this row."""
    return Fate(Outcome.REFUSED, 0, 0, row.tokens, f"{why}: the run stops with an error", cause)


def emptied(row: TrainedRow, fate: Fate) -> Fate:
    """What was cut, or not even that, has nothing to learn and is dropped."""
    if not fate.tokens_lost:
        return dropped(row, "nothing in it is learnt", Cause.UNTRAINABLE)
    why = f"{fate.why}, and nothing to learn is left"
    return Fate(Outcome.DROPPED, 0, 0, row.tokens, why, Cause.LENGTH, is_emptied=True)


def cut(row: TrainedRow, limit: int, is_learnt: IsLearnt, *, from_start: bool = False) -> Fate:
    """Each sequence keeps its first `limit` tokens (its last ones where the start is cut)."""
    seen = trained = answers = had_answers = 0
    for one in row.sequences:
        size = length(one)
        first, last = (max(0, size - limit), size) if from_start else (0, min(limit, size))
        seen += last - first
        trained += within(one, first, last, is_learnt)
        answers += within(one, first, last, _answers)
        had_answers += within(one, 0, size, _answers)
    lost = row.tokens - seen
    if not lost:
        return kept(row, is_learnt)
    outcome = Outcome.ANSWER_LOST if had_answers and not answers else Outcome.TRUNCATED
    why = told(lost, row.tokens, "first" if from_start else "last")
    return Fate(outcome, seen, trained, lost, why, Cause.LENGTH)


def told(lost: int, tokens: int, which: str) -> str:
    """`the last 300 of 1,324 tokens are cut`."""
    return f"the {which} {lost:,} of {tokens:,} tokens are cut"


def longest(row: TrainedRow) -> int:
    """Tokens of the longest sequence."""
    return max(map(length, row.sequences))
