"""Claims: a grader gives a finite score in [0, 1] for whatever a model says, and says why it cannot."""

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.graders import Grader, every_kind, grader, specify
from mist_ci.matchspec.grading import grade
from mist_ci.models.answer import Answer
from mist_ci.models.attempt import AttemptStatus
from mist_ci.models.suite import Expected, GraderEntry, GraderOptions, Sample
from tests.fakes import completion

HERE = Where("suites/qa.yml", 3, field="graders[0]")


def sample(expected: Expected) -> Sample:
    return Sample(key="", id="", messages=(), expected=expected)


def made(entry: GraderEntry) -> Grader:
    return grader(specify(entry, HERE))


CASE: GraderOptions = {"ignore_case": True}
SPACE: GraderOptions = {"ignore_whitespace": True}
DOT: GraderOptions = {"ignore_final_punctuation": True}


@pytest.mark.parametrize(
    ("entry", "output", "expected", "score"),
    [
        ("exact", "Paris", "Paris", 1),
        ("exact", "  Paris\n", "Paris", 1),
        ("exact", "paris", "Paris", 0),
        ("exact", "Paris.", "Paris", 0),
        ("exact", "Paris", ("Rome", "Paris"), 1),
        ("exact", "4", 4, 1),
        ("exact", "true", True, 1),
        ("exact", "True", True, 0),
        ("exact", "", "", 1),
        ("exact", "e\u0301", "é", 0),
        ({"exact": CASE}, "STRASSE", "straße", 1),
        ({"exact": SPACE}, "a \n b", "a b", 1),
        ({"exact": DOT}, "Paris!?", "Paris.", 1),
        ({"exact": None}, "Paris", "Paris", 1),
        ("contains", "It is Paris.", "Paris", 1),
        ("contains", "It is paris.", "Paris", 0),
        ("contains", "15", "5", 1),
        ({"contains": {"word": True}}, "15", "5", 0),
        ({"contains": {"word": True}}, "5, I think", "5", 1),
        ({"contains": {"word": True}}, "a.b", "a.b", 1),
        ({"contains": {"word": True}}, "axb", "a.b", 0),
        ({"contains": {"all": True}}, "red and blue", ("red", "blue"), 1),
        ({"contains": {"all": True}}, "red", ("red", "blue"), 0),
        ("contains", "red", ("red", "blue"), 1),
        ({"contains": CASE | SPACE}, "NEW\n york", "New York", 1),
        ("numeric", "4", "4", 1),
        ("numeric", "The answer is 1,299.", 1299, 1),
        ("numeric", "2 + 2 = 4.0", 4, 1),
        ("numeric", "4 because 2 + 2", 4, 0),
        ({"numeric": {"first": True}}, "4 because 2 + 2", 4, 1),
        ("numeric", "-3.5e2", -350, 1),
        ("numeric", "no number", 4, 0),
        ("numeric", "", 4, 0),
        ("numeric", "0.1", 0.1, 1),
        ("numeric", "0.30000000000000004", 0.3, 0),
        ({"numeric": {"tolerance": 0.5}}, "4.5", 4, 1),
        ({"numeric": {"tolerance": 0.5}}, "4.51", 4, 0),
        ({"numeric": {"relative": 0.1}}, "-110", -100, 1),
        ({"numeric": {"relative": 0.1}}, "-111", -100, 0),
        ("numeric", "12,34", 34, 1),
        ("numeric", "9" * 400, int("9" * 15), 0),
        ("numeric", "1e999", 4, 0),
    ],
)
def test_graders_by_example(entry: GraderEntry, output: str, expected: Expected, score: float) -> None:
    assert made(entry).score(output, expected) == score


