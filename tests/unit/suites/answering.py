"""Answers to samples, right and wrong ones, in the ways in which models give them."""

import json
from collections.abc import Iterator
from typing import Any

from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample, ToolCall
from tests.unit.suites.obeying import obey


def right(grader: str, sample: Sample) -> Iterator[Answer]:
    """Each of them deserves the full score."""
    expected: Any = sample.expected
    match grader:
        case "numeric":
            said = (f"{expected}", f"The answer is {expected}.", f"**{expected}**", f"{expected:,}")
            yield from map(Answer, (*said, f"3 + 4 = 7, and so on.\n\n{expected}"))
        case "exact":
            for text in expected if isinstance(expected, tuple) else (expected,):
                yield from map(Answer, (text, f" {text}\n"))
        case "choice":
            letter = "ABCDEF"[sample.choices.index(expected)]
            said = (letter, f"{letter})", f"{letter}) {expected}", f"The answer is {letter}.")
            yield from map(Answer, (*said, f"**{letter}**", f"Answer: {letter}"))
        case "json_schema":
            value = expected["const"]
            text = json.dumps(value, indent=2)
            said = (json.dumps(value), text, f"```json\n{text}\n```", json.dumps(_reordered(value)))
            yield from map(Answer, said)
        case "tool_call":
            calls = [_call(one["name"], one["arguments"]) for one in expected]
            backwards = [_call(one["name"], _reordered(one["arguments"])) for one in reversed(expected)]
            yield from (Answer("", tuple(calls)), Answer("One moment, please.", tuple(backwards)))
        case _:
            yield Answer(obey(list(expected)))


def wrong(grader: str, sample: Sample) -> Iterator[Answer]:
    """None of them deserves any score, however close it is."""
    expected: Any = sample.expected
    match grader:
        case "numeric":
            said = (f"{expected + 1}", f"{expected}1", f"It is {expected}, or rather {expected + 2}")
            yield from map(Answer, (*said, "I do not know"))
        case "exact":
            for text in expected if isinstance(expected, tuple) else (expected,):
                yield from map(Answer, (f"{text}{text}", f"not {text}", f"{text}\n{sample.input}", "?"))
        case "choice":
            letters = "ABCDEF"[: len(sample.choices)]
            others = [one for one, text in zip(letters, sample.choices, strict=True) if text != expected]
            yield from map(Answer, (*others, *(f"The answer is {one}." for one in others)))
            yield from map(Answer, (" or ".join(letters), "?"))
        case "json_schema":
            value = expected["const"]
            text = json.dumps(value)
            broken = (text[:-1], "{}", f"Here it is: {text}", json.dumps(_changed(value)), f"[{text}]")
            yield from map(Answer, broken)
        case "tool_call":
            yield from _wrong_calls(expected, sample)
        case _:
            yield Answer("")


def _call(name: str, arguments: Any) -> ToolCall:
    return ToolCall(name=name, arguments=json.dumps(arguments))


def _wrong_calls(expected: Any, sample: Sample) -> Iterator[Answer]:
    calls = tuple(_call(one["name"], one["arguments"]) for one in expected)
    unwanted = next(tool.name for tool in sample.tools if tool.name not in {call.name for call in calls})
    yield Answer("", (*calls, _call(unwanted, {})))
    if calls:
        name, arguments = calls[-1].name, expected[-1]["arguments"]
        yield Answer(f"{name}({arguments})")
        yield Answer("", calls[:-1])
        yield Answer("", (*calls[:-1], _call(name, {})))
        yield Answer("", (*calls[:-1], _call(name, _changed(arguments))))
        yield Answer("", (*calls[:-1], _call(name, {**arguments, "more": 1})))


def _reordered(value: Any) -> Any:
    match value:
        case dict():
            return {key: _reordered(part) for key, part in reversed(value.items())}
        case list() | tuple():
            return [_reordered(part) for part in value]
        case _:
            return value


def _changed(value: Any) -> Any:
    """The same with its last leaf changed."""
    match value:
        case dict() if value:
            key = list(value)[-1]
            return {**value, key: _changed(value[key])}
        case list() | tuple() if value:
            return [*value[:-1], _changed(value[-1])]
        case bool():
            return not value
        case str():
            return f"{value}x"
        case int() | float():
            return value + 1
        case _:
            return "x"
