"""The encodings that ship: files of ranks under tiktoken's cache names (the sha1 of the address each came from)."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from mist_ci.errors import Code, CouldNotRun

RANKS = Path(__file__).parents[1] / "ranks"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an encoding is made of: a file of ranks and its sha256, and the pattern that finds words."""

    name: str
    file: str
    sha256: str
    pattern: str
    scheme: str
    """What gigatoken calls the pattern."""


CL100K = Recipe(
    name="cl100k_base",
    file="9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    pattern=r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    scheme="cl100k",
)
O200K = Recipe(
    name="o200k_base",
    file="fb374d419588a4632f3f557e76b4b70aebbca790",
    sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    pattern=r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    scheme="o200k",
)
# o200k_harmony differs from o200k_base in its special tokens only, and those count as text here.
SHIPPED = {"cl100k_base": CL100K, "o200k_base": O200K, "o200k_harmony": O200K}


def recipe_of(model: str) -> Recipe:
    """The encoding that a model's tokens are counted with: its own, or o200k_base where it is not known."""
    return SHIPPED.get(encoding_name(model) or "", O200K)


def encoding_name(model: str) -> str | None:
    """What tiktoken calls the encoding of a model, shipped or not; None where it does not know the model."""
    from tiktoken.model import encoding_name_for_model  # noqa: PLC0415 - heavy

    try:
        return encoding_name_for_model(model)
    except KeyError:
        return None


def checked_ranks(recipe: Recipe, path: Path) -> bytes:
    """The content of a rank file. Raises CouldNotRun MC310 when it is missing or not the one that was shipped."""
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
