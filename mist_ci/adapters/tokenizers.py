"""Counting tokens with tiktoken, offline.

The rank files ship with MIST CI, under tiktoken's cache names (the sha1 of the address each came from). They
are checked and handed to tiktoken as values. Its own loader is never called: it would delete a file with a
wrong checksum and download another one.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from mist_ci.errors import Code, CouldNotRun

if TYPE_CHECKING:
    from tiktoken import Encoding

RANKS = Path(__file__).parent / "ranks"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an encoding is made of: a file of ranks and its sha256, and the pattern that finds words."""

    name: str
    file: str
    sha256: str
    pattern: str


CL100K = Recipe(
    name="cl100k_base",
    file="9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    pattern=r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
)
O200K = Recipe(
    name="o200k_base",
    file="fb374d419588a4632f3f557e76b4b70aebbca790",
    sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    pattern=r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
)
# o200k_harmony differs from o200k_base in its special tokens only, and those count as text here.
SHIPPED = {"cl100k_base": CL100K, "o200k_base": O200K, "o200k_harmony": O200K}


class TiktokenCounter:
    """Counts tokens (`ports.TokenCounter`): about 6 MB of text a second, 0.3 s once per encoding.

    Thread-safe. Encodings are loaded when they are first needed, and kept.
    """

    def __init__(self, ranks: Path = RANKS) -> None:
        self._ranks = ranks
        self._encodings: dict[str, Encoding] = {}
        self._lock = Lock()

    def basis(self, model: str) -> str:
        """`tiktoken cl100k_base`, or after a colon why another encoding stands in for the model's own."""
        wanted = _encoding_name(model)
        if wanted in SHIPPED:
            return f"tiktoken {SHIPPED[wanted].name}"
        why = f"{wanted} does not ship with MIST CI" if wanted else "the tokenizer of this model is not known"
        return f"tiktoken {O200K.name}, approximate: {why}"

    def count(self, text: str, model: str) -> int:
        """Tokens in a text; special tokens inside the text count as plain text.

        Raises CouldNotRun MC310 when the rank file is missing or not the one that was shipped.
        """
        recipe = SHIPPED.get(_encoding_name(model) or "", O200K)
        return len(self._encoding(recipe).encode_ordinary(text))

    def count_many(self, texts: Sequence[str], model: str) -> list[int]:
        """Tokens in each text."""
        return [self.count(text, model) for text in texts]

    def _encoding(self, recipe: Recipe) -> "Encoding":
        with self._lock:
            if recipe.name not in self._encodings:
                self._encodings[recipe.name] = _load(recipe, self._ranks / recipe.file)
            return self._encodings[recipe.name]


def _encoding_name(model: str) -> str | None:
    from tiktoken.model import encoding_name_for_model  # noqa: PLC0415 - heavy

    try:
        return encoding_name_for_model(model)
    except KeyError:
        return None


def _load(recipe: Recipe, path: Path) -> "Encoding":
    from tiktoken import Encoding  # noqa: PLC0415 - heavy

    lines = (line.split() for line in _checked(recipe, path).splitlines() if line)
    ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
    return Encoding(recipe.name, pat_str=recipe.pattern, mergeable_ranks=ranks, special_tokens={})


def _checked(recipe: Recipe, path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != recipe.sha256:
        raise CouldNotRun(
            Code.CORRUPT_ASSET,
            f"the token ranks of {recipe.name} are not the ones that ship with MIST CI",
            hint="install mist-ci again",
        )
    return content
