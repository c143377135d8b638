"""Token counts are tiktoken's own, and nothing ever reaches for the network."""

import os
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mist_ci.adapters.tokenizers import CL100K, O200K, RANKS, Recipe, TiktokenCounter
from mist_ci.errors import Code, CouldNotRun
from mist_ci.ports.accounting import TokenCounter

TEXTS = [
    "", " ", "Hello, world!", "  two  spaces\n\n\nand lines\r\n", "don't WE'LL I've", "1234567890 3.14",
    "<|endoftext|> <|im_start|>user", "Grüße, Ёлка, 日本語のテキスト, العربية, हिन्दी", "👩‍👩‍👧‍👦🇩🇪",
    "def f(x):\n\treturn x/**/",
    "\u0301e\u0301", "a" * 5000, "\x00\x01", "ǅ ǈ", "https://example.com/a/b?c=d&e=%20",
]  # fmt: skip


class Offline(AssertionError):
    """Somebody reached for the network."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise Offline

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.fixture(scope="module")
def counter() -> TokenCounter:
    return TiktokenCounter()


@pytest.fixture
def damaged(tmp_path: Path) -> Iterator[Path]:
    """A rank file with one digit changed."""
    shutil.copy(RANKS / CL100K.file, tmp_path)
    content = (RANKS / O200K.file).read_bytes()
    (tmp_path / O200K.file).write_bytes(content[:-2] + b"9\n")
    before = sorted((path.name, path.stat().st_size) for path in tmp_path.iterdir())
    yield tmp_path
    assert sorted((path.name, path.stat().st_size) for path in tmp_path.iterdir()) == before


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "model"), [(O200K, "gpt-4o-mini"), (CL100K, "gpt-4-0613")])
def test_counts_are_those_of_tiktokens_own_encoding(
    recipe: Recipe, model: str, counter: TokenCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tiktoken

    # The rank files carry tiktoken's cache names, so its own loader finds them.
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(RANKS))
    own = tiktoken.get_encoding(recipe.name)
    assert [counter.count(text, model) for text in TEXTS] == [
        len(own.encode_ordinary(text)) for text in TEXTS
    ]


def test_counting_leaves_the_environment_as_it_was() -> None:
    before = dict(os.environ)
    TiktokenCounter().count("x", "gpt-4o")
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("model", "basis"),
    [
        ("gpt-4o-2024-08-06", "tiktoken o200k_base"),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc", "tiktoken o200k_base"),
        ("gpt-oss-20b", "tiktoken o200k_base"),
        ("ft:gpt-3.5-turbo:acme::abc", "tiktoken cl100k_base"),
        ("ft:acme/x", "tiktoken o200k_base, approximate: the tokenizer of this model is not known"),
        ("davinci", "tiktoken o200k_base, approximate: r50k_base does not ship with MIST CI"),
    ],
)
def test_the_basis_says_which_encoding_and_whether_it_is_the_models_own(
    model: str, basis: str, counter: TokenCounter
) -> None:
    assert counter.basis(model) == basis
    assert counter.count("hello world", model) == 2


def test_special_tokens_count_as_plain_text(counter: TokenCounter) -> None:
    assert counter.count("<|endoftext|>", "gpt-4o") > 1


def test_half_a_surrogate_pair_is_counted_not_a_crash(counter: TokenCounter) -> None:
    assert counter.count("a\ud800b", "gpt-4o") >= 3


def test_damaged_ranks_could_not_run_and_are_neither_deleted_nor_downloaded(damaged: Path) -> None:
    counter = TiktokenCounter(damaged)
    for _ in range(2):
        with pytest.raises(CouldNotRun) as caught:
            counter.count("x", "gpt-4o")
        assert caught.value.code is Code.CORRUPT_ASSET
    assert counter.count("hello world", "gpt-4") == 2


def test_missing_ranks_could_not_run(tmp_path: Path) -> None:
    with pytest.raises(CouldNotRun) as caught:
        TiktokenCounter(tmp_path).count("x", "gpt-4o")
    assert caught.value.code is Code.CORRUPT_ASSET


def test_many_threads_share_one_encoding() -> None:
    counter = TiktokenCounter()
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda text: counter.count(text, "gpt-4o"), ["hello world"] * 64))
    assert counts == [2] * 64
    assert len(counter._encodings) == 1
