"""Reading what a judge replied: one JSON object of exactly the shape that was asked for, evidence before verdict."""

import re
from typing import Annotated, Literal, TypeVar

from pydantic import Field, JsonValue, ValidationError

from mist_ci.matchspec.graders.modelled import UnreadableReplyError
from mist_ci.models.base import Model
from mist_ci.parsing import strict_json, wording
from mist_ci.ports.model_client import Completion

_FENCED = re.compile(r"```(?:json)?\s*\n(?P<json>.*)\n\s*```", re.DOTALL | re.IGNORECASE)
_VERDICTS = ("met", "grade", "better")
Evidence = Annotated[str, Field(min_length=1, max_length=20_000)]


class Criterion(Model):
    """Whether one criterion is met."""

    id: str
    evidence: Evidence
    met: bool


class Criteria(Model):
    """Of all criteria, each once."""

    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=100)]


class Grade(Model):
    """A grade on a scale."""

    id: str
    evidence: Evidence
    grade: int


class Preference(Model):
    """Which of two answers is better."""

    id: str
    evidence: Evidence
    better: Literal["first", "second", "neither"]


Shape = TypeVar("Shape", Criteria, Grade, Preference)


def schema_of(shape: type[Criteria] | type[Grade] | type[Preference]) -> dict[str, JsonValue]:
    """The JSON Schema of a shape, in the plain subset that servers with structured outputs take."""
    text: dict[str, JsonValue] = {"type": "string"}
    verdict: dict[str, JsonValue]
    if shape is Criteria:
        item = _object({"id": text, "evidence": text, "met": {"type": "boolean"}})
        return _object({"criteria": {"type": "array", "items": item}})
    verdict = {"grade": {"type": "integer"}}
    if shape is Preference:
        verdict = {"better": {"type": "string", "enum": ["first", "second", "neither"]}}
    return _object({"id": text, "evidence": text, **verdict})


def _object(properties: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def read_reply(reply: Completion, index: int, shape: type[Shape]) -> Shape:
    """The reply in its shape. Raises UnreadableReplyError that says why it has none."""
    if reply.refusal:
        raise UnreadableReplyError(index, "the judge refused")
    if reply.finish_reason in {"length", "content_filter"}:
        raise UnreadableReplyError(index, f"the judge's reply ended by {reply.finish_reason}")
    text = reply.text.strip()
    if whole := _FENCED.fullmatch(text):
        text = whole["json"]
    try:
        value = strict_json.parse(text.encode(errors="replace"))
        found = shape.model_validate_json(text)
    except strict_json.JsonProblem as problem:
        raise UnreadableReplyError(index, f"the judge's reply is not JSON: {problem.message}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "it"
        message = f"the judge's reply: {place} {wording.reason([first])}"
        raise UnreadableReplyError(index, message) from None
    if _has_hindsight(value):
        raise UnreadableReplyError(index, "the judge gave its verdict before its evidence")
    return found


def _has_hindsight(value: strict_json.JsonValue) -> bool:
    """True where evidence comes after its verdict: it was made up for it."""
    match value:
        case {"criteria": list(entries)}:
            return any(_has_hindsight(entry) for entry in entries)
        case dict():
            keys = list(value)
            return any(key in keys and keys.index(key) < keys.index("evidence") for key in _VERDICTS)
        case _:
            return False
