"""The order of roles that LLaMA-Factory wants, as read in llamafactory 0.9.5 (`data/converter.py`).

After a system message, every odd message is a user's or a tool's, every even one the assistant's. A row ends with
an answer; a preference row's prompt does not. A row that is otherwise becomes an empty one and is dropped, with a
warning among thousands of lines. Results of several tools in a row count as one message where the file is in
OpenAI's format. Roles that it has no name for stop the run there (KeyError); in sharegpt files the row is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.models.data_format import DataFormat
from mist_ci.models.trainer import TrainedRow

_ASKING = {"user", "tool"}
_KNOWN = {"system", "user", "assistant", "tool"}
_MERGES_RESULTS = {
    DataFormat.OPENAI_CHAT, DataFormat.OPENAI_DPO, DataFormat.TOGETHER, DataFormat.MISTRAL, DataFormat.AXOLOTL_CHAT,
}  # fmt: skip
_CHATS = _MERGES_RESULTS | {DataFormat.SHAREGPT}


@dataclass(frozen=True, slots=True)
class BrokenParity:
    """Why a row is dropped, and at which message (its index in the row)."""

    message: int
    why: str
    stops_the_run: bool = False


def broken_parity(row: TrainedRow) -> BrokenParity | None:
    """The first message that is out of order; None for rows that are in order, or that are no chats."""
    roles = [segment.role for segment in row.segments]
    if row.format not in _CHATS or not roles:
        return None
    merges = row.format in _MERGES_RESULTS
    unknown = [index for index, role in enumerate(roles) if role not in _KNOWN]
    if merges and unknown:
        why = f'it has no name for the role "{roles[unknown[0]]}"'
        return BrokenParity(unknown[0], why, stops_the_run=True)
    turns = _turns(roles, merges=merges)
    for number, index in enumerate(turns, start=1):
        if roles[index] not in (_ASKING if number % 2 else {"assistant"}):
            wanted = "a user or a tool" if number % 2 else "the assistant"
            return BrokenParity(index, f'turn {number} is "{roles[index]}", and {wanted} should speak')
    if not turns or len(turns) % 2 != bool(row.sides):
        wanted = (
            "its prompt ends with an answer"
            if row.sides
            else f'it ends with "{roles[-1]}", not with an answer'
        )
        return BrokenParity(len(roles) - 1, wanted)
    return None


def _turns(roles: Sequence[str], *, merges: bool) -> list[int]:
    """Indices of the messages that count: without a system message at the start, of results in a row the last."""
    start = 1 if roles[0] == "system" else 0
    turns = []
    for index in range(start, len(roles)):
        is_result = roles[index] == "tool"
        goes_on = index + 1 < len(roles) and roles[index + 1] == "tool"
        is_last = index + 1 == len(roles)
        # Results at the very end are lost: they would have been written before the next message.
        if not (merges and is_result and (goes_on or is_last)):
            turns.append(index)
    return turns
