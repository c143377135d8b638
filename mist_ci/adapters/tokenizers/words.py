"""Tokens of a text as the sum of those of its words, which are remembered: most words of most texts are few.

An encoding of OpenAI first finds words with a pattern, and the tokens of one never depend on another. A space behind
anything but white space is where one begins, whatever follows: in these patterns a space is the first character of a
match, or there is white space before it in the same match. So a text may be cut there; its tokens are those of the
parts, and each part begins with the only one of its tokens that begins with a space.
"""

import re
from collections.abc import Callable, Sequence
from itertools import compress, pairwise
from typing import TYPE_CHECKING

from mist_ci.adapters.tokenizers.runs import LONGEST_RUN, pieces

if TYPE_CHECKING:
    from tiktoken import Encoding

Encode = Callable[[str], Sequence[int]]

_FIRST_TEXTS = 500
"""Counted as they are: of fewer, no word is worth the tenth of a second that preparing for words takes."""
_REMEMBERED = 4096
_REMEMBERED_CHARS = 4096
"""Texts that came twice, 16 MB at most, mostly far less."""
_MOST_NOTED = 1 << 16

_MOST_WORDS = 1 << 17
"""Kept, and as many that were in use before: 30 MB, mostly less."""
_LONGEST_WORD = 24
_FEW_WORDS = 16
"""Characters of a word on average from which a text is not cut: its script has no spaces."""
_cut = re.compile(r"(?<=\S) ").split


class RepeatingCounter:
    """Counts the tokens of many texts. What comes again, a system message or a word, is counted once.

    What it gives equals `len(encoding.encode_ordinary(text))`, but for runs that are cut (`runs.py`). Not thread-safe.
    """

    def __init__(self, encoding: "Encoding") -> None:
        self._encoding = encoding
        self._words: WordCounter | None = None
        self._texts = 0
        self._noted: set[int] = set()
        """Hashes of texts that came once."""
        self._counted: dict[str, int] = {}

    def count(self, text: str) -> int:
        """Tokens of a text."""
        if (known := self._counted.get(text)) is not None:
            return known
        self._texts += 1
        if self._words is None and self._texts > _FIRST_TEXTS:
            self._words = WordCounter(self._encoding.encode_ordinary, _begin_with_space(self._encoding))
        count = self._count if self._words is None else self._words.count
        counted = count(text) if len(text) <= LONGEST_RUN else sum(map(count, pieces(text)))
        if len(text) <= _REMEMBERED_CHARS:
            self._remember(text, counted)
        return counted

    def _count(self, text: str) -> int:
        return len(self._encoding.encode_ordinary(text))

    def _remember(self, text: str, counted: int) -> None:
        noted = hash(text)
        if noted not in self._noted:
            if len(self._noted) >= _MOST_NOTED:
                self._noted.clear()
            self._noted.add(noted)
            return
        if len(self._counted) >= _REMEMBERED:
            self._counted.clear()
        self._counted[text] = counted


def _begin_with_space(encoding: "Encoding") -> bytes:
    tokens = encoding.decode_tokens_bytes(range(encoding.n_vocab))
    return bytes([token.startswith(b" ") for token in tokens])


class WordCounter:
    """Counts tokens with an encoding. What it gives equals `len(encode(text))`. Not thread-safe."""

    def __init__(self, encode: Encode, begins_with_space: bytes) -> None:
        """`begins_with_space` has a 1 for each token, by its number, that does."""
        self._encode = encode
        self._is_start = begins_with_space.__getitem__
        self._first: dict[str, int] = {}
        self._known = _Known()

    def count(self, text: str) -> int:
        """Tokens of a text."""
        if "  " in text:  # code: hardly anything in it comes twice
            return len(self._encode(text))
        words = text.split(" ")
        if len(words) * _FEW_WORDS < len(text):
            return len(self._encode(text))
        known = self._known
        unknown: list[str] = []
        known.unknown = unknown
        rest = iter(words)
        first = next(rest)
        total = sum(map(known.__getitem__, rest))
        if _is_open(first) or any(map(_is_open, unknown)):
            return self._count_parts(text)
        if unknown:
            total += self._learn(unknown)
        return total + (self._first.get(first) or self._learn_first(first))

    def _count_parts(self, text: str) -> int:
        """The same for a text with white space at its end, or before a space."""
        parts = _cut(text)
        if len(parts) == 1:
            return len(self._encode(text))
        self._known.unknown = unknown = [parts[0]]
        total = sum(map(self._known.__getitem__, parts[1:-1]))
        unknown.append(parts[-1])
        return total + len(self._encode(" ".join(unknown)))

    def _learn(self, words: Sequence[str]) -> int:
        """Tokens of all these words, each behind a space."""
        tokens = self._encode(f" {' '.join(words)}")
        starts = [*compress(range(len(tokens)), map(self._is_start, tokens)), len(tokens)]
        if len(starts) == len(words) + 1:
            self._known.add(words, [end - start for start, end in pairwise(starts)])
        return len(tokens)

    def _learn_first(self, word: str) -> int:
        counted = len(self._encode(word))
        if len(word) <= _LONGEST_WORD:
            if len(self._first) >= _MOST_WORDS:
                self._first.clear()
            self._first[word] = counted
        return counted


class _Known(dict[str, int]):
    """Tokens of words. Those in use survive when there is no room for more; those that are not known are noted."""

    def __init__(self) -> None:
        super().__init__()
        self.unknown: list[str] = []
        self._before: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        counted = self._before.get(word)
        if counted is None:
            self.unknown.append(word)
            return 0
        self.add((word,), (counted,))
        return counted

    def add(self, words: Sequence[str], counts: Sequence[int]) -> None:
        """Remembers words, but for very long ones."""
        if len(self) >= _MOST_WORDS:
            self._before = dict(self)
            self.clear()
        self.update(
            (word, count) for word, count in zip(words, counts, strict=True) if len(word) <= _LONGEST_WORD
        )


def _is_open(word: str) -> bool:
    """True when a space behind the word is no place to cut."""
    return not word or word[-1].isspace()
