"""Prompts in the one form in which training data and suites are compared."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

_UNSEEN = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U00013438\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]+"
)
"""Format characters (category Cf): they change how a text looks, or nothing."""


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


_BLANK = {ord(char): None for char in " \t\n\r\v\f\x1c\x1d\x1e\x1f"}
_LOWER = bytes(range(256)).lower()
_BLANK_BYTES = bytes(_BLANK)


def fold(text: str) -> str:
    r"""As `normalise_text`, without any white space: a cheap key for texts that read the same.

    >>> fold("  What IS\t 2+\u200b2? ")
    'whatis2+2?'
    """
    if text.isascii():
        return text.encode().translate(_LOWER, _BLANK_BYTES).decode()
    return normalise_text(text).replace(" ", "")


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
