r"""The fast path: proves that a line is a plain chat row as cheaply as possible.

A plain row is `{"messages": [{"role": …, "content": …}, …]}` with texts that say something, known roles, and an
answer at the end; most rows of most files are. Shape rules (`rule.py`) depend on nothing but its roles.

`STRICT` is a pattern for RE2 that matches only what is well-formed in every respect but the encoding: keys once,
valid escapes, a first character that is not white space. It is one more pattern in the pass that looks for
triggers (`judge.py`), and so costs nothing. Texts are decoded when somebody wants to read them, and at once where
that is what proves them right: outside of ASCII, and for `\u`.
"""

from typing import Literal

import msgspec

from mist_ci.schemaflux.lazy import lazy

_ROLES = Literal["system", "developer", "user", "assistant"]
_ROLE = rb'"role": ?"(?:system|developer|user|assistant)"'
_BLANK = rb"(?: |\\[nrtf])*"
_VISIBLE = rb'(?:[!#-\[\]-~]|\\["\\/u]|[\x80-\xff])'
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


_decode_roles = msgspec.json.Decoder(_Messages).decode
_decode_all = msgspec.json.Decoder(_FullMessages).decode


class PlainRow:
    """Roles and texts of a plain row, in order."""

    def __init__(self, roles: tuple[str, ...], texts: tuple[str, ...] | None, raw: bytes = b"") -> None:
        self.roles = roles
        self._raw = raw
        if texts is not None:
            self.texts = texts

    @lazy
    def texts(self) -> tuple[str, ...]:
        """What is said, turn by turn."""
        return tuple([turn.content for turn in _decode_all(self._raw).messages])

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
        if is_escaped or not raw.isascii():
            turns = _decode_all(raw).messages
            texts = tuple([turn.content for turn in turns])
            roles = tuple([turn.role for turn in turns])
            if True in [text.isspace() for text in texts]:
                return None  # what is written is not empty: STRICT says so
        else:
            texts = None
            roles = tuple([turn.role for turn in _decode_roles(raw).messages])
    except (msgspec.MsgspecError, ValueError):
        return None
    return PlainRow(roles, texts, raw) if roles[-1] == "assistant" else None


def as_plain(value: object) -> PlainRow | None:
    """A value that was read the slow way as a plain row, if it is one."""
    try:
        turns = msgspec.convert(value, _FullMessages).messages
    except msgspec.ValidationError:
        return None
    if not turns or turns[-1].role != "assistant" or any(_is_blank(turn.content) for turn in turns):
        return None
    return PlainRow(tuple(turn.role for turn in turns), tuple(turn.content for turn in turns))


def _is_blank(text: str) -> bool:
    return not text or text.isspace()
