"""assertions: what promptfoo asserts of an answer, test by test."""

import json
from collections.abc import Iterator, Mapping
from typing import ClassVar

import re2
from pydantic import JsonValue

from mist_ci.matchspec.graders.assertion_checks import CHECKS, compiled_schema, texts
from mist_ci.matchspec.graders.grader import Example, Grader
from mist_ci.matchspec.graders.regex import compiled
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Expected, Sample
from mist_ci.parsing.document import nearest

Path = tuple[str | int, ...]

_KEYS = {"type", "value", "weight", "threshold", "metric"}
_SET_KEYS = {"type", "assert", "weight", "threshold", "metric"}
_NOT, _SET = "not-", "assert-set"
_ASK_A_MODEL = frozenset({
    "similar", "llm-rubric", "model-graded-closedqa", "model-graded-factuality", "factuality", "answer-relevance",
    "context-recall", "context-relevance", "context-faithfulness", "g-eval", "select-best", "max-score", "classifier",
    "moderation", "pi", "search-rubric", "conversation-relevance", "agent-rubric", "perplexity", "perplexity-score",
})  # fmt: skip
_RUN_CODE = frozenset({"javascript", "python", "ruby", "webhook"})
_TWO: tuple[JsonValue, ...] = (
    {"type": "icontains", "value": "paris"},
    {"type": "equals", "value": "Paris"},
)


