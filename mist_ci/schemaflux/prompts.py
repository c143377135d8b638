"""Prompts in the one form in which training data and suites are compared."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import re2

_UNSEEN = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U00013438\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]+"
)
"""Format characters (category Cf): they change how a text looks, or nothing."""
_LATIN1 = re2.Options()
_LATIN1.encoding = re2.Options.Encoding.LATIN1
_MAY_BE_UNSEEN = re2.compile(
    rb"\xc2\xad|\xd8[\x80-\x9c]|\xdb\x9d|\xdc\x8f|\xe0\xa2|\xe0\xa3\xa2|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xaa-\xae]"
    rb"|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xef\xbf[\xb9-\xbb]|\xf0[\x91\x93\x9b\x9d]|\xf3\xa0",
    _LATIN1,
)
"""Bytes of UTF-8 without which there is none of them."""


class PromptMessage(Protocol):
    """A message of a prompt, such as `models.suite.ChatMessage`."""

    @property
    def role(self) -> str:
        """Who speaks."""
        ...

    @property
    def content(self) -> str:
        """What is said."""
        ...


@lru_cache(maxsize=1024)  # a row is looked at by several rules, and system prompts repeat
def normalise_text(text: str) -> str:
    r"""Case, width, white space and what cannot be seen do not make a text another text.

    >>> normalise_text("  What IS\t 2+\u200b2? ")
    'what is 2+2?'
    """
    if not text.isascii():
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text)
        text = _UNSEEN.sub("", text)
    return " ".join(text.casefold().split())


_BLANKS = b" \t\n\r\v\f\x1c\x1d\x1e\x1f"
_LOWER = bytes(range(256)).lower()
_EDGE_CHARS = 96
_EDGE_BYTES = 32
_SURE_BYTES = 64


def fold(text: str) -> bytes:
    r"""As `normalise_text`, in UTF-8 and without white space: a cheap key for texts that read the same.

    >>> fold("  What IS\t 2+\u200b2? ")
    b'whatis2+2?'
    """
    if text.isascii():
        return text.encode().translate(_LOWER, _BLANKS)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    folded = text.casefold().encode("utf-8", "surrogatepass")
    if _MAY_BE_UNSEEN.search(folded):
        folded = _UNSEEN.sub("", text).casefold().encode("utf-8", "surrogatepass")
    return folded.translate(None, _BLANKS)


def ends(before: str, last: str) -> bytes:
    """The first 32 bytes of `fold(before)`, and both ends of `fold(last)`, without folding what is between them."""
    is_cut = len(last) > 2 * _EDGE_CHARS
    told = f"{last[:_EDGE_CHARS]}\0{last[-_EDGE_CHARS:]}" if is_cut else last
    first, *rest = fold(f"{before[:_EDGE_CHARS]}\0{told}").split(b"\0")
    is_clear = len(rest) == 1 + is_cut  # there is no NUL in the texts themselves
    # What is cut apart at the inner ends does not reach as far as `_SURE_BYTES`.
    if not is_clear or (len(before) > _EDGE_CHARS and len(first) < _SURE_BYTES):
        first = fold(before)
    if is_clear and not is_cut:
        whole = rest[0]
    elif is_clear and min(map(len, rest)) >= _SURE_BYTES:
        return b"\0".join((first[:_EDGE_BYTES], rest[0][:_EDGE_BYTES] + rest[1][-_EDGE_BYTES:]))
    else:
        whole = fold(last)
    if len(whole) > 2 * _EDGE_BYTES:
        whole = whole[:_EDGE_BYTES] + whole[-_EDGE_BYTES:]
    return b"\0".join((first[:_EDGE_BYTES], whole))


def normalise_prompt(messages: Sequence[PromptMessage]) -> str:
    """The last user message, normalised; empty when there is none."""
    texts = (message.content for message in reversed(messages) if message.role == "user")
    return normalise_text(next(texts, ""))


class Asked(Protocol):
    """A sample of a suite, such as `models.suite.Sample`."""

    @property
    def messages(self) -> Sequence[PromptMessage]:
        """What is sent."""
        ...

    @property
    def input(self) -> str:
        """What the prompt template was given."""
        ...


def telling_texts(sample: Asked) -> tuple[str, ...]:
    """The texts whose place in training data gives a sample away: its prompt, and the input inside of it."""
    return normalise_prompt(sample.messages), normalise_text(sample.input)
