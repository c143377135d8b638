"""Claims: what a grader's manual page says is so."""

import pytest

from mist_ci.errors import Where
from mist_ci.matchspec.graders import AskingGrader, Grader, every_kind, grader, specify
from mist_ci.matchspec.graders.grader import Example
from mist_ci.matchspec.graders.modelled import ModelGrader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample

HERE = Where("suites/qa.yml", 3, field="graders[0]")
EXAMPLES = [(one, example) for one in every_kind() for example in one.examples]


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_every_example_of_the_manual_scores_what_it_says(kind: type[Grader], example: Example) -> None:
    one = grader(specify({kind.name: dict(example.options)}, HERE))
    answer = example.answer if isinstance(example.answer, Answer) else Answer(example.answer)
    sample = Sample(key="", id="", messages=(), expected=example.expected, choices=example.choices)
    assert one.refuse(sample) is None
    assert one.grade(answer, sample) == pytest.approx(example.score, abs=5e-5)


PURE = [one for one in every_kind() if not issubclass(one, AskingGrader | ModelGrader)]


@pytest.mark.parametrize("kind", PURE)
def test_a_manual_shows_a_right_and_a_wrong_answer_and_every_option(kind: type[Grader]) -> None:
    scores = [example.score for example in kind.examples]
    assert min(scores) < 1
    assert max(scores) == 1
    shown = {option for example in kind.examples for option in example.options}
    fields = {field.alias or name: field for name, field in kind.model_fields.items()}
    assert {name for name, field in fields.items() if field.annotation is bool} <= shown <= set(fields)
