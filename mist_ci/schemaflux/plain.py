"""The fast path: proves that a line is a plain chat row as cheaply as possible.

A plain row is `{"messages": [{"role": …, "content": …}, …]}` with texts that say something, known roles, and an
answer at the end; most rows of most files are. Shape rules (`rule.py`) depend on nothing but its roles.
"""

from typing import Literal

import msgspec

from mist_ci.parsing.strict_json import count_colons

_ROLES = Literal["system", "developer", "user", "assistant"]


class PlainTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One message."""

    content: str
    role: _ROLES


class PlainRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One row. The fields of both are in alphabetical order, as in `Row.canonical`."""

    messages: list[PlainTurn]

    @property
    def signature(self) -> tuple[str, ...]:
        """The roles: all that shape rules look at."""
        return tuple([turn.role for turn in self.messages])


_decode = msgspec.json.Decoder(PlainRow).decode


def read_plain(raw: bytes) -> PlainRow | None:
    """The row, when it is plain and strict JSON beyond doubt; None sends it the slow way.

    A key that stands twice would be two `":`; a text may hold `":` as well, and then nothing is proven. JSON with
    white space before a colon, or with tabs, is not proven either.
    """
    try:
        row = _decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    turns = row.messages
    if raw.count(b'":') != 2 * len(turns) + 1 or b" :" in raw or b"\t" in raw or b"\r" in raw:
        return row if _is_strict_anyway(raw, row) and is_plain(row) else None
    return row if is_plain(row) else None


def _is_strict_anyway(raw: bytes, row: PlainRow) -> bool:
    """One colon per member remains when all strings are taken out."""
    return count_colons(raw) == 2 * len(row.messages) + 1


def is_plain(row: PlainRow) -> bool:
    """True when every text says something and the answer comes last."""
    turns = row.messages
    if not turns or turns[-1].role != "assistant":
        return False
    for turn in turns:
        content = turn.content
        if not content or content.isspace():
            return False
    return True


def as_plain(value: object) -> PlainRow | None:
    """A value that was read the slow way as a plain row, if it is one."""
    try:
        row = msgspec.convert(value, PlainRow)
    except msgspec.ValidationError:
        return None
    return row if is_plain(row) else None
