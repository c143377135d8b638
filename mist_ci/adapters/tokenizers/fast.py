"""Counting tokens with gigatoken, ten times as fast as tiktoken, and never trusted.

Some texts are counted by both: the first ones, one in 64 of the others (chosen by what they are, so the same ones in
every run) until there are a thousand of these and one in 512 after that, and every text with `<|` in it, where
tokenizers tend to disagree. On the first difference tiktoken takes over for good.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Protocol

from mist_ci.adapters.tokenizers.exact import TiktokenCounter
from mist_ci.adapters.tokenizers.recipes import RANKS, Recipe, checked_ranks, recipe_of
from mist_ci.adapters.tokenizers.runs import LONGEST_RUN, pieces

FIRST_TEXTS = 256
"""Counted by tiktoken before gigatoken is loaded, which takes as long as counting them, and then by both."""
ONE_IN = 64
MANY = 1000
"""Texts that both counted alike, from which on fewer are chosen."""
ONE_IN_MANY = 512
GROWTH_BYTES = 48 * 2**20
"""gigatoken remembers every word that it has seen, without end: it is loaded anew when it has grown by this."""
_LOOK_EVERY_CHARS = 2**22


class Tokens(Protocol):
    """Token ids: only how many there are is of interest."""

    def __len__(self) -> int: ...


class Encoder(Protocol):
    """The Rust half of gigatoken."""

    def encode(self, text: str, /) -> Tokens:
        """The tokens of a text. Raises TypeError for half of a surrogate pair."""
        ...


@dataclass(slots=True)
class _Encoding:
    """What is known about one encoding."""

    first: list[tuple[str, int]] = field(default_factory=list)
    """Texts that tiktoken counted before gigatoken was there."""
    encoder: Encoder | None = None
    size_bytes: int = 0
    """Of the process when the encoder was new."""
    chars: int = 0
    checked: int = 0
    """Texts that both counted, after the first ones."""
    differs: bool = False


def is_installed() -> bool:
    """True when gigatoken is there (the extra `fast`)."""
    return find_spec("gigatoken") is not None


class GigatokenCounter:
    """Counts tokens (`ports.TokenCounter`); the numbers are tiktoken's own.

    Thread-safe, and may be sent to another process, which checks for itself.
    """

    def __init__(self, ranks: Path = RANKS) -> None:
        self._ranks = ranks
        self._exact = TiktokenCounter(ranks)
        self._encodings: dict[str, _Encoding] = {}
        self._lock = Lock()

    def __getstate__(self) -> Path:
        return self._ranks

    def __setstate__(self, ranks: Path) -> None:
        self.__init__(ranks)  # type: ignore[misc]

    def basis(self, model: str) -> str:
        """What tiktoken would say, and that gigatoken was found to differ, once it was."""
        known = self._encodings.get(recipe_of(model).name)
        said = self._exact.basis(model)
        return (
            f"{said} (gigatoken differed from it and was not used further)"
            if known and known.differs
            else said
        )

    def count(self, text: str, model: str) -> int:
        """Tokens in a text; special tokens inside the text count as plain text."""
        return self.count_many([text], model)[0]

    def count_many(self, texts: Sequence[str], model: str) -> list[int]:
        """`count` of each text, in order. Raises CouldNotRun MC310 for damaged ranks."""
        recipe = recipe_of(model)
        with self._lock:
            encoding = self._encodings.setdefault(recipe.name, _Encoding())
            wanted = 0 if encoding.encoder or encoding.differs else FIRST_TEXTS - len(encoding.first)
            first = [(text, self._exact.count_with(recipe, text)) for text in texts[:wanted]]
            encoding.first += first
            counts = [counted for _, counted in first]
            return counts + self._counts(texts[len(counts) :], recipe, encoding)

    def _counts(self, texts: Sequence[str], recipe: Recipe, encoding: _Encoding) -> list[int]:
        """Gigatoken's numbers when none that is checked differs, else tiktoken's for all of them."""
        encoder = self._ready(recipe, encoding) if texts else None
        if encoder is not None:
            counts = _fast_counts(encoder, texts)
            encoding.chars += sum(map(len, texts))
            one_in = ONE_IN if encoding.checked < MANY else ONE_IN_MANY
            for index in _sampled(texts, counts, one_in):
                truth = self._exact.count_with(recipe, texts[index])
                if counts[index] not in (None, truth):
                    encoding.differs, encoding.encoder = True, None
                    break
                counts[index] = truth
                encoding.checked += 1
            else:
                return [counted or 0 for counted in counts]
        return [self._exact.count_with(recipe, text) for text in texts]

    def _ready(self, recipe: Recipe, encoding: _Encoding) -> Encoder | None:
        """The encoder, new where there is none or where it has grown too much; None when it may not be used."""
        if encoding.differs or (encoding.encoder is not None and encoding.chars <= _LOOK_EVERY_CHARS):
            return encoding.encoder
        encoding.chars = 0
        if encoding.encoder is None or _size_bytes() - encoding.size_bytes > GROWTH_BYTES:
            encoding.encoder = None  # before the new one, or both would be in memory
            encoding.encoder = _load(recipe, self._ranks / recipe.file)
            encoding.size_bytes = _size_bytes()
        checks = ((_fast_count(encoding.encoder, text), truth) for text, truth in encoding.first)
        if any(counted not in (None, truth) for counted, truth in checks):
            encoding.differs, encoding.encoder = True, None
        encoding.first.clear()
        return encoding.encoder


def _fast_count(encoder: Encoder, text: str) -> int | None:
    """None for what gigatoken does not take: half of a surrogate pair."""
    try:
        if len(text) <= LONGEST_RUN:
            return len(encoder.encode(text))
        return sum(len(encoder.encode(piece)) for piece in pieces(text))
    except TypeError:
        return None


def _fast_counts(encoder: Encoder, texts: Sequence[str]) -> list[int | None]:
    """`_fast_count` of each text, all at once where that can be done."""
    if max(map(len, texts)) <= LONGEST_RUN:
        with contextlib.suppress(TypeError):
            return list(map(len, map(encoder.encode, texts)))
    return [_fast_count(encoder, text) for text in texts]


def _sampled(texts: Sequence[str], counts: Sequence[int | None], one_in: int) -> list[int]:
    """Places of texts of every length and kind, always the same ones. A hash would cost as much as counting."""
    # One character is found faster than two.
    hard = [index for index, text in enumerate(texts) if "|" in text and "<|" in text]
    measured = enumerate(zip(map(len, texts), counts, strict=True))
    chosen = [
        index
        for index, (chars, counted) in measured
        if counted is None or (chars and not (chars * 31 + counted) % one_in)
    ]
    return sorted({*hard, *chosen}) if hard else chosen


def _size_bytes() -> int:
    """Memory of this process; 0 where the system does not say, and then an encoder is never loaded anew."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
    return 0


def _load(recipe: Recipe, path: Path) -> Encoder:
    from gigatoken import Tokenizer  # noqa: PLC0415 - an extra

    checked_ranks(recipe, path)
    encoder: Encoder = Tokenizer.from_tiktoken(
        str(path), pretokenizer=recipe.scheme, special_tokens={}
    ).backend
    return encoder