ENTRIES: list[GraderEntry] = [
    "exact",
    "contains",
    "numeric",
    {"exact": CASE | SPACE | DOT},
    {"contains": CASE | SPACE | {"word": True, "all": True}},
    {"numeric": {"tolerance": 1e-9, "relative": 1e300, "first": True}},
]
texts = (
    st.text()
    | st.text(alphabet="0123456789.,+-eE \n\u0663\uff15")
    | st.sampled_from(["(a+)+$", "\\", "[", "nan", "inf"])
)
expectations: st.SearchStrategy[Expected] = st.one_of(
    texts,
    st.integers(-(2**53), 2**53),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(texts, max_size=3).map(tuple),
)


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=str)
@given(output=texts, expected=expectations)
@settings(deadline=None, max_examples=150)
def test_whatever_a_grader_accepts_it_scores_between_0_and_1(
    entry: GraderEntry, output: str, expected: Expected
) -> None:
    one = made(entry)
    if one.refuse(sample(expected)) is None:
        score = one.score(output, expected)
        assert math.isfinite(score)
        assert 0 <= score <= 1
        assert one.score(output, expected) == score


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=str)
@given(expected=texts | st.integers(-(2**53), 2**53))
@settings(deadline=None, max_examples=60)
def test_the_expectation_itself_is_a_right_answer(entry: GraderEntry, expected: str | int) -> None:
    one = made(entry)
    if one.name == "numeric" and isinstance(expected, str):
        return  # `1,2` is one number to expect and two in an answer
    if one.refuse(sample(expected)) is None:
        assert one.score(str(expected), expected) == 1


def test_a_number_of_a_million_digits_is_wrong_and_no_crash() -> None:
    assert made("numeric").score("9" * 1_000_001, 4) == 0


@pytest.mark.parametrize("expected", ["four", True, ("4", "5"), "", "nan", "inf", "1e9999999999999999999"])
def test_numeric_refuses_what_is_no_finite_number(expected: Expected) -> None:
    assert made("numeric").refuse(sample(expected)) is not None


@pytest.mark.parametrize("expected", ["", " ", (), ("a", "")])
def test_contains_refuses_what_occurs_in_every_answer(expected: Expected) -> None:
    assert made("contains").refuse(sample(expected)) is not None


