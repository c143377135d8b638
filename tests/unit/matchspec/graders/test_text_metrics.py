"""Claims: the measures of text agree with the packages that made them known, and a missing package is one error."""

import importlib.util
import json
from pathlib import Path

import pytest

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec import graders
from mist_ci.matchspec.graders.chrf import Chrf
from mist_ci.matchspec.graders.edit_distance import EditDistance
from mist_ci.matchspec.graders.lengths import MOST_EXPECTED
from mist_ci.matchspec.graders.rouge_l import RougeL
from mist_ci.matchspec.graders.token_f1 import TokenF1
from mist_ci.matchspec.graders.words import tokens
from mist_ci.models.suite import Sample

HERE = Where("suites/qa.yml", 3)
ROUGE = json.loads(Path(__file__).with_name("rouge_l.json").read_text(encoding="utf-8"))
"""Pairs of texts with what rouge-score 0.1.2 says of them: precision, recall, F1."""


@pytest.mark.parametrize(("expected", "answer", "scores"), ROUGE)
def test_rouge_l_is_what_the_package_rouge_score_says(
    expected: str, answer: str, scores: list[float]
) -> None:
    measured = [RougeL(measure=one).score(answer, expected) for one in ("precision", "recall", "f1")]
    assert measured == pytest.approx(scores)


def test_rouge_l_counts_the_words_of_every_script() -> None:
    assert RougeL().score("Кот сидит", "кот спит") == 0.5
    assert RougeL().score("東京都", "東京") == pytest.approx(0.8)
    assert RougeL().score("cafe", "café") == 0


@pytest.mark.parametrize("options", [{}, {"word_order": 2}, {"beta": 1}, {"ignore_case": True}])
def test_chrf_is_what_sacrebleu_says(options: dict[str, int]) -> None:
    from sacrebleu.metrics.chrf import CHRF

    names = {"word_order": "word_order", "beta": "beta", "ignore_case": "lowercase"}
    metric = CHRF(**{names[name]: value for name, value in options.items()})  # type: ignore[arg-type]
    for expected, answer, _ in ROUGE:
        score = metric.sentence_score(answer, [expected]).score / 100
        assert Chrf.model_validate(options).score(answer, expected) == pytest.approx(score)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat, a DOG!", ["cat", "dog"]),
        ("don't", ["dont"]),
        ("the", ["the"]),
        ("$5 + ﬁve", ["5", "five"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("東京 tower", ["東", "京", "tower"]),
        ("สวัสดี", list("สวัสดี")),
        ("", []),
        ("?!", []),
    ],
)
def test_words_are_compared_without_what_nobody_means(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_f1_counts_a_word_as_often_as_both_have_it() -> None:
    assert TokenF1().score("cat cat cat", "cat cat dog") == pytest.approx(2 / 3)
    assert TokenF1().score("", "?") == 1
    assert TokenF1().score("x", "?") == 0


@pytest.mark.parametrize("one", [EditDistance(), RougeL(), Chrf()])
def test_very_long_expectations_are_refused(one: graders.Grader) -> None:
    def refuse(text: str) -> str | None:
        return one.refuse(Sample(key="", id="", messages=(), expected=text))

    assert refuse("a " * (MOST_EXPECTED // 2)) is None
    assert refuse("a " * MOST_EXPECTED) is not None


def test_a_missing_package_is_one_error_at_load_that_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    for entry in ("chrf", {"composite": {"graders": ["exact", "chrf"]}}):
        with pytest.raises(ConfigError) as caught:
            graders.specify(entry, HERE)  # type: ignore[arg-type]
        assert (caught.value.code, caught.value.where) == (Code.EXTRA_MISSING, HERE)
        assert (
            caught.value.hint == "it comes with the extra 'text-metrics': pip install 'mist-ci[text-metrics]'"
        )
    graders.specify("exact", HERE)
