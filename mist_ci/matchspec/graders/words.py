"""Words and sentences of any language, as the graders of text count them."""

import re
import unicodedata

_ARTICLES = frozenset({"a", "an", "the"})
_NO_WORD = re.compile(r"[\W_]+")
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
"""Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""


def tokens(text: str) -> list[str]:
    """Words as SQuAD compares them: case, punctuation and English articles do not count.

    Text is brought to NFKC first. Where a script has no spaces, each character is a word. Articles stay where there is
    nothing else.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    dropped = dict.fromkeys(ord(char) for char in set(folded) if unicodedata.category(char)[0] in "PS")
    found = _UNSPACED.sub(r" \1 ", folded.translate(dropped)).split()
    return [token for token in found if token not in _ARTICLES] or found


def words(text: str) -> list[str]:
    """What stands between whitespace and holds a letter or a digit."""
    return [word for word in text.split() if any(map(str.isalnum, word))]


def bare(word: str) -> str:
    """A word without what surrounds it: `"Paris",` is `Paris`."""
    start, end = 0, len(word)
    while start < end and not word[start].isalnum():
        start += 1
    while end > start and not word[end - 1].isalnum():
        end -= 1
    return word[start:end]


def plain_words(text: str) -> list[str]:
    """Runs of letters and digits in lower case; each character where a script has no spaces."""
    return [word for word in _NO_WORD.split(_UNSPACED.sub(r" \1 ", text.lower())) if word]
