"""Tokens, counted: with tiktoken, ten times as fast with gigatoken, and with the tokenizer.json of open models."""

from mist_ci.adapters.tokenizers.exact import TiktokenCounter
from mist_ci.adapters.tokenizers.fast import GigatokenCounter, is_installed
from mist_ci.adapters.tokenizers.open_models import JsonCounter
from mist_ci.adapters.tokenizers.recipes import CL100K, O200K, RANKS, Recipe
from mist_ci.errors import Code, ConfigError, Where
from mist_ci.ports.accounting import TokenCounter

__all__ = [
    "CL100K", "O200K", "RANKS", "GigatokenCounter", "InstalledTokenizers", "JsonCounter", "Recipe", "TiktokenCounter",
]  # fmt: skip


class InstalledTokenizers:
    """The fastest exact counters that are installed (`ports.Tokenizers`)."""

    def of_models(self) -> TokenCounter:
        """Gigatoken's with the extra `fast`, else tiktoken's: the same numbers."""
        return GigatokenCounter() if is_installed() else TiktokenCounter()

    def of_file(self, content: bytes, file: str, *, is_needed: bool = False) -> TokenCounter:
        """Counts with a tokenizer.json. Raises UsageError MC205 when the extra `tokenizers` is not installed.

        Where the file cannot be used, the basis says so; `is_needed` raises ConfigError MC104 instead.
        """
        counter = JsonCounter(content, file, self.of_models())
        if is_needed and counter.why_not:
            hint = (
                "name the tokenizer.json of the model to be trained, or leave --tokenizer out for an estimate"
            )
            message = f"it cannot be used to count tokens: {counter.why_not}"
            raise ConfigError(Code.WRONG_VALUE, message, where=Where(file), hint=hint)
        return counter
