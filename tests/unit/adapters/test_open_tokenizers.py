"""A tokenizer.json counts as its own library does, and one that could do harm is not run."""

import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from mist_ci.adapters.tokenizers import O200K, RANKS, InstalledTokenizers, JsonCounter, TiktokenCounter, tame
from mist_ci.adapters.tokenizers.patterns import SPLIT_PATTERNS
from mist_ci.errors import Code, UsageError

pytestmark = pytest.mark.slow  # whole tokenizers are built

TINY = (Path(__file__).parents[3] / "examples/tiny_models/models/tokenizer.json").read_bytes()
TEXTS = [
    "",
    "What is 12 + 30?",
    "Grüße, Ёлка 日本語",
    "<|user|>hi<|end|>",
    "a\ud800b",
    "  \n\n x",
    "don't WE'LL",
]
WORDS = ["the cat sat on the mat", "what is the weather in Oslo today", "12345 and 67"] * 5


def counter(content: bytes) -> JsonCounter:
    return JsonCounter(content, "models/tokenizer.json", TiktokenCounter())


def changed(change: Callable[[dict[str, Any]], object], content: bytes = TINY) -> bytes:
    found = json.loads(content)
    change(found)
    return json.dumps(found).encode()


def test_the_example_is_counted_as_its_library_counts_it() -> None:
    own = Tokenizer.from_str(TINY.decode())
    texts = [text for text in TEXTS if "\ud800" not in text]
    found = counter(TINY)
    assert found.basis("tiny") == "models/tokenizer.json"
    assert found.count_many(texts, "tiny") == [
        len(own.encode(text, add_special_tokens=False)) for text in texts
    ]
    assert found.count("<|user|>", "tiny") == 1
    assert found.count("a\ud800b", "tiny") >= 2


def trained(model: Any, trainer: Any, normalizer: Any, pre_tokenizer: Any) -> bytes:
    tokenizer = Tokenizer(model)
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, pre_tokenizer
    tokenizer.train_from_iterator(WORDS, trainer)
    return str(tokenizer.to_str()).encode()


@pytest.mark.parametrize(
    "content",
    [
        trained(
            models.BPE(unk_token="?", byte_fallback=True),
            trainers.BpeTrainer(vocab_size=80, special_tokens=["?"]),
            normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
            None,
        ),
        trained(
            models.Unigram(),
            trainers.UnigramTrainer(vocab_size=40, unk_token="?", special_tokens=["?"]),
            normalizers.NFKC(),
            pre_tokenizers.Metaspace(),
        ),
        trained(
            models.WordPiece(unk_token="[UNK]"),
            trainers.WordPieceTrainer(vocab_size=60, special_tokens=["[UNK]"]),
            normalizers.BertNormalizer(),
            pre_tokenizers.BertPreTokenizer(),
        ),
        *(
            trained(
                models.BPE(),
                trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
                None,
                pre_tokenizers.Sequence(
                    [
                        pre_tokenizers.Split(Regex(pattern), "isolated"),
                        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
                    ]
                ),
            )
            for pattern in sorted(SPLIT_PATTERNS)
        ),
    ],
    ids=["llama 2", "unigram", "wordpiece", *(f"pattern {n}" for n in range(len(SPLIT_PATTERNS)))],
)
def test_tokenizers_of_all_kinds_are_used(content: bytes) -> None:
    own = Tokenizer.from_str(content.decode())
    found = counter(content)
    assert found.basis("x") == "models/tokenizer.json"
    texts = [text for text in [*TEXTS, *WORDS] if "\ud800" not in text]
    assert found.count_many(texts, "x") == [len(own.encode(text, add_special_tokens=False)) for text in texts]


