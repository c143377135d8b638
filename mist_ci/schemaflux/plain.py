r"""The fast path: proves that a line is a plain chat row as cheaply as possible.

A plain row is `{"messages": [{"role": …, "content": …}, …]}` with texts that say something, known roles, and an
answer at the end; most rows of most files are. Shape rules (`rule.py`) depend on nothing but its roles.

`STRICT` is a pattern for RE2 that matches only what is well-formed in every respect but the encoding: keys once,
valid escapes, a first character that is not white space. It is one more pattern in the pass that looks for
triggers (`judge.py`), and so costs nothing. Texts are decoded when somebody wants to read them, and at once where
that is what proves them right: for `\u`. Outside of ASCII the whole line is decoded once, to prove that it is UTF-8.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from mist_ci.schemaflux.lazy import lazy

_ROLES = Literal["system", "developer", "user", "assistant"]
_ROLE = rb'"role": ?"(?:system|developer|user|assistant)"'
_BLANK = rb"(?: |\\[nrtf])*"
_VISIBLE = (
    rb'(?:[!#-\[\]-~]|\\["\\/u]|\xc2[\x80-\x84\x86-\x9f\xa1-\xbf]|[\xc3-\xe0\xe4-\xf4]'
    rb"|\xe1[\x80-\x99\x9b-\xbf]|\xe2\x80[\x8b-\xa7\xaa-\xae\xb0-\xbf]|\xe2\x81[\x80-\x9e\xa0-\xbf]|\xe2[\x82-\xbf]"
    rb"|\xe3\x80[\x81-\xbf]|\xe3[\x81-\xbf])"
)
r"""A character that is no white space, or `\u`, of which nobody knows yet."""
_REST = rb'(?:[^"\\\x00-\x1f]|\\["\\/bfnrtu])*'
_CONTENT = rb'"content": ?"' + _BLANK + _VISIBLE + _REST + rb'"'
_TURN = rb"\{(?:" + _ROLE + rb", ?" + _CONTENT + rb"|" + _CONTENT + rb", ?" + _ROLE + rb")\}"
STRICT = rb'^\{"messages": ?\[(?:' + _TURN + rb", ?)*" + _TURN + rb"\]\}$"
ESCAPED = rb"\\[u/]"
"""Escapes that may stand for any character: triggers see such a row in its canonical form."""

_encode = msgspec.json.Encoder().encode


class _Turn(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    content: msgspec.Raw
    role: _ROLES


class _Messages(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    messages: list[_Turn]


class _FullTurn(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    content: str
    role: _ROLES


class _FullMessages(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    messages: list[_FullTurn]


_decode = msgspec.json.Decoder(_Messages).decode
_decode_text = msgspec.json.Decoder(str).decode


class PlainRow:
    """Roles and texts of a plain row, in order."""

    def __init__(self, roles: tuple[str, ...], turns: Sequence[_Turn] | Sequence[_FullTurn]) -> None:
        self.roles = roles
        self._turns = turns

    @lazy
    def texts(self) -> tuple[str, ...]:
        """What is said, turn by turn."""
        said = [turn.content for turn in self._turns]
        return tuple([text if isinstance(text, str) else _decode_text(text) for text in said])

    @property
    def canonical(self) -> bytes:
        """As JSON without white space, and with sorted keys."""
        turns = zip(self.texts, self.roles, strict=True)
        return _encode({"messages": [{"content": text, "role": role} for text, role in turns]})


def read_plain(raw: bytes, *, is_escaped: bool) -> PlainRow | None:
    r"""A line that matches STRICT as a row; None when it is not plain, or not UTF-8, after all.

    `is_escaped` says that it matches ESCAPED.
    """
    try:
        if not raw.isascii():
            raw.decode()
        turns = _decode(raw).messages
        roles = tuple([turn.role for turn in turns])
        if roles[-1] != "assistant":
            return None
        row = PlainRow(roles, turns)
        # Half a surrogate pair and white space may hide behind \u: reading the texts shows them.
        return None if is_escaped and any(map(_is_blank, row.texts)) else row
    except (msgspec.MsgspecError, ValueError):
        return None


def as_plain(value: object) -> PlainRow | None:
    """A value that was read the slow way as a plain row, if it is one."""
    try:
        turns = msgspec.convert(value, _FullMessages).messages
    except msgspec.ValidationError:
        return None
    if not turns or turns[-1].role != "assistant" or any(_is_blank(turn.content) for turn in turns):
        return None
    return PlainRow(tuple(turn.role for turn in turns), turns)


def _is_blank(text: str) -> bool:
    return not text or text.isspace()
