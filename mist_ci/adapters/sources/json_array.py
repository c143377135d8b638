"""A JSON array, cut into one line per element without ever holding the file, or even one element.

Elements keep their bytes; only line breaks between their tokens become blanks. What is inside an element is not
judged here: a row that is no JSON is found where all rows are read.
"""

import re
from pathlib import Path

from mist_ci.adapters.sources.broken import Broken, NotAnArray
from mist_ci.adapters.sources.spool import Spool

_CHUNK_BYTES = 2**20
_BLANK = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"
_STRING = rb'(?:[^"\\\n]++|\\[^\n])*+'
_IN_STRING = re.compile(_STRING)
_SHALLOW = re.compile(rb'(?:[^\[\]{}",]++|"' + _STRING + rb'")*+')
_DEEP = re.compile(rb'(?:[^\[\]{}"]++|"' + _STRING + rb'")*+')
_QUOTE, _BACKSLASH, _FEED, _COMMA, _OPEN_LIST, _OPEN_OBJECT, _CLOSE_LIST = b'"\\\n,[{]'
_HINT = "write the file again with a JSON library, or as JSON Lines: one row per line"


def rewrite(file: Path, spool: Spool) -> None:
    """One line per element. Raises Broken, and NotAnArray when something follows the array."""
    scanner = _Scanner()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            scanner.feed(chunk)
            spool.write(b"".join(scanner.out))
            spool.began(scanner.began)
            scanner.out.clear()
            scanner.began.clear()
    scanner.end()


class _Scanner:
    """Where in the array the chunk begins: the state that is carried from one to the next."""

    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.began: list[int] = []
        self._depth = 0
        """0 outside of the array, 1 between elements or in a scalar, more inside of an element."""
        self._in_string = False
        self._is_escaped = False
        self._in_element = False
        self._elements = 0
        self._is_over = False
        self._line = 1
        self._counted = 0

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the file."""
        self._counted = 0
        position = 0
        while position < len(chunk):
            if self._in_string:
                position = self._string(chunk, position)
            elif self._depth > 1:
                position = self._deep(chunk, position)
            elif self._depth == 1:
                position = self._shallow(chunk, position)
            else:
                position = self._outside(chunk, position)
        self._count_lines(chunk, len(chunk))

    def end(self) -> None:
        """Raises Broken when the array has not ended."""
        if not self._is_over:
            raise Broken("the JSON array has no end: the file is cut off", _HINT, self._line)

    def _outside(self, chunk: bytes, position: int) -> int:
        rest = chunk[position:].removeprefix(_MARK) if self._line == 1 else chunk[position:]
        content = rest.lstrip(_BLANK)
        if not content:
            return len(chunk)
        if self._is_over or content[0] != _OPEN_LIST:
            raise NotAnArray
        if chunk.startswith(_MARK):
            self.out.append(_MARK)  # a rule says what it does to trainers
        self._depth = 1
        return len(chunk) - len(content) + 1

    def _shallow(self, chunk: bytes, position: int) -> int:
        found = _SHALLOW.match(chunk, position)
        end = found.end() if found else position
        content = chunk[position:end] if self._in_element else chunk[position:end].lstrip(_BLANK)
        if content:
            self._begin(chunk, end - len(content))
            self.out.append(content.replace(b"\n", b" "))
        if end == len(chunk):
            return end
        match chunk[end]:
            case byte if byte == _COMMA:
                self._finish(chunk, end, "a value is missing before this comma")
            case byte if byte == _CLOSE_LIST:
                if self._in_element or self._elements:
                    self._finish(chunk, end, "a comma stands before the end of the array")
                self._depth, self._is_over = 0, True
            case byte if byte in (_QUOTE, _OPEN_LIST, _OPEN_OBJECT):
                self._begin(chunk, end)
                self.out.append(chunk[end : end + 1])
                self._in_string = byte == _QUOTE
                self._depth += byte != _QUOTE
            case _:
                self._count_lines(chunk, end)
                raise Broken("a bracket closes that nothing opened", _HINT, self._line)
        return end + 1

    def _deep(self, chunk: bytes, position: int) -> int:
        """To the end of the element, or of the chunk, or into a string that does not end in it."""
        start, depth = position, self._depth
        while True:
            found = _DEEP.match(chunk, position)
            position = found.end() if found else position
            if position == len(chunk):
                break
            byte = chunk[position]
            position += 1
            if byte == _QUOTE:
                self._in_string = True
                break
            depth += 1 if byte in (_OPEN_LIST, _OPEN_OBJECT) else -1
            if depth == 1 or position == len(chunk):
                break
        self._depth = depth
        self.out.append(chunk[start:position].replace(b"\n", b" "))
        return position

    def _string(self, chunk: bytes, position: int) -> int:
        """Inside of a string. A line break in it is an error of the row: a carriage return keeps it one."""
        start = position
        if self._is_escaped and chunk[position] != _FEED:
            position += 1
        self._is_escaped = False
        found = _IN_STRING.match(chunk, position)
        position = found.end() if found else position
        if position == len(chunk):
            self.out.append(chunk[start:position])
            return position
        byte = chunk[position]
        self._in_string = byte != _QUOTE
        self._is_escaped = byte == _BACKSLASH
        self.out.append(chunk[start : position + 1].replace(b"\n", b"\r"))
        return position + 1

    def _begin(self, chunk: bytes, position: int) -> None:
        if not self._in_element:
            self._in_element = True
            self._count_lines(chunk, position)
            self.began.append(self._line)

    def _finish(self, chunk: bytes, position: int, problem: str) -> None:
        if not self._in_element:
            self._count_lines(chunk, position)
            raise Broken(f"{problem}, in the JSON array", _HINT, self._line)
        self.out.append(b"\n")
        self._in_element = False
        self._elements += 1

    def _count_lines(self, chunk: bytes, position: int) -> None:
        self._line += chunk.count(b"\n", self._counted, position)
        self._counted = position
