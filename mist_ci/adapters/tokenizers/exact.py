"""Counting tokens with tiktoken, offline.

The rank files are checked and handed to tiktoken as values. Its own loader is never called: it would delete a
file with a wrong checksum and download another one.
"""

from binascii import a2b_base64
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from mist_ci.adapters.tokenizers.recipes import (
    O200K,
    RANKS,
    SHIPPED,
    Recipe,
    checked_ranks,
    encoding_name,
    recipe_of,
)
from mist_ci.adapters.tokenizers.runs import LONGEST_RUN, pieces
from mist_ci.adapters.tokenizers.words import RepeatingCounter

if TYPE_CHECKING:
    from tiktoken import Encoding

_REMEMBERED = 4096
"""Texts, each of at most `_REMEMBERED_CHARS`: 16 MB at most, mostly far less."""
_REMEMBERED_CHARS = 4096


class TiktokenCounter:
    """Counts tokens (`ports.TokenCounter`): 8 MB of text a second, twice as many of many texts, 0.3 s per encoding.

    Thread-safe, and may be sent to another process. Encodings are loaded when they are first needed, and kept.
    """

    def __init__(self, ranks: Path = RANKS) -> None:
        self._ranks = ranks
        self._encodings: dict[str, Encoding] = {}
        self._counted: dict[tuple[str, str], int] = {}
        self._repeating: dict[str, RepeatingCounter] = {}
        self._lock = Lock()

    def __getstate__(self) -> Path:
        return self._ranks

    def __setstate__(self, ranks: Path) -> None:
        self.__init__(ranks)  # type: ignore[misc]

    def basis(self, model: str) -> str:
        """`tiktoken cl100k_base`, or after a colon why another encoding stands in for the model's own."""
        wanted = encoding_name(model)
        if wanted in SHIPPED:
            return f"tiktoken {SHIPPED[wanted].name}"
        why = f"{wanted} does not ship with MIST CI" if wanted else "the tokenizer of this model is not known"
        return f"tiktoken {O200K.name}, approximate: {why}"

    def count(self, text: str, model: str) -> int:
        """Tokens in a text; special tokens inside the text count as plain text.

        Raises CouldNotRun MC310 when the rank file is missing or not the one that was shipped.
        """
        return self.count_with(recipe_of(model), text)

    def count_many(self, texts: Sequence[str], model: str) -> list[int]:
        """`count` of each text, in order: quicker, the more words they have in common."""
        recipe = recipe_of(model)
        encoding = self._encodings.get(recipe.name) or self._loaded(recipe)
        with self._lock:
            if recipe.name not in self._repeating:
                self._repeating[recipe.name] = RepeatingCounter(encoding)
            return list(map(self._repeating[recipe.name].count, texts))

    def count_with(self, recipe: Recipe, text: str) -> int:
        """Tokens in a text in one of the encodings that ship. What repeats (a system message) is counted once."""
        if (known := self._counted.get((recipe.name, text))) is not None:
            return known
        encoding = self._encodings.get(recipe.name) or self._loaded(recipe)
        if len(text) <= LONGEST_RUN:
            counted = len(encoding.encode_ordinary(text))
        else:
            counted = sum(len(encoding.encode_ordinary(piece)) for piece in pieces(text))
        if len(text) <= _REMEMBERED_CHARS:
            if len(self._counted) >= _REMEMBERED:
                self._counted.clear()
            self._counted[recipe.name, text] = counted
        return counted

    def _loaded(self, recipe: Recipe) -> "Encoding":
        with self._lock:
            if recipe.name not in self._encodings:
                self._encodings[recipe.name] = load_encoding(recipe, self._ranks / recipe.file)
            return self._encodings[recipe.name]


def load_encoding(recipe: Recipe, path: Path) -> "Encoding":
    """Tiktoken with a file of ranks. Raises CouldNotRun MC310 when it is not the one that was shipped."""
    from tiktoken import Encoding  # noqa: PLC0415 - heavy

    words = checked_ranks(recipe, path).split()  # a token and its rank, by turns
    ranks = dict(zip(map(a2b_base64, words[::2]), map(int, words[1::2]), strict=True))
    del words
    encoding = Encoding(recipe.name, pat_str=recipe.pattern, mergeable_ranks=ranks, special_tokens={})
    ranks.clear()  # the half that counts has a copy of its own: this one is 30 MB that nobody looks at again
    return encoding
