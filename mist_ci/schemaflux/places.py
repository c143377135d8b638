"""Where a limit cuts a row, in words."""

from mist_ci.models.trainer import Excess, Loss, TrainedRow
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import Passage
from mist_ci.schemaflux.trainers.cutting import length


def beyond(row: Row, trained: TrainedRow, limit: int) -> tuple[str | None, str]:
    """The field of the first message that does not fit whole when the start is kept, and what is beyond the limit.

    >>> from mist_ci.models.trainer import Segment
    >>> from mist_ci.models.data_format import DataFormat
    >>> said = Segment(5, "user", False), Segment(3, "assistant", True)
    >>> beyond(Row(1, "a", b"{}", DataFormat.OPENAI_CHAT), TrainedRow(DataFormat.OPENAI_CHAT, said), 4)
    (None, 'the whole answer is beyond it')
    """
    sequence = max(trained.sequences, key=length)
    at, first = 0, None
    for index, segment in enumerate(sequence):
        at += segment.tokens
        if at > limit:
            first = index
            break
    if first is None:
        return None, "what the trainer adds does not fit"
    answered = sum(segment.tokens for segment in sequence[:first] if segment.is_answer)
    cut = sequence[first]
    rest = cut.tokens - (at - limit)
    said = f"{rest:,} of the {cut.tokens:,} tokens of the {cut.role or 'first'} message fit" if rest else ""
    has_answer = any(segment.is_answer for segment in sequence)
    if has_answer and not answered and not (cut.is_answer and rest):
        said = "the whole answer is beyond it"
    messages = row.messages
    place = messages[first].field if not trained.sides and first < len(messages) else None
    return place, said or f"the {cut.role} message and all after it are beyond it"


def cut_field(row: Row, passage: Passage) -> str | None:
    """The field of the first message that is cut; None where not the end is cut, or the whole row is gone."""
    settings, fate = passage.destination.settings, passage.fate
    if settings is None or settings.max_length is None or fate is None or not fate.tokens_seen:
        return None
    if settings.excess is Excess.KEEP_END or settings.loss is Loss.LAST_ANSWER:
        return None
    return beyond(row, passage.row, settings.max_length - settings.end_tokens)[0]
