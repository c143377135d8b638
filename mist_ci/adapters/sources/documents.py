"""JSON objects one after the other, written over as many lines as they like: cut into one line each.

As with arrays, nothing is held, and elements keep their bytes but for line breaks between their tokens.
"""

import re
from pathlib import Path

from mist_ci.adapters.sources.broken import Broken
from mist_ci.adapters.sources.spool import Spool

_CHUNK_BYTES = 2**20
_BLANK = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"
_IN_STRING = re.compile(rb'(?:[^"\\\n]++|\\[^\n])*+')
_OUTSIDE_STRINGS = re.compile(rb'[^\[\]{}"]*+')
_QUOTE, _BACKSLASH, _OPEN_LIST, _OPEN_OBJECT = b'"\\[{'
_HINT = "write the file again with a JSON library, one row per line"


def rewrite(file: Path, spool: Spool) -> None:
    """One line per object. Raises Broken for anything between objects, and for one that does not end."""
    scanner = _Scanner()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            scanner.feed(chunk)
            spool.write(b"".join(scanner.out))
            scanner.out.clear()
    if scanner.depth:
        raise Broken("its last record has no end: the file is cut off", _HINT)


class _Scanner:
    """Where in an object the chunk begins."""

    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.depth = 0
        self._in_string = False
        self._is_escaped = False
        self._is_first = True

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the file."""
        if self._is_first:
            chunk = chunk.removeprefix(_MARK)
            self._is_first = False
        position = 0
        while position < len(chunk):
            if self._in_string:
                position = self._string(chunk, position)
            elif self.depth:
                position = self._inside(chunk, position)
            else:
                position = self._between(chunk, position)

    def _between(self, chunk: bytes, position: int) -> int:
        while position < len(chunk) and chunk[position] in _BLANK:
            position += 1
        if position < len(chunk) and chunk[position] != _OPEN_OBJECT:
            raise Broken("there is something between its records that is no object", _HINT)
        self.depth = int(position < len(chunk))
        self.out.append(b"{" * self.depth)
        return position + self.depth

    def _inside(self, chunk: bytes, position: int) -> int:
        found = _OUTSIDE_STRINGS.match(chunk, position)
        end = found.end() if found else position
        last = chunk[end] if end < len(chunk) else None
        self.out.append(chunk[position : end + 1].replace(b"\n", b" ").replace(b"\r", b" "))
        if last == _QUOTE:
            self._in_string = True
        elif last is not None:
            self.depth += 1 if last in (_OPEN_LIST, _OPEN_OBJECT) else -1
            if self.depth == 0:
                self.out.append(b"\n")
        return end + 1

    def _string(self, chunk: bytes, position: int) -> int:
        start = position
        position += self._is_escaped
        self._is_escaped = False
        found = _IN_STRING.match(chunk, position)
        position = found.end() if found else position
        if position == len(chunk):
            self.out.append(chunk[start:position])
            return position
        if chunk[position] not in (_QUOTE, _BACKSLASH):
            raise Broken("a text has a line break in it, which is no JSON", _HINT)
        self._in_string = chunk[position] != _QUOTE
        self._is_escaped = chunk[position] == _BACKSLASH
        self.out.append(chunk[start : position + 1])
        return position + 1
