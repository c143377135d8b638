"""Claims: whatever a grader accepts it scores from 0 to 1, whatever a model says, in a time that grows with it only."""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from mist_ci.errors import Where
from mist_ci.matchspec.graders import AskingGrader, CannotGrade, Grader, every_kind, grader, specify
from mist_ci.matchspec.graders.assertions import Assertions
from mist_ci.matchspec.graders.modelled import ModelGrader
from mist_ci.matchspec.graders.regex import Regex
from mist_ci.models.answer import Answer
from mist_ci.models.suite import GraderOptions, Sample, ToolCall

HERE = Where("suites/qa.yml")
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "regex": [{}, {"pattern": "(a+)+$"}, {"full": True}],
    "numeric": [
        {},
        {"units": True, "tolerance": 1e-9},
        {"decimal_comma": True, "first": True, "relative": 1e300},
    ],
    "json_schema": [{}, {"schema": {"type": "object"}}],
    "json_fields": [{}, {"any_order": True, "ignore_case": True, "tolerance": 1.0, "relative": 0.5}],
    "tool_call": [{}, {"partial": True, "ordered": True}, {"partial": True, "arguments": "subset"}],
    "choice_logprob": [{}, {"probability": True}],
    "instructions": [{}, {"strict": True}],
    "composite": [{"graders": ["exact", "token_f1"]}, {"graders": ["contains"], "combine": "all"}],
}
MADE = [
    grader(specify({one.name: options}, HERE))
    for one in every_kind()
    for options in OPTIONS.get(one.name, [{}])
    if not issubclass(one, AskingGrader | ModelGrader)
]


def named(one: Grader) -> str:
    return f"{one.name} {one.model_dump(exclude_defaults=True)}"[:60]


def sample(expected: Any, choices: tuple[str, ...] = ()) -> Sample:
    return Sample(key="", id="", messages=(), expected=expected, choices=choices)


odd = st.text(st.characters(), max_size=40) | st.sampled_from(
    [
        "\ud800",
        "A",
        "B) x",
        "(a+)+$",
        "```json\n{}\n```",
        "1e999",
        "-0",
        "{",
        "[1, 2.0]",
        "½",
        "12 km",
        "\\boxed{",
        "nan",
        "true",
    ]
)
numbers = st.text("0123456789.,+-eE/: %$\u0663\uff15½km", max_size=30)
texts = odd | numbers | st.text("ABCD().:*\n answeris", max_size=40)
plain = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
json = st.recursive(
    plain,
    lambda part: st.lists(part, max_size=3) | st.dictionaries(texts, part, max_size=3),
    max_leaves=8,
)
instructions = st.fixed_dictionaries(
    {
        "instruction": st.sampled_from(
            ["words", "bullets", "json", "uppercase", "no_commas", "sentences", "lines"]
        )
    },
    optional={"n": st.integers(-1, 3)},
)
calls = st.fixed_dictionaries(
    {"name": texts}, optional={"arguments": st.dictionaries(texts, json, max_size=2)}
)
expectations = (
    plain
    | st.lists(texts, max_size=3).map(tuple)
    | st.lists(json | instructions | calls, max_size=3).map(tuple)
    | st.dictionaries(texts, json, max_size=3)
    | calls
)
answers = st.builds(
    Answer,
    texts | json.map(repr),
    st.lists(st.builds(ToolCall, name=texts, arguments=texts | st.just("{}")), max_size=3).map(tuple),
    refusal=st.booleans(),
    first_logprobs=st.dictionaries(texts, st.floats(max_value=0.0) | st.just(math.nan), max_size=4),
)
choices = st.lists(texts, max_size=4).map(tuple) | st.just(("Rome", "Paris", "Oslo"))


def score(one: Grader, answer: Answer, wanted: Sample) -> float | None:
    """None where the grader says that there can be no score."""
    try:
        return one.grade(answer, wanted)
    except CannotGrade:
        return None


@pytest.mark.slow
@pytest.mark.parametrize("one", MADE, ids=named)
@given(answer=answers, expected=expectations, offered=choices)
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_grader_accepts_it_scores_from_0_to_1(
    one: Grader, answer: Answer, expected: Any, offered: tuple[str, ...]
) -> None:
    wanted = sample(expected, offered)
    if one.refuse(wanted) is None:
        first = score(one, answer, wanted)
        assert first is None or (math.isfinite(first) and 0 <= first <= 1)
        assert score(one, answer, wanted) == first


TEXTUAL = {"exact", "contains", "prefix", "suffix", "token_f1", "edit_distance", "rouge_l", "chrf"}
BY_TEXT = [one for one in MADE if one.name in TEXTUAL]


@pytest.mark.parametrize("one", BY_TEXT, ids=named)
@given(expected=texts | st.integers(-(2**53), 2**53))
@settings(deadline=None, max_examples=60)
def test_the_expected_text_is_a_right_answer(one: Grader, expected: str | int) -> None:
    if one.refuse(sample(expected)) is None:
        assert one.score(str(expected), expected) == pytest.approx(1)


NUMERIC = [one for one in MADE if one.name == "numeric"]


@given(expected=numbers | st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300))
@settings(deadline=None, max_examples=300)
def test_the_expected_number_is_a_right_answer_as_it_is_written(expected: str | float) -> None:
    for one in NUMERIC[:2]:
        if one.refuse(sample(expected)) is None:
            assert one.score(f"The answer is {expected}.", expected) == 1


