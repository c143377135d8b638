"""Counting tokens of open models with their tokenizer.json."""

from collections.abc import Sequence
from threading import Lock
from typing import Any

from mist_ci.adapters.tokenizers.runs import pieces
from mist_ci.adapters.tokenizers.tame import NotTame, tamed
from mist_ci.errors import Code, UsageError, Where
from mist_ci.ports.accounting import TokenCounter


class JsonCounter:
    """Counts with one tokenizer.json, whatever the model (`ports.TokenCounter`); about 3 MB of text a second.

    Unlike with tiktoken, tokens that the file adds (`<|im_start|>`) count as one where they stand in a text:
    that is what trainers of open models make of them. What a chat template adds is not counted.
    """

    def __init__(self, content: bytes, file: str, otherwise: TokenCounter) -> None:
        """`otherwise` counts where the file cannot be used. Raises UsageError MC205 without the extra."""
        self._state = content, file, otherwise
        self._otherwise = otherwise
        self._file = file
        self._lock = Lock()
        self._counted: dict[str, int] = {}
        self._failures = 0
        self._tokenizer, self.why_not = _tokenizer(content, file)
        """`why_not` is empty where the file is used."""

    def __getstate__(self) -> tuple[bytes, str, TokenCounter]:
        return self._state

    def __setstate__(self, state: tuple[bytes, str, TokenCounter]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def basis(self, model: str) -> str:
        """`models/tokenizer.json`, or what stands in for it and why."""
        if self._tokenizer is not None:
            failed = f", approximate: it failed on {self._failures} texts" if self._failures else ""
            return f"{self._file}{failed}"
        basis = self._otherwise.basis(model).partition(", approximate")[0]
        return f"{basis}, approximate: {self._file} is not used, {self.why_not}"

    def count(self, text: str, model: str) -> int:
        """Tokens in a text."""
        return self.count_many([text], model)[0]

    def count_many(self, texts: Sequence[str], model: str) -> list[int]:
        """`count` of each text, in order."""
        if self._tokenizer is None:
            return self._otherwise.count_many(texts, model)
        with self._lock:
            return [self._count(text, model) for text in texts]

    def _count(self, text: str, model: str) -> int:
        if (known := self._counted.get(text)) is not None:
            return known
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # no half surrogate pairs
        try:
            counted = sum(
                len(self._tokenizer.encode(piece, add_special_tokens=False)) for piece in pieces(whole)
            )
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001 - a panic in Rust is no Exception
            self._failures += 1
            counted = self._otherwise.count(text, model)
        if len(text) <= _REMEMBERED_CHARS:
            if len(self._counted) >= _REMEMBERED:
                self._counted.clear()
            self._counted[text] = counted
        return counted


_REMEMBERED = 4096
_REMEMBERED_CHARS = 4096


def _tokenizer(content: bytes, file: str) -> tuple[Any, str]:
    """The tokenizer, or None and why there is none."""
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(
            Code.EXTRA_MISSING,
            "counting tokens with a tokenizer.json needs a package that is not installed",
            where=Where(file),
            hint='pip install "mist-ci[tokenizers]"',
        ) from None
    try:
        tokenizer = Tokenizer.from_str(tamed(content))
        tokenizer.encode("a b", add_special_tokens=False)
    except NotTame as reason:
        return None, str(reason)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic in Rust is no Exception
        return None, f"it cannot be read: {' '.join(str(error).split())[:100]}"
    return tokenizer, ""
