"""Token counts are tiktoken's own, and nothing ever reaches for the network."""

import os
import pickle
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.adapters.tokenizers import (
    CL100K,
    O200K,
    RANKS,
    GigatokenCounter,
    Recipe,
    TiktokenCounter,
    fast,
    words,
)
from mist_ci.adapters.tokenizers.runs import LONGEST_RUN, pieces
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_many_threads_share_one_encoding() -> None:
    counter = TiktokenCounter()
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda text: counter.count(text, "gpt-4o"), ["hello world"] * 64))
    assert counts == [2] * 64
    assert len(counter._encodings) == 1


HARD = st.lists(
    st.text(max_size=12)
    | st.sampled_from(
        [
            "<|endoftext|>", "<|im_start|>", "<|", "  ", "\n\n", "\r\n", "'S", "'ll", "\u017f", "\u0301", "1234", "ǅ",
            "\u200b", "\u3000", "//\n", "😀", "👩‍👩‍👧", "\x00", "İ", "ﬁ", "\uff19\uff18", "ก็", "한국어", "\ud800",
        ]
    ),
    max_size=20,
).map("".join)  # fmt: skip


WORDS = st.lists(
    HARD
    | st.sampled_from(
        ["the", "code", "a.\n", "\t", "//", "x\n//", "...", "'s", "\xa0", "\x1f", "\u2003", ""]
    ),
    max_size=30,
).map(" ".join)


@pytest.fixture(scope="module")
def by_words() -> TokenCounter:
    """A counter that has seen enough to count words."""
    counting = TiktokenCounter()
    for model in ("gpt-4o", "gpt-4"):
        counting.count_many([f"text {number}" for number in range(words._FIRST_TEXTS + 1)], model)
    return counting


@pytest.mark.slow
@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4"])
@given(texts=st.lists(HARD | WORDS, max_size=8))
@settings(max_examples=100, deadline=None)
def test_the_tokens_of_words_add_up_to_those_of_the_text(
    texts: list[str], model: str, by_words: TokenCounter, counter: TokenCounter
) -> None:
    expected = [counter.count(text, model) for text in texts]
    assert by_words.count_many(texts, model) == by_words.count_many(texts, model) == expected


def test_words_that_are_no_longer_in_use_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_MOST_WORDS", 10)
    counting = words.WordCounter(lambda text: text.encode(), bytes([*bytes(32), 1, *bytes(300)]))
    texts = [f"First the word{number} and then" for number in range(100)]
    assert [counting.count(text) for text in texts] == [len(text) for text in texts]
    assert len(counting._known) + len(counting._known._before) <= 30
    assert {"the", "and", "then"} <= counting._known.keys() | counting._known._before.keys()


@pytest.fixture(scope="module")
def warm() -> TokenCounter:
    """A gigatoken counter that has seen enough to use gigatoken."""
    pytest.importorskip("gigatoken")
    counter = GigatokenCounter()
    for model in ("gpt-4o", "gpt-4"):
        counter.count_many([f"text {number}" for number in range(fast.FIRST_TEXTS + 1)], model)
    return counter


@pytest.mark.slow
@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4"])
@given(text=HARD)
@settings(max_examples=300, deadline=None)
def test_gigatoken_counts_what_tiktoken_counts(
    text: str, model: str, warm: TokenCounter, counter: TokenCounter
) -> None:
    assert warm.count(text, model) == counter.count(text, model)
    assert warm.basis(model) == counter.basis(model)


@pytest.mark.slow
def test_many_texts_are_counted_as_each_is(counter: TokenCounter, warm: TokenCounter) -> None:
    one_by_one = [counter.count(text, "gpt-4o") for text in TEXTS]
    assert counter.count_many(TEXTS, "gpt-4o") == warm.count_many(TEXTS, "gpt-4o") == one_by_one


class Miscounting:
    """An encoder that is wrong about texts with a word in them."""

    def __init__(self, word: str) -> None:
        self._word = word

    def encode(self, text: str) -> bytes:
        return bytes(len(text.split()) + (self._word in text))


@pytest.mark.parametrize("word", ["text 7", "later<|"])
def test_an_accelerator_that_differs_is_not_used_further(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "_load", lambda *_: Miscounting(word))
    monkeypatch.setattr(TiktokenCounter, "count_with", lambda _, __, text: len(text.split()))
    doubted = GigatokenCounter()
    texts = [f"text {number}" for number in range(fast.FIRST_TEXTS + 100)] + ["later<|", "later<| again"]
    assert doubted.count_many(texts, "gpt-4o") == [len(text.split()) for text in texts]
    assert (
        doubted.basis("gpt-4o") == "tiktoken o200k_base (gigatoken differed from it and was not used further)"
    )
    assert doubted.basis("gpt-4") == "tiktoken cl100k_base"


def test_an_accelerator_that_grew_is_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[Recipe] = []

    def load(recipe: Recipe, _: Path) -> Miscounting:
        loaded.append(recipe)
        return Miscounting("never")

    monkeypatch.setattr(fast, "_load", load)
    monkeypatch.setattr(TiktokenCounter, "count_with", lambda _, __, text: len(text.split()))
    monkeypatch.setattr(fast, "_size_bytes", lambda: len(loaded) * 200 * 2**20)
    monkeypatch.setattr(fast, "_LOOK_EVERY_CHARS", 1000)
    growing = GigatokenCounter()
    for _ in range(3):
        growing.count_many([f"text {number}" for number in range(1000)], "gpt-4o")
    assert len(loaded) == 1  # the size is taken after it is loaded
    monkeypatch.setattr(fast, "_size_bytes", lambda: 10**9)
    growing.count_many([f"text {number}" for number in range(1000)], "gpt-4o")
    assert len(loaded) == 2


@pytest.mark.slow
def test_counters_can_be_sent_to_another_process(warm: TokenCounter, counter: TokenCounter) -> None:
    for one in (warm, counter):
        sent = pickle.loads(pickle.dumps(one))
        assert sent.count("hello world", "gpt-4o") == 2
        assert len(pickle.dumps(one)) < 1000


@pytest.mark.slow
def test_a_run_that_tiktoken_cannot_bear_is_counted_in_pieces(
    counter: TokenCounter, warm: TokenCounter
) -> None:
    text = " " * 1_000_000
    assert counter.count(text, "gpt-4o") == warm.count(text, "gpt-4o") == -(-1_000_000 // 128)


@pytest.mark.slow
@given(
    st.lists(st.sampled_from([" " * LONGEST_RUN, "a" * LONGEST_RUN, "b", " ", "c d"]), max_size=5).map(
        "".join
    )
)
@settings(max_examples=50, deadline=None)
def test_pieces_are_the_text_and_none_has_a_longer_run(text: str) -> None:
    found = list(pieces(text))
    assert "".join(found) == text
    assert all(len(run) <= LONGEST_RUN for piece in found for run in piece.split())
