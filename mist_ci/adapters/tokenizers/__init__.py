"""Tokens, counted: with tiktoken, ten times as fast with gigatoken, and with the tokenizer.json of open models."""

from mist_ci.adapters.tokenizers.exact import TiktokenCounter
from mist_ci.adapters.tokenizers.fast import GigatokenCounter, is_installed
from mist_ci.adapters.tokenizers.open_models import JsonCounter
from mist_ci.adapters.tokenizers.recipes import CL100K, O200K, RANKS, Recipe
from mist_ci.ports.accounting import TokenCounter

__all__ = [
    "CL100K", "O200K", "RANKS", "GigatokenCounter", "InstalledTokenizers", "JsonCounter", "Recipe", "TiktokenCounter",
]  # fmt: skip


class InstalledTokenizers:
    """The fastest exact counters that are installed (`ports.Tokenizers`)."""

    def of_models(self) -> TokenCounter:
        """Gigatoken's with the extra `fast`, else tiktoken's: the same numbers."""
        return GigatokenCounter() if is_installed() else TiktokenCounter()

    def of_file(self, content: bytes, file: str) -> TokenCounter:
        """Counts with a tokenizer.json. Raises UsageError MC205 when the extra `tokenizers` is not installed."""
        return JsonCounter(content, file, self.of_models())
