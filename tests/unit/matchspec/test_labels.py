"""Claims: what people said is read exactly, or refused with its line."""

import json

import pytest

from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec import Labels, load, read, read_labels
from mist_ci.models.suite import Suite
from tests.fakes import InlineExecutor, MemoryTree
from tests.judging import JUDGE


def suite() -> Suite:
    rows = '[{id: a, input: "one"}, {id: b, input: "two"}]'
    grader = f"[{{judge: {{provider: p, model: {JUDGE}, criteria: [is it]}}}}]"
    text = f"version: 1\nname: qa\nprompt: 'Say {{{{ input }}}}.'\nsamples: {rows}\ngraders: {grader}\n"
    return load(read(MemoryTree({"qa.yml": text}), "qa.yml"), InlineExecutor())


def labels(*rows: object, pairs: bool = False) -> Labels:
    data = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in rows)
    return read_labels(data.encode(), "labels.jsonl", suite(), pairs=pairs)


@pytest.mark.parametrize(
    ("label", "score"), [("pass", 1), ("fail", 0), (True, 1), (False, 0), (0.25, 0.25), (1.0, 1)]
)
def test_a_label_is_a_word_true_or_false_or_a_score(label: object, score: float) -> None:
    (one,) = labels({"sample": "a", "output": "1", "label": label}).answers
    assert (one.sample.id, one.output, one.score) == ("a", "1", score)


@pytest.mark.parametrize("text", ["one", "Say one."])
def test_a_sample_is_found_by_its_input_too(text: str) -> None:
    assert labels({"input": text, "output": "1", "label": "pass"}).answers[0].sample.id == "a"


def test_of_several_raters_the_mean_counts_and_a_tie_is_left_out() -> None:
    row = {"sample": "a", "output": "1"}
    said = [("x", "pass"), ("y", "pass"), ("z", "fail")]
    found = labels(*({**row, "rater": rater, "label": label} for rater, label in said))
    assert found.answers[0].score == pytest.approx(2 / 3)
    split = labels(
        *({**row, "rater": rater, "label": label} for rater, label in said[1:]),
        {"sample": "b", "output": "2", "label": 0.5},
    )
    assert [one.sample.id for one in split.answers] == ["b"]
    assert split.split == 1


def test_pairs_have_another_answer_and_ties_are_left_out() -> None:
    row = {"sample": "a", "output": "1", "other": "2"}
    found = labels({**row, "label": "better"}, {**row, "output": "3", "label": "tie"}, pairs=True)
    assert [(one.other, one.score) for one in found.answers] == [("2", 1.0)]


@pytest.mark.parametrize(
    ("rows", "code", "line", "words"),
    [
        (["{"], Code.SYNTAX, 1, "not valid JSON"),
        ([{"sample": "a", "output": "1"}], Code.MISSING_KEY, 1, "label"),
        ([{"sample": "a", "output": "1", "label": "good"}], Code.WRONG_VALUE, 1, "label"),
        ([{"sample": "a", "output": "1", "label": 2.0}], Code.WRONG_VALUE, 1, "label"),
        ([{"sample": "a", "output": "1", "lable": "pass", "label": "pass"}], Code.UNKNOWN_KEY, 1, "lable"),
        ([{"output": "1", "label": "pass"}], Code.BAD_SAMPLE, 1, "either `sample` or `input`"),
        (["", {"sample": "c", "output": "1", "label": "pass"}], Code.UNKNOWN_NAME, 2, "has no sample 'c'"),
        ([{"sample": "a", "output": "1", "label": "pass"}] * 2, Code.DUPLICATE, 2, "a label already"),
        ([{"sample": "a", "output": "1", "other": "2", "label": "pass"}], Code.BAD_SAMPLE, 1, "no `other`"),
        ([], Code.BAD_SAMPLE, None, "no labels"),
    ],
)
def test_anything_else_is_one_error_with_its_line(
    rows: list[object], code: Code, line: int | None, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        labels(*rows)
    assert caught.value.code is code
    assert caught.value.where is not None
    assert (caught.value.where.file, caught.value.where.line) == ("labels.jsonl", line)
    assert words in f"{caught.value.message} {caught.value.where} {caught.value.hint}"
