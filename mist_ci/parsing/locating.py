"""Where a value stands in a JSON text: from a path such as `messages[1].content` to characters."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

_STEP = re.compile(r'\.?([^.\[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)
_OPEN, _CLOSE = frozenset("{["), frozenset("}]")

Extent = tuple[int, int]
"""First character, from 0, and the one behind the last."""
Steps = tuple[str | int, ...]


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
    for step in steps(path):
        if found is None:
            return None
        inside = _member(text, found, step)
        if inside is None:
            return found
        found = inside
    return found


def locate_all(text: str, paths: Iterable[str]) -> dict[str, Extent]:
    """Path → extent of the values that are there, in one pass whatever their number.

    >>> locate_all('{"a": [1, {"b": 2}]}', ["a[1].b", "a[0]", "c"])
    {'a[0]': (7, 8), 'a[1].b': (16, 17)}
    """
    wanted = {tuple(steps(path)): path for path in paths}
    inside = {way[:length] for way in wanted for length in range(len(way))}
    return dict(_Walk(text, wanted, inside).run()) if wanted else {}


@dataclass(slots=True)
class _Container:
    """An object or a list that is open, and where in it the walk is."""

    here: Steps | None
    """The steps to it; None where nothing is wanted in it."""
    is_object: bool
    start: int
    step: str | int | None


class _Walk:
    """Over all tokens of a text."""

    def __init__(self, text: str, wanted: Mapping[Steps, str], inside: Collection[Steps]) -> None:
        self._text = text
        self._wanted = wanted
        self._inside = inside
        self._open: list[_Container] = []

    def run(self) -> Iterator[tuple[str, Extent]]:
        """What is wanted, as it ends."""
        for match in _TOKEN.finditer(self._text):
            part, start, end = match.group(), match.start(), match.end()
            last = self._open[-1] if self._open else None
            if part in _OPEN:
                is_object = part == "{"
                self._open.append(_Container(self._here(), is_object, start, None if is_object else 0))
            elif part in _CLOSE and last is not None:
                self._open.pop()
                yield from self._found(last.here, last.start, end)
            elif part == "," and last is not None:
                last.step = last.step + 1 if isinstance(last.step, int) else None
            elif last is not None and last.is_object and last.step is None:
                last.step = _key(part)
            elif part != ":":
                yield from self._found(self._here(), start, end)

    def _here(self) -> Steps | None:
        """The steps to the value that begins; None where nothing is wanted."""
        if not self._open:
            return ()
        above = self._open[-1]
        if above.here is None or above.here not in self._inside or above.step is None:
            return None
        return (*above.here, above.step)

    def _found(self, here: Steps | None, start: int, end: int) -> Iterator[tuple[str, Extent]]:
        if here is not None and here in self._wanted:
            yield self._wanted[here], (start, end)


def steps(path: str) -> Iterator[str | int]:
    """The keys and positions on the way.

    >>> list(steps("messages[1].role"))
    ['messages', 1, 'role']
    """
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
