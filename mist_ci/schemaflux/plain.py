r"""The fast path: proves that a line is a plain chat row as cheaply as possible.

A plain row is `{"messages": [{"role": …, "content": …}, …]}` with texts that say something, known roles, and an
answer at the end; most rows of most files are. Shape rules (`rule.py`) depend on nothing but its roles.

`STRICT` is a pattern for RE2 that matches only what is well-formed in every respect: keys once, valid escapes,
UTF-8, a first character that is not white space. It is one more pattern in the pass that looks for triggers
(`judge.py`), and so costs nothing. Texts are decoded when somebody wants to read them, and at once where that is
what proves them right: for `\u`.
"""

from typing import Literal

import msgspec

from mist_ci.schemaflux.lazy import lazy

_ROLES = Literal["system", "developer", "user", "assistant"]
_ROLE = rb'"role": ?"(?:system|developer|user|assistant)"'
_BLANK = rb"(?: |\\[nrtf])*"
_T = rb"[\x80-\xbf]"
"""The bytes of UTF-8 that begin no character."""
_HIGHEST = (
    rb"\xed[\x80-\x9f]" + _T + rb"|\xf0[\x90-\xbf]" + _T + _T + rb"|[\xf1-\xf3]" + _T + _T + _T
    + rb"|\xf4[\x80-\x8f]" + _T + _T
)  # fmt: skip
_VISIBLE = (
    rb'(?:[!#-\[\]-~]|\\["\\/u]|\xc2[\x80-\x84\x86-\x9f\xa1-\xbf]|[\xc3-\xdf]' + _T + rb"|\xe0[\xa0-\xbf]" + _T
    + rb"|\xe1[\x80-\x99\x9b-\xbf]" + _T + rb"|\xe2\x80[\x8b-\xa7\xaa-\xae\xb0-\xbf]|\xe2\x81[\x80-\x9e\xa0-\xbf]"
    + rb"|\xe2[\x82-\xbf]" + _T + rb"|\xe3\x80[\x81-\xbf]|\xe3[\x81-\xbf]" + _T
    + rb"|[\xe4-\xec\xee\xef]" + _T + _T + rb"|" + _HIGHEST + rb")"
)  # fmt: skip
r"""A character that is no white space, or `\u`, of which nobody knows yet."""
_REST = (
    rb'(?:[ !#-\[\]-\x7f]|\\["\\/bfnrtu]|[\xc2-\xdf]' + _T + rb"|\xe0[\xa0-\xbf]" + _T
    + rb"|[\xe1-\xec\xee\xef]" + _T + _T + rb"|" + _HIGHEST + rb")*"
)  # fmt: skip
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
_decode_all = msgspec.json.Decoder(_FullMessages).decode
_decode_text = msgspec.json.Decoder(str).decode


class PlainRow(msgspec.Struct, eq=False, dict=True):
    """Roles and texts of a plain row, in order."""

    roles: tuple[str, ...]
    _row: _Messages | _FullMessages

    @lazy
    def texts(self) -> tuple[str, ...]:
        """What is said, turn by turn."""
        row = self._row
        if isinstance(row, _FullMessages):
            return tuple([turn.content for turn in row.messages])
        return tuple([_decode_text(turn.content) for turn in row.messages])

    @property
    def canonical(self) -> bytes:
        """As JSON without white space, and with sorted keys. Texts that are not read yet are written canonically."""
        return _encode(self._row)


def read_plain(raw: bytes, *, is_escaped: bool, reads_texts: bool = False) -> PlainRow | None:
    r"""A line that matches STRICT as a row; None when it is not plain after all.

    `is_escaped` says that it matches ESCAPED, `reads_texts` that the texts are wanted in any case.
    """
    try:
        # Half a surrogate pair and white space may hide behind \u: reading the texts shows them.
        row = _decode_all(raw) if is_escaped or reads_texts else _decode(raw)
    except (msgspec.MsgspecError, ValueError):
        return None
    roles = tuple([turn.role for turn in row.messages])
    if roles[-1] != "assistant":
        return None
    plain = PlainRow(roles, row)
    return None if is_escaped and any(map(_is_blank, plain.texts)) else plain


def as_plain(value: object) -> PlainRow | None:
    """A value that was read the slow way as a plain row, if it is one."""
    try:
        row = msgspec.convert(value, _FullMessages)
    except msgspec.ValidationError:
        return None
    turns = row.messages
    if not turns or turns[-1].role != "assistant" or any(_is_blank(turn.content) for turn in turns):
        return None
    return PlainRow(tuple(turn.role for turn in turns), row)


def _is_blank(text: str) -> bool:
    return not text or text.isspace()
