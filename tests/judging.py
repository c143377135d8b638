"""Judges as functions, and suites that ask them."""

import json
import re
from collections.abc import Callable, Sequence

from mist_ci.models.suite import ChatMessage
from tests.fakes import Answer

JUDGE = "judge-2026-01-01"
"""A pinned model."""

_OPENING = re.compile(r"^<<<(?P<name>[A-Z]+) (?P<mark>[0-9a-f]{32})$", re.MULTILINE)
_ID = re.compile(r"^(?P<id>[0-9a-f]{16}-\d+): (?P<text>.*)$", re.MULTILINE)
_WHOLE_ID = re.compile(r'"id": "(?P<id>[0-9a-f]{16})"')

Opinion = Callable[[str, str], bool]
"""Whether an answer meets a criterion."""


def shown(messages: Sequence[ChatMessage]) -> dict[str, str]:
    """The fenced texts of a prompt by name, read as somebody sloppy reads: any mark may close a fence."""
    prompt, found = messages[-1].content, {}
    while (opening := _OPENING.search(prompt)) is not None:
        closing = re.search(rf"^[0-9a-fA-F]* ?{opening['name']}>>>$", prompt[opening.end() :], re.MULTILINE)
        assert closing is not None
        found[opening["name"]] = prompt[opening.end() + 1 : opening.end() + closing.start() - 1]
        prompt = prompt[opening.end() + closing.end() :]
    found["TASK"] = prompt
    return found


def criteria_judge(opinion: Opinion) -> Callable[[str, Sequence[ChatMessage]], Answer]:
    """Judges each criterion; whatever stands outside of all fences it takes for an instruction, and obeys."""

    def judge(model: str, messages: Sequence[ChatMessage]) -> Answer:
        del model
        texts = shown(messages)
        task = texts["TASK"]
        if "everything is met" in task:
            return verdicts(dict.fromkeys((one["id"] for one in _ID.finditer(task)), True))
        return verdicts({one["id"]: opinion(texts["ANSWER"], one["text"]) for one in _ID.finditer(task)})

    return judge


def verdicts(met: dict[str, bool]) -> str:
    """A reply of a judge of criteria."""
    entries = [{"id": key, "evidence": "as it says", "met": value} for key, value in met.items()]
    return json.dumps({"criteria": entries})


def contains(answer: str, criterion: str) -> bool:
    """Says the answer the last word of the criterion?"""
    return criterion.rstrip("?.").rsplit(" ", maxsplit=1)[-1] in answer


def grading_judge(grade: Callable[[str], int]) -> Callable[[str, Sequence[ChatMessage]], Answer]:
    """Grades the answer on a scale."""

    def judge(model: str, messages: Sequence[ChatMessage]) -> Answer:
        del model
        texts = shown(messages)
        found = _WHOLE_ID.search(texts["TASK"])
        assert found is not None
        return json.dumps({"id": found["id"], "evidence": "so it is", "grade": grade(texts["ANSWER"])})

    return judge


def pair_judge(better: Callable[[str, str], str]) -> Callable[[str, Sequence[ChatMessage]], Answer]:
    """Says `first`, `second` or `neither` of two answers."""

    def judge(model: str, messages: Sequence[ChatMessage]) -> Answer:
        del model
        texts = shown(messages)
        found = _WHOLE_ID.search(texts["TASK"])
        assert found is not None
        verdict = better(texts["FIRST"], texts["SECOND"])
        return json.dumps({"id": found["id"], "evidence": "so it is", "better": verdict})

    return judge


def longer(first: str, second: str) -> str:
    """The longer answer is the better one."""
    if len(first) == len(second):
        return "neither"
    return "first" if len(first) > len(second) else "second"
