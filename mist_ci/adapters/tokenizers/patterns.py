"""Regular expressions that tokenizers of open models split words with, by heart.

A pattern that is not here is not run: it was written by a stranger, and one such as `(a+)+b` never ends.
"""

_BLANKS = (r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+")
_CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_WORDS = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*",
)
"""Where an upper-case letter begins a word."""
_SIGNS = r" ?[^\s\p{L}\p{N}]+[\r\n]*"
_SIGNS_OR_SLASHES = r" ?[^\s\p{L}\p{N}]+[\r\n/]*"

_ALTERNATIVES: tuple[tuple[str, ...], ...] = (
    # GPT-2, RoBERTa, Phi, StarCoder
    (r"'s|'t|'re|'ve|'m|'ll|'d", r" ?\p{L}+", r" ?\p{N}+", r" ?[^\s\p{L}\p{N}]+", *_BLANKS[1:]),
    # cl100k_base as its converters write it, Llama 3
    (_CONTRACTIONS, r"[^\r\n\p{L}\p{N}]?\p{L}+", r"\p{N}{1,3}", _SIGNS, *_BLANKS),
    # cl100k_base as tiktoken has it, before and since 0.8
    (r"'(?i:[sdmt]|ll|ve|re)", r"[^\r\n\p{L}\p{N}]?+\p{L}+", r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]++[\r\n]*",
     r"\s*[\r\n]", *_BLANKS[1:]),
    (r"'(?i:[sdmt]|ll|ve|re)", r"[^\r\n\p{L}\p{N}]?+\p{L}++", r"\p{N}{1,3}+", r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
     r"\s++$", r"\s*[\r\n]", r"\s+(?!\S)", r"\s"),
    # Qwen 2, 2.5 and 3
    (_CONTRACTIONS, r"[^\r\n\p{L}\p{N}]?\p{L}+", r"\p{N}", _SIGNS, *_BLANKS),
    # o200k_base, gpt-oss, Llama 4
    (*(f"{word}{_CONTRACTIONS}?" for word in _WORDS), r"\p{N}{1,3}", _SIGNS_OR_SLASHES, *_BLANKS),
    # tekken of Mistral
    (*_WORDS, r"\p{N}", _SIGNS_OR_SLASHES, *_BLANKS),
    # DeepSeek V3: one after the other
    (r"\p{N}{1,3}",),
    ("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",),
    (r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+""", r"[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+",
     r" ?[\p{P}\p{S}]+[\r\n]*", *_BLANKS),
)  # fmt: skip

SPLIT_PATTERNS = frozenset("|".join(alternatives) for alternatives in _ALTERNATIVES)
"""None of them needs more than linear time, but for blanks, of which `runs.pieces` lets no more than 65,536 through."""