@pytest.mark.parametrize(
    ("entry", "code", "words"),
    [
        ("exakt", Code.UNKNOWN_NAME, "did you mean 'exact'?"),
        ("magic", Code.UNKNOWN_NAME, "choice, choice_logprob, chrf"),
        ({"exact": {}, "contains": {}}, Code.WRONG_VALUE, "one grader per list item"),
        ({}, Code.WRONG_VALUE, "one grader per list item"),
        ({"as": "strict"}, Code.WRONG_VALUE, "one grader per list item"),
        ({"as": "a b", "exact": {}}, Code.WRONG_VALUE, "the name after `as` must be a name"),
        ({"exact": "strict"}, Code.WRONG_VALUE, "must be a mapping"),
        ({"regex": {"pattern": "(a"}}, Code.WRONG_VALUE, "is no pattern of RE2"),
        ({"json_schema": {"schema": {"type": "text"}}}, Code.WRONG_VALUE, "json_schema.schema"),
        ({"json_schema": {"shcema": {}}}, Code.UNKNOWN_KEY, "did you mean 'schema'?"),
        ({"exact": {"ignore_cse": True}}, Code.UNKNOWN_KEY, "did you mean 'ignore_case'?"),
        ({"exact": {"ignore_case": "yes"}}, Code.WRONG_VALUE, "exact.ignore_case"),
        ({"numeric": {"tolerance": -1}}, Code.WRONG_VALUE, "numeric.tolerance"),
        ({"numeric": {"tolerance": "inf"}}, Code.WRONG_VALUE, "numeric.tolerance"),
        ({"numeric": {"tolerance": None}}, Code.WRONG_VALUE, "numeric.tolerance"),
    ],
)
def test_a_grader_that_does_not_exist_like_this_is_refused(
    entry: GraderEntry, code: Code, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        specify(entry, HERE)
    assert (caught.value.code, caught.value.where) == (code, HERE)
    assert words in f"{caught.value.message} {caught.value.hint}"


def test_options_that_are_not_given_are_written_down_too() -> None:
    assert specify("exact", HERE).options == specify({"exact": {"ignore_case": False}}, HERE).options
    assert specify("exact", HERE).fingerprint.startswith("exact@1{")


def test_graders_have_names_versions_and_a_manual_page() -> None:
    assert len({one.name for one in every_kind()}) == len(every_kind())
    assert all(one.version >= 1 and one.__doc__ for one in every_kind())


class Crashing(Grader):
    """Fails on every answer."""

    name = "crashing"
    version = 1

    def grade(self, answer: Answer, sample: Sample) -> float:
        raise ZeroDivisionError(f"{answer.text} {sample.expected}")


class Generous(Grader):
    """Gives more than there is."""

    name = "generous"
    version = 1
    given: float = 1.5

    def grade(self, answer: Answer, sample: Sample) -> float:
        del answer, sample
        return self.given


EXACT = made("exact")


@pytest.mark.parametrize(
    ("answer", "status", "score", "reason"),
    [
        (completion("4"), AttemptStatus.SCORED, 1, ""),
        (completion("5"), AttemptStatus.SCORED, 0, ""),
        (completion("4", finish_reason=None), AttemptStatus.SCORED, 1, ""),
        (completion("4", finish_reason="length"), AttemptStatus.MODEL_FAILURE, 1, "finish_reason length"),
        (
            completion("", finish_reason="content_filter"),
            AttemptStatus.MODEL_FAILURE,
            0,
            "finish_reason content_filter",
        ),
        (completion("I can't", refusal=True), AttemptStatus.MODEL_FAILURE, 0, "refused"),
        (completion(" \n"), AttemptStatus.MODEL_FAILURE, 0, "empty answer"),
    ],
)
def test_an_improper_answer_counts_with_its_score_and_says_why(
    answer: object, status: AttemptStatus, score: float, reason: str
) -> None:
    graded = grade(answer, sample("4"), {"exact": EXACT}, "exact")  # type: ignore[arg-type]
    assert (graded.status, graded.score, graded.reason) == (status, score, reason)
    assert graded.status.counts


@pytest.mark.parametrize("score", [1.5, -0.1, math.nan, math.inf])
def test_a_score_outside_its_range_is_a_failure_of_the_grader_and_no_score(score: float) -> None:
    graded = grade(completion("4"), sample("4"), {"generous": Generous(given=score)}, "generous")
    assert (graded.status, graded.score, graded.scores) == (AttemptStatus.GRADER_FAILURE, None, {})
    assert "outside [0, 1]" in graded.reason
    assert not graded.status.counts


def test_a_crash_of_the_grader_that_decides_is_missing_and_never_a_zero() -> None:
    graded = grade(completion("4"), sample("4"), {"crashing": Crashing(), "exact": EXACT}, "crashing")
    assert (graded.status, graded.score) == (AttemptStatus.GRADER_FAILURE, None)
    assert graded.scores == {"exact": 1.0}
    assert "ZeroDivisionError" in graded.reason


def test_a_crash_of_a_diagnostic_grader_is_told_and_the_score_stands() -> None:
    graded = grade(completion("4"), sample("4"), {"crashing": Crashing(), "exact": EXACT}, "exact")
    assert (graded.status, graded.score) == (AttemptStatus.SCORED, 1)
    assert "grader crashing crashed" in graded.reason


def test_contains_with_words_takes_a_time_that_grows_with_the_answer_only() -> None:
    started = time.process_time()
    assert made({"contains": {"word": True}}).score("a" * 1_000_000, "a" * 40) == 0
    assert time.process_time() - started < 2


def test_a_refusal_is_no_failure_where_the_grader_asks_for_one() -> None:
    refused = completion("I can't", refusal=True)
    graders = {"refusal": made("refusal"), "exact": EXACT}
    graded = grade(refused, sample(expected=True), graders, "refusal")
    assert (graded.status, graded.score, graded.reason) == (AttemptStatus.SCORED, 1, "")
    assert grade(refused, sample(expected=True), graders, "exact").status is AttemptStatus.MODEL_FAILURE
    assert (
        grade(completion(""), sample(expected=False), graders, "refusal").status
        is AttemptStatus.MODEL_FAILURE
    )
