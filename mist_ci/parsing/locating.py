"""Where a value stands in a JSON text: from a path such as `messages[1].content` to characters."""

import json
import re
from collections.abc import Iterator

_STEP = re.compile(r'\.?([^.\[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)
_OPEN, _CLOSE = frozenset("{["), frozenset("}]")

Extent = tuple[int, int]
"""First character, from 0, and the one behind the last."""


def locate(text: str, path: str) -> Extent | None:
    """The value at a path; None when it is not there, or the text is not the JSON it was.

    A missing field is located where its object is.

    >>> text = '{"messages": [{"role": "user"}]}'
    >>> start, end = locate(text, "messages[0].role")
    >>> text[start:end]
    '"user"'
    >>> start, end = locate(text, "messages[0].content")
    >>> text[start:end]
    '{"role": "user"}'
    """
    found = _value_at(text, 0)
    for step in _steps(path):
        if found is None:
            return None
        inside = _member(text, found, step)
        if inside is None:
            return found
        found = inside
    return found


def _steps(path: str) -> Iterator[str | int]:
    for name, index, quoted in _STEP.findall(path):
        if name:
            yield name
        elif index:
            yield int(index)
        else:
            yield str(json.loads(quoted))


def _member(text: str, container: Extent, step: str | int) -> Extent | None:
    start, end = container
    opening = text[start : start + 1]
    if opening != ("{" if isinstance(step, str) else "["):
        return None
    position, index = start + 1, 0
    while position < end:
        item = _value_at(text, position)
        if item is None:
            return None
        if isinstance(step, str):
            value = _value_at(text, item[1])
            if value is None:
                return None
            if text[item[0] : item[1]] == json.dumps(step) or _key(text[item[0] : item[1]]) == step:
                return value
            item = value
        elif index == step:
            return item
        position, index = item[1], index + 1
    return None


def _key(token: str) -> str | None:
    try:
        key = json.loads(token)
    except ValueError:
        return None
    return key if isinstance(key, str) else None


def _value_at(text: str, position: int) -> Extent | None:
    """The next value at or after a position, over commas and colons; None at the end of a container."""
    depth, start = 0, None
    for match in _TOKEN.finditer(text, position):
        part = match.group()
        if part in ",:" and depth == 0:
            continue
        if start is None:
            start = match.start()
        if part in _OPEN:
            depth += 1
        elif part in _CLOSE:
            depth -= 1
            if depth < 0:
                return None
        if depth == 0:
            return start, match.end()
    return None