class Assertions(Grader):
    """The weighted mean of a sample's assertions, each 1 when it holds and 0 when it does not, as promptfoo scores.

    `expected` is a list of assertions, or a mapping with the list as `assert` and a `threshold`. An assertion has a
    `type`, a `value` and maybe a `weight` (1 unless given; 0 takes it out of the score). Types: `equals`, `contains`,
    `icontains`, `contains-any`, `contains-all`, `icontains-any`, `icontains-all`, `starts-with`, `regex`, `is-json`,
    `contains-json` (both with a JSON Schema where `value` has one), the same with `not-` in front, and `assert-set`,
    a list of its own. Suites whose data is a promptfoo file have this grader where they name none (docs/suites.md).

    `all_or_nothing` gives 1 where promptfoo says that the test passed (every assertion holds, or the mean reaches
    the `threshold`) and else 0. Patterns are RE2's, which know neither look-around nor back-references. Assertions
    that ask a model or run code are refused when the suite is loaded.
    """

    name: ClassVar[str] = "assertions"
    version: ClassVar[int] = 1

    examples: ClassVar[tuple[Example, ...]] = (
        Example("Paris.", ({"type": "icontains", "value": "paris"},), 1),
        Example("Paris.", _TWO, 0.5),
        Example("Paris.", _TWO, 0, {"all_or_nothing": True}),
        Example("Paris.", {"assert": list(_TWO), "threshold": 0.5}, 1, {"all_or_nothing": True}),
        Example("Lyon", ({"type": "not-contains", "value": "Paris"},), 1),
    )

    all_or_nothing: bool = False
    """1 where the whole test passed and else 0, instead of the mean."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """In [0, 1].

        >>> asserts = [{"type": "icontains", "value": "paris"}, {"type": "equals", "value": "Paris"}]
        >>> Assertions().score("Paris.", {"assert": asserts})
        0.5
        """
        score, passed = _judge(_as_set(sample.expected), answer.text)
        return float(passed) if self.all_or_nothing else score

    def refuse(self, sample: Sample) -> str | None:
        """The first assertion that cannot be checked, and why."""
        for path, reason in problems(_as_set(sample.expected)):
            place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
            return f"{place}: {reason}" if place else reason
        return None


def _as_set(expected: Expected) -> Mapping[str, JsonValue]:
    if isinstance(expected, dict):
        return expected
    return {"assert": list(expected) if isinstance(expected, tuple | list) else None}


def _judge(group: Mapping[str, JsonValue], text: str) -> tuple[float, bool]:
    """Weighted mean, and whether all hold or the mean reaches the threshold."""
    total = weights = 0.0
    passed = True
    asserts = group.get("assert")
    for one in asserts if isinstance(asserts, list) else []:
        assert isinstance(one, dict)  # noqa: S101 - `problems` has looked at it
        weight = _number(one.get("weight"), 1.0)
        score, holds = _judge(one, text) if one["type"] == _SET else _check(one, text)
        total, weights = total + weight * score, weights + weight
        passed = passed and (holds or weight == 0)
    mean = total / weights if weights else 0.0
    threshold = group.get("threshold")
    return mean, passed if threshold is None else mean >= _number(threshold, 0.0)


def _check(one: Mapping[str, JsonValue], text: str) -> tuple[float, bool]:
    kind = str(one["type"])
    holds = CHECKS[kind.removeprefix(_NOT)](text, one.get("value")) != kind.startswith(_NOT)
    return float(holds), holds


def _number(value: JsonValue, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default


def problems(group: Mapping[str, JsonValue]) -> Iterator[tuple[Path, str]]:
    """Why assertions cannot be checked: the path of each reason, from the mapping that holds them."""
    for key in sorted(set(group) - _SET_KEYS):
        yield (key,), f"an unknown key; {nearest(key, sorted(_SET_KEYS))}"
    threshold = group.get("threshold")
    if threshold is not None and not _is_number(threshold):
        yield ("threshold",), "must be a number"
    asserts = group.get("assert")
    if not isinstance(asserts, list) or not asserts:
        yield (), "expected must be a list of assertions, and not an empty one"
        return
    for index, one in enumerate(asserts):
        for path, reason in _problems_of(one):
            yield ("assert", index, *path), reason


def _problems_of(one: JsonValue) -> Iterator[tuple[Path, str]]:
    if not isinstance(one, dict) or not isinstance(one.get("type"), str):
        yield (), "an assertion is a mapping with a `type`"
        return
    weight = one.get("weight")
    if weight is not None and not (_is_number(weight) and _number(weight, -1.0) >= 0):
        yield ("weight",), "must be a number from 0 on"
    if one["type"] == _SET:
        yield from problems(one)
        return
    if reason := _unsupported(str(one["type"])):
        yield ("type",), reason
        return
    for key in sorted(set(one) - _KEYS):
        yield (key,), f"promptfoo's {key!r} is not understood here: take it out"
    if reason := _wrong_value(str(one["type"]).removeprefix(_NOT), one.get("value")):
        yield ("value",), reason


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unsupported(kind: str) -> str | None:
    plain = kind.removeprefix(_NOT)
    if plain in CHECKS:
        return None
    if plain in _ASK_A_MODEL:
        return f"{kind!r} is not deterministic: it needs a model as judge; use a grader that asks one, or take it out"
    if plain in _RUN_CODE:
        return (
            f"{kind!r} runs code, and code in a suite would run before anybody has looked at it: take it out"
        )
    known = nearest(plain, sorted(CHECKS)) or ""
    return f"assertions of type {kind!r} are not understood; {known}"


def _wrong_value(kind: str, value: JsonValue) -> str | None:
    """Why a value does not go with its type. One that names variables is looked at again when they are filled in."""
    if kind in {"is-json", "contains-json"}:
        return _wrong_schema(value)
    if kind.endswith(("-any", "-all")):
        return _wrong_list(value)
    return _wrong_text(kind, value)


def _wrong_text(kind: str, value: JsonValue) -> str | None:
    if kind == "equals":
        return None if value is not None else "has to be there"
    if kind in {"starts-with", "regex"} and not isinstance(value, str):
        return "must be a text"
    if value is None or isinstance(value, list | dict | bool) or not str(value):
        return "must be a text or a number, and not empty: an empty text occurs in every answer"
    if kind == "regex" and "{{" not in str(value):
        return _wrong_pattern(str(value))
    return None


def _wrong_list(value: JsonValue) -> str | None:
    given = texts(value)
    if not given:
        return "must be a list of texts, or texts between commas; a quoted one ends with its quote"
    return None if all(given) else "must not hold an empty text, which occurs in every answer"


def _wrong_pattern(pattern: str) -> str | None:
    try:
        compiled(pattern)
    except re2.error as error:
        return f"is no pattern of RE2 ({error}): it knows neither look-around nor back-references"
    return None


def _wrong_schema(value: JsonValue) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, dict):
        return "must be a JSON Schema, as a mapping"
    try:
        compiled_schema(json.dumps(value, sort_keys=True))
    except (ValueError, TypeError) as error:
        return f"is no JSON Schema: {str(error)[:200]}"
    return None