@pytest.mark.slow
def test_o200k_written_as_a_tokenizer_json_counts_what_tiktoken_counts(tmp_path: Path) -> None:
    from transformers.convert_slow_tokenizer import TikTokenConverter

    converter: Any = TikTokenConverter
    tokenizer = converter(vocab_file=str(RANKS / O200K.file), pattern=O200K.pattern).converted()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    found = counter((tmp_path / "tokenizer.json").read_bytes())
    assert found.basis("gpt-4o") == "models/tokenizer.json"
    texts = [text for text in TEXTS if "<|" not in text and "\ud800" not in text]
    assert found.count_many(texts, "gpt-4o") == TiktokenCounter().count_many(texts, "gpt-4o")


def test_what_only_training_or_asking_needs_is_left_out() -> None:
    def cut(file: dict[str, Any]) -> None:
        file["truncation"] = {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}
        file["padding"] = {"strategy": {"Fixed": 99}, "direction": "Right", "pad_id": 0, "pad_type_id": 0,
                           "pad_token": "x", "pad_to_multiple_of": None}  # fmt: skip
        file["post_processor"] = {"type": "Nonsense"}
        file["decoder"] = {"type": "Nonsense"}

    text = "What is 12 + 30?"
    assert counter(changed(cut)).count(text, "x") == counter(TINY).count(text, "x") > 2


def with_normalizer(kind: str, **rest: Any) -> Callable[[dict[str, Any]], object]:
    return lambda file: file.update(normalizer={"type": kind, **rest})


def with_split(pattern: str) -> Callable[[dict[str, Any]], object]:
    part = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    return lambda file: file.update(pre_tokenizer=part)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (changed(with_split("(a+)+b")), "it splits words with a pattern that is not known to end"),
        (
            changed(with_normalizer("Replace", pattern={"String": "a"}, content="a" * 9)),
            "its normalizer 'Replace' is not one that is known to be harmless",
        ),
        (
            changed(with_normalizer("Replace", pattern={"Regex": "a*"}, content="b")),
            "its normalizer 'Replace' is not one that is known to be harmless",
        ),
        (
            changed(with_normalizer("Precompiled", precompiled_charsmap="AAAA")),
            "its normalizer 'Precompiled' is not one that is known to be harmless",
        ),
        (
            changed(with_normalizer("Sequence", normalizers=[{"type": "NFC"}] * 33)),
            "a sequence in it is not a short list of parts",
        ),
        (changed(lambda file: file["model"].update(dropout=0.1)), "it drops merges at random"),
        (
            changed(lambda file: file["model"]["vocab"].update({"a" * 2000: 9999})),
            "its vocabulary has tokens of more than 1,024 characters",
        ),
        (
            changed(lambda file: file.update(model={"type": "WordLevel"})),
            "its model is none of BPE, Unigram and WordPiece",
        ),
        (
            changed(lambda file: file.update(added_tokens=[{"content": ""}])),
            "it adds tokens that are no text, or too long",
        ),
        (b"not json", "it is not a JSON object"),
        (b"[" * 100_000, "it is not a JSON object"),
        (b'{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["x y"]}}', "it cannot be read: "),
    ],
)  # fmt: skip
def test_a_file_that_could_do_harm_is_not_run_and_the_basis_says_so(content: bytes, why: str) -> None:
    found = counter(content)
    assert found.basis("x").startswith(
        f"tiktoken o200k_base, approximate: models/tokenizer.json is not used, {why}"
    )
    assert found.count("hello world", "x") == 2


def test_a_file_that_is_too_big_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tame, "MAX_BYTES", 100)
    assert "the limit is 100" in counter(TINY).basis("x")


def test_it_can_be_sent_to_another_process() -> None:
    sent = pickle.loads(pickle.dumps(counter(TINY)))
    assert sent.count("What is 12 + 30?", "x") == counter(TINY).count("What is 12 + 30?", "x")


def test_without_the_extra_it_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(UsageError) as caught:
        InstalledTokenizers().of_file(TINY, "models/tokenizer.json")
    assert caught.value.code is Code.EXTRA_MISSING
    assert caught.value.hint == 'pip install "mist-ci[tokenizers]"'
