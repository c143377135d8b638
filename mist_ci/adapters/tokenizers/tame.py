"""A tokenizer.json made harmless before the Rust library sees it.

Such a file is a program: it brings regular expressions that may never end, replacements that may multiply a text
a million times, and tables that a library unpacks without looking. So nothing is handed on but what is listed
here, part by part; what counting does not need is left out. A part that is not listed is a reason not to use the
file, and the counts say that they are approximate.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from mist_ci.adapters.tokenizers.patterns import SPLIT_PATTERNS

MAX_BYTES = 64 * 2**20
"""Gemma's has 33 MB, and no other that is known has more."""
MAX_TOKEN_CHARS = 1024
MAX_PARTS = 32
MAX_REPLACEMENT_CHARS = 8

Part = Mapping[str, Any]


class NotTame(Exception):
    """Why the file is not used: `it splits words with a pattern that is not known to end`."""


def tamed(content: bytes) -> str:
    """The file with nothing in it but what counting needs. Raises NotTame."""
    if len(content) > MAX_BYTES:
        raise NotTame(f"it has {len(content):,} bytes, the limit is {MAX_BYTES:,}")
    try:
        found = msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise NotTame("it is not a JSON object") from None
    kept = {
        "version": "1.0",
        "added_tokens": _added_tokens(found.get("added_tokens")),
        "normalizer": _chain(found.get("normalizer"), "normalizers", _normalizer),
        "pre_tokenizer": _chain(found.get("pre_tokenizer"), "pretokenizers", _pre_tokenizer),
        "model": _model(found.get("model")),
    }
    return msgspec.json.encode(kept).decode()


def _model(model: object) -> Part:
    if not isinstance(model, dict) or model.get("type", "BPE") not in {"BPE", "Unigram", "WordPiece"}:
        raise NotTame("its model is none of BPE, Unigram and WordPiece")
    if model.get("dropout"):
        raise NotTame("it drops merges at random")
    vocabulary = model.get("vocab")
    tokens = [entry[0] if isinstance(entry, list) and entry else entry for entry in vocabulary or ()]
    if not all(isinstance(token, str) and len(token) <= MAX_TOKEN_CHARS for token in tokens):
        raise NotTame(f"its vocabulary has tokens of more than {MAX_TOKEN_CHARS:,} characters")
    if isinstance(limit := model.get("max_input_chars_per_word", 100), int) and limit > MAX_TOKEN_CHARS:
        raise NotTame("its words may be too long")
    return model


def _added_tokens(tokens: object) -> list[Any]:
    if not isinstance(tokens, list):
        return []
    texts = [token.get("content") for token in tokens if isinstance(token, dict)]
    if not all(isinstance(text, str) and 0 < len(text) <= MAX_TOKEN_CHARS for text in texts):
        raise NotTame("it adds tokens that are no text, or too long")
    return tokens


def _chain(part: object, key: str, check: Callable[[Part], Part]) -> Part | None:
    """One part, or a sequence of them; sequences inside sequences exist nowhere."""
    if part is None:
        return None
    if not isinstance(part, dict):
        raise NotTame("a part of it is not an object")
    if part.get("type") != "Sequence":
        return check(part)
    inner = part.get(key)
    if (
        not isinstance(inner, list)
        or len(inner) > MAX_PARTS
        or not all(isinstance(one, dict) for one in inner)
    ):
        raise NotTame("a sequence in it is not a short list of parts")
    return {"type": "Sequence", key: [check(one) for one in inner]}


_NORMALIZERS = {"NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "BertNormalizer", "Strip"}
_PRE_TOKENIZERS = {
    "ByteLevel", "Whitespace", "WhitespaceSplit", "BertPreTokenizer", "Metaspace", "Digits", "Punctuation",
    "UnicodeScripts",
}  # fmt: skip


def _normalizer(part: Part) -> Part:
    kind = part.get("type")
    if kind in _NORMALIZERS:
        return part
    if kind == "Prepend" and _is_short(part.get("prepend")):
        return part
    if kind == "Replace" and _is_short(part.get("content")):
        pattern = part.get("pattern")
        if isinstance(pattern, dict) and pattern.keys() == {"String"} and pattern["String"]:
            return part
    raise NotTame(f"its normalizer {kind!r:.40} is not one that is known to be harmless")


def _pre_tokenizer(part: Part) -> Part:
    kind = part.get("type")
    if kind in _PRE_TOKENIZERS:
        return part
    if kind == "Split" and isinstance(pattern := part.get("pattern"), dict):
        if pattern.keys() == {"String"} and pattern["String"]:
            return part
        if pattern.keys() == {"Regex"} and pattern["Regex"] in SPLIT_PATTERNS:
            return part
        raise NotTame("it splits words with a pattern that is not known to end")
    raise NotTame(f"its pre-tokenizer {kind!r:.40} is not one that is known to be harmless")


def _is_short(text: object) -> bool:
    return isinstance(text, str) and len(text) <= MAX_REPLACEMENT_CHARS