CHOICE = next(one for one in MADE if one.name == "choice")


FORMS = [
    "{letter}",
    "({letter})",
    "**{letter}**",
    "Answer: {letter}",
    "The answer is {letter}.",
    "{letter}) {text}",
]
a_choice = st.text("abcdefgh XY-019", min_size=1, max_size=12)


@pytest.mark.parametrize("form", [*FORMS, "{text}", "The answer is {text}."])
@given(offered=st.lists(a_choice, min_size=2, max_size=6, unique=True).map(tuple), data=st.data())
@settings(deadline=None, max_examples=60)
def test_every_usual_form_of_an_answer_picks_its_choice(
    form: str, offered: tuple[str, ...], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(offered) - 1))
    wanted = sample("ABCDEF"[index], offered)
    if CHOICE.refuse(wanted) is None:
        answer = Answer(form.format(letter="ABCDEF"[index], text=offered[index]))
        assert CHOICE.grade(answer, wanted) == 1


LONG = 100_000
HUGE = {
    "one letter": "a" * LONG,
    "digits": "9" * LONG,
    "grouped digits": "1,111" + ",111" * (LONG // 4),
    "fractions": "1/2 " * (LONG // 4),
    "dots": "." * LONG,
    "brackets": "[" * LONG,
    "deep JSON": "[" * 10_000 + "]" * 10_000,
    "a wide list": "[" + "1," * (LONG // 2) + "1]",
    "fences that never close": "```json\n" * (LONG // 8),
    "boxes that never close": "\\boxed{" * (LONG // 7),
    "blank lines": "\n" * LONG,
    "spaces": "a" + " " * LONG + "b",
    "answers": "the answer is " * (LONG // 14),
    "letters": "A) " * (LONG // 3),
    "stars": "*" * LONG,
    "quotes": '"' * LONG,
    "sentences": "a. " * (LONG // 3),
    "surrogates": "\ud800" * LONG,
    "Chinese": "我无法" * (LONG // 3),
    "excuses": "sorry, " * (LONG // 7),
}
EXPECTED: dict[str, tuple[Any, tuple[str, ...]]] = {
    "numeric": (42, ()),
    "choice": ("B", ("Rome", "Paris")),
    "choice_logprob": ("B", ("Rome", "Paris")),
    "json_schema": ({"type": "array", "items": {"type": "string", "pattern": "^(a+)+$"}}, ()),
    "json_fields": ({"a": 1, "b": [1, 2, 3]}, ()),
    "tool_call": ({"name": "f", "arguments": {}}, ()),
    "regex": (r"(a*)*(a|aa)+\d{5}$", ()),
    "refusal": (True, ()),
    "instructions": (
        tuple(
            [
                {"instruction": name, "n": 3}
                for name in ("words", "sentences", "bullets", "paragraphs", "lines")
            ]
            + [{"instruction": name} for name in ("json", "quoted", "uppercase", "no_commas")]
            + [
                {"instruction": "contains", "texts": ["a" * 40, "b"]},
                {"instruction": "numbered_list", "n": 3},
            ]
        ),
        (),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", HUGE)
def test_long_answers_are_graded_whatever_they_are(what: str) -> None:

    for one in MADE:
        expected, offered = EXPECTED.get(one.name, ("a" * 40 + " b 3", ()))
        wanted = sample(expected, offered)
        if one.refuse(wanted) is not None:
            continue
        call = ToolCall(name="f", arguments=HUGE[what])
        given_score = score(one, Answer(HUGE[what], (call,)), wanted)
        assert given_score is None or 0 <= given_score <= 1


CONTAINS_JSON: tuple[JsonValue, ...] = ({"type": "contains-json"},)


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["{" * 100_000, '{"' * 100_000, '{"a":' * 20_000, '{"a":[1,' * 20_000])
def test_an_answer_of_braces_holds_nobody_up(answer: str) -> None:
    """Looking for JSON at every brace is a matter of minutes: there is no score, and that is no 0."""
    sample = Sample(key="", id="", messages=(), expected=CONTAINS_JSON)
    with pytest.raises(CannotGrade, match="too many braces"):
        Assertions().grade(Answer(answer), sample)


def test_a_schema_and_an_answer_that_take_minutes_together_are_no_score() -> None:
    schema: GraderOptions = {"allOf": [{"type": "array"}] * 2_000}
    expected: tuple[JsonValue, ...] = ({"type": "is-json", "value": schema},)
    sample = Sample(key="", id="", messages=(), expected=expected)
    with pytest.raises(CannotGrade, match="too long for its schema"):
        Assertions().grade(Answer("[" + "1," * 500_000 + "1]"), sample)


def test_a_pattern_that_fills_the_memory_is_refused_when_the_suite_is_loaded() -> None:
    pattern = r"((x[a-zA-Z\p{L}]{1,20}){20})"
    sample = Sample(key="", id="", messages=(), expected=pattern)
    assert "pattern too large" in (Regex().refuse(sample) or "")
    asserts = sample.model_copy(update={"expected": ({"type": "regex", "value": pattern},)})
    assert "pattern too large" in (Assertions().refuse(asserts) or "")
