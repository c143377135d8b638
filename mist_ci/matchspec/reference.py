"""The answer that a sample expects, as a model would give it, and what graders make of answers nobody gave."""

import json

from mist_ci.matchspec.graders import Grader
from mist_ci.matchspec.graders.labels import LABELS, expected_choice, refuse_but_choices
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample, ToolCall


def reference_answer(sample: Sample) -> Answer | None:
    """The first right answer; None where none is written down: assertions, instructions, that nothing is called."""
    expected = sample.expected
    if sample.choices and refuse_but_choices(sample) is None:
        return Answer(LABELS[expected_choice(sample)])
    if sample.tools:
        return _calls(expected)
    if isinstance(expected, dict):
        return None if "assert" in expected else Answer(json.dumps(expected, ensure_ascii=False))
    first = expected[0] if isinstance(expected, tuple) and expected else expected
    if isinstance(first, bool):
        return Answer(str(first).lower())
    return Answer(str(first)) if isinstance(first, str | int | float) else None


def _calls(expected: object) -> Answer | None:
    wanted = [expected] if isinstance(expected, dict) else expected
    calls = [
        ToolCall(name=str(one["name"]), arguments=json.dumps(one.get("arguments", {}), ensure_ascii=False))
        for one in (wanted if isinstance(wanted, tuple | list) else [])
        if isinstance(one, dict) and "name" in one
    ]
    return Answer("", tuple(calls), "tool_calls") if calls else None


def what_it_scores(grader: Grader, answer: Answer, sample: Sample) -> float | None:
    """The score of an answer; None where the grader has none to give without a server."""
    if grader.needs_logprobs:
        return None
    try:
        return grader.grade(answer, sample)
    except Exception:  # noqa: BLE001 - whatever a grader does with an answer of ours, it is no finding about the suite
        return None
