"""The JSON that an answer is, or holds in a fenced block."""

from typing import Literal

import msgspec

MAX_DEPTH = 64
"""Deeper JSON is no use to anybody, and a danger to whoever reads it; the suite's own files have the same limit."""
_FENCE = "```"
_decode = msgspec.json.Decoder().decode

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

Kind = Literal["any", "object", "array"]


class NotJson(ValueError):
    """The answer holds no JSON that can be read; the text says why."""


def read(text: str, *, fenced: bool = False) -> Json:
    """The value of an answer that is JSON and nothing else, whitespace around it left out.

    `fenced` also takes it out of the only fenced block of the answer. NaN, infinities, numbers beyond a double and
    more than 64 levels are refused. Raises NotJson.
    """
    try:
        return _value(text)
    except NotJson:
        blocks = _blocks(text) if fenced else []
        if len(blocks) != 1:
            raise
        return _value(blocks[0])


def _blocks(text: str) -> list[str]:
    """What stands between the fences of each block; a language may follow the opening one."""
    blocks: list[str] = []
    open_at: list[str] | None = None
    for line in text.splitlines(keepends=True):
        mark = line.strip()
        if open_at is None and mark.startswith(_FENCE) and _FENCE not in mark[len(_FENCE) :]:
            open_at = []
        elif open_at is not None and mark == _FENCE:
            blocks.append("".join(open_at))
            open_at = None
        elif open_at is not None:
            open_at.append(line)
    return blocks


def _value(text: str) -> Json:
    try:
        value: Json = _decode(text.strip().encode())
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError) as error:
        raise NotJson(str(error)) from None
    if depth(value) > MAX_DEPTH:
        raise NotJson(f"is nested more than {MAX_DEPTH} levels deep")
    return value


def depth(value: object) -> int:
    """Levels of lists and objects; 0 for a plain value."""
    levels, current = 0, [value]
    while current := [one for one in current if isinstance(one, dict | list | tuple)]:
        levels += 1
        current = [part for one in current for part in (one.values() if isinstance(one, dict) else one)]
    return levels


def is_of(kind: Kind, value: Json) -> bool:
    """Whether a value is of the kind that is wanted."""
    return kind == "any" or isinstance(value, dict if kind == "object" else list)
