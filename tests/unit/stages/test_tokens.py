"""Claims: a model's tokens are counted with the tokenizer.json that its reference names, where it can be used."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from mist_ci.models.report import Report
from mist_ci.models.suite import ChatMessage
from mist_ci.pipeline import Ask, run_gates
from mist_ci.ports.accounting import NoTokenizers, TokenCounter, Tokenizers
from tests.fakes import Answer, Commit, FakeModels, MemoryFiles, completion, world
from tests.unit.test_pipeline import BASE, policy, reference

FILE = "models/tokenizer.json"


@dataclass
class Syllables:
    """As many tokens of each word as the file says; a file of 0 cannot be used."""

    each: int = 1

    def of_file(self, content: bytes, file: str) -> TokenCounter:
        del file
        return Syllables(int(content))

    def basis(self, model: str) -> str:
        del model
        return FILE if self.each else f"tiktoken o200k_base, approximate: {FILE} is not used"

    def count(self, text: str, model: str) -> int:
        del model
        return len(text.split()) * max(1, self.each)

    def count_many(self, texts: Sequence[str], model: str) -> list[int]:
        return [self.count(text, model) for text in texts]


def gated(at_base: str, at_head: str, tokenizers: Tokenizers) -> Report:
    def answer(model: str, messages: Sequence[ChatMessage]) -> Answer:
        del messages
        each = int(at_head if "-02-" in model else at_base) or 1
        return completion("one two three", tokens_in=2 * each, tokens_out=3 * each)

    named = f"tokenizer: {FILE}\n"
    without_data = policy("datasets:\n  sft: {path: data/*.jsonl, model: bot}\n", "")
    base: Commit = {
        **BASE,
        **without_data,
        "models/bot.yml": reference("good-2026-01-01") + named,
        FILE: at_base,
    }
    head: Commit = {**base, "models/bot.yml": reference("good-2026-02-01") + named, FILE: at_head}
    outside = world(files=MemoryFiles(base, head), models=FakeModels(answer))
    (report,) = run_gates(replace(outside, tokenizers=tokenizers), Ask("main", "head"))
    return report


def test_each_side_is_counted_with_its_own_file_and_what_the_file_does_to_answers_is_told() -> None:
    report = gated("1", "2", Syllables())
    assert [(one.counter, one.is_worth_telling) for one in report.token_checks] == [
        (FILE, False),
        (f"{FILE} of head", False),
    ]
    (told,) = report.inference
    assert told.lengths == (
        f"tokens of an answer, +3.0 in all: +3.0 by another tokenizer ({FILE} of head at head, {FILE} at base: head's "
        "answers counted with both)"
    )


@pytest.mark.parametrize("tokenizers", [Syllables(), NoTokenizers()], ids=["no use", "no extra"])
def test_where_the_file_is_of_no_use_a_name_has_to_do_and_the_gate_goes_on(tokenizers: Tokenizers) -> None:
    report = gated("0", "0", tokenizers)
    assert len(report.token_checks) == 2
    assert report.problem is None
    assert all(one.lengths is None for one in report.inference)
