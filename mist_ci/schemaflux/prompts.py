"""Prompts in the one form in which training data and suites are compared."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from mist_ci.schemaflux.rule import PromptIndex


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
    r"""Case, width, and white space do not make a text another text.

    >>> normalise_text("  What IS\t 2+2? ")
    'what is 2+2?'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normalise_prompt(messages: Sequence[PromptMessage]) -> str:
    """The last user message, normalised; empty when there is none."""
    texts = (message.content for message in reversed(messages) if message.role == "user")
    return normalise_text(next(texts, ""))


def prompt_index(suite_prompts: Mapping[str, Mapping[str, str]]) -> PromptIndex:
    """From suite → sample key → normalised prompt to who asks each prompt. Empty prompts never leak."""
    index: dict[str, list[tuple[str, str]]] = {}
    for suite, prompts in sorted(suite_prompts.items()):
        for key, prompt in sorted(prompts.items()):
            if prompt:
                index.setdefault(prompt, []).append((suite, key))
    return index
