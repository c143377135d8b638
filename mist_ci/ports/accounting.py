"""Tokens and prices."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from mist_ci.models.config import Provider
from mist_ci.models.usage import Cost


class TokenCounter(Protocol):
    """Counts tokens where nobody reported them."""

    def basis(self, model: str) -> str:
        """How tokens of this model are counted: `tiktoken o200k_base, approximate`, and after a colon why."""
        ...

    def count(self, text: str, model: str) -> int:
        """Tokens in a text; special tokens inside the text count as plain text."""
        ...

    def count_many(self, texts: Sequence[str], model: str) -> list[int]:
        """Tokens in each of many texts, faster than one by one."""
        ...


class Prices(Protocol):
    """Dated prices."""

    def cost(self, provider: Provider, model: str, tokens_in: int, tokens_out: int, on: date) -> Cost:
        """Price of one call on a day. An unknown price has `usd` None, never zero."""
        ...
