"""Tokens and prices."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from mist_ci.errors import Code, UsageError, Where
from mist_ci.models.config import Provider
from mist_ci.models.usage import WHOLE, Cost, TokenParts


class TokenCounter(Protocol):
    """Counts tokens where nobody reported them."""

    def basis(self, model: str) -> str:
        """How tokens of this model are counted: `tiktoken o200k_base, approximate`, and after a colon why."""
        ...

    def count(self, text: str, model: str) -> int:
        """Tokens in a text; special tokens inside the text count as plain text."""
        ...

    def count_many(self, texts: Sequence[str], model: str) -> list[int]:
        """`count` of each text, in order: the fast way to count many of them."""
        ...


class Tokenizers(Protocol):
    """Tokenizers of open models."""

    def of_file(self, content: bytes, file: str) -> TokenCounter:
        """One that counts with a tokenizer.json, whatever the model; its basis says when it could not.

        Raises UsageError MC205 when the extra `tokenizers` is not installed.
        """
        ...


class NoTokenizers:
    """None of them."""

    def of_file(self, content: bytes, file: str) -> TokenCounter:
        """Refuses."""
        del content
        raise UsageError(Code.EXTRA_MISSING, "no tokenizer.json can be used here", where=Where(file))


class Prices(Protocol):
    """Dated prices."""

    def cost(
        self,
        provider: Provider,
        model: str,
        tokens_in: int,
        tokens_out: int,
        on: date,
        parts: TokenParts = WHOLE,
    ) -> Cost:
        """Price of one call. An unknown price has `usd` None, never zero.

        `on` is a moment (a `datetime` with a time zone), or a day; where prices depend on the time of day, the dearest
        hour of a day counts. Parts that nobody names a price of have that of the whole: what comes out of a cache or
        goes into it that of other input, reasoning that of output. A tier whose prices nobody names is unknown.
        """
        ...
