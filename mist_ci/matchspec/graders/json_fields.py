"""json_fields: how many fields of a JSON answer are right."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from mist_ci.matchspec.graders import json_text
from mist_ci.matchspec.graders.grader import Example, Grader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample

_HUGE = 1e300
"""Larger numbers are equal or not: there is no arithmetic with them."""
_EXPECTED = {"city": "Paris", "people": 2102650, "rivers": ["Seine", "Marne"]}
_RIGHT = '{"city": "Paris", "people": 2102650, "rivers": ["Seine", "Marne"]}'


class JsonFields(Grader):
    """F1 over the fields of a JSON answer: 1 when all are there with the expected values, and no others.

    Both are taken apart into paths with plain values, such as `address.city` and `rivers[0]`; an empty list or object
    is a value too. F1 is twice the number of equal fields by the number of fields in both. An answer that is no JSON
    scores 0. 1 and 1.0 are the same number; 1, `"1"` and true are not the same.
    """

    name: ClassVar[str] = "json_fields"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example(_RIGHT, _EXPECTED, 1),
        Example('{"city": "Paris", "people": 2102650}', _EXPECTED, 0.6667),
        Example('{"city": "Paris", "people": 5}', {"city": "Paris", "people": 4}, 0.5),
        Example('{"city": "Paris", "mayor": "?"}', {"city": "Paris"}, 0.6667),
        Example('```\n{"city": "Paris"}\n```', {"city": "Paris"}, 1, {"fenced": True}),
        Example("Paris", {"city": "Paris"}, 0),
        Example('["b", "a"]', {"0": "a"}, 0),
        Example('{"rivers": ["Marne", "Seine"]}', {"rivers": ["Seine", "Marne"]}, 0),
        Example('{"rivers": ["Marne", "Seine"]}', {"rivers": ["Seine", "Marne"]}, 1, {"any_order": True}),
        Example('{"km": 11.9}', {"km": 12}, 1, {"tolerance": 0.5}),
        Example('{"city": " PARIS"}', {"city": "Paris"}, 1, {"ignore_case": True}),
    )

    fenced: bool = False
    """Also takes the JSON out of the answer's only fenced block (three backticks)."""
    any_order: bool = False
    """The order of lists does not count."""
    ignore_case: bool = False
    """Text is equal whatever its case and the whitespace around it."""
    tolerance: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """An absolute difference between numbers that is still right."""
    relative: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """The same as a fraction of the expected number; either is enough."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """From 0.0 to 1.0.

        >>> JsonFields().score('{"a": 1, "b": 3}', {"a": 1, "b": 2})
        0.5
        """
        try:
            given = self._fields(json_text.read(answer.text, fenced=self.fenced))
        except json_text.NotJson:
            return 0.0
        wanted = self._fields(sample.expected)
        equal = sum(self._equal(wanted[path], given[path]) for path in wanted if path in given)
        return 2 * equal / (sum(map(len, wanted.values())) + sum(map(len, given.values())))

    def refuse(self, sample: Sample) -> str | None:
        """The expectation must be an object or a list."""
        if not isinstance(sample.expected, dict | tuple):
            return "expected must be an object or a list of JSON"
        if json_text.depth(sample.expected) > json_text.MAX_DEPTH:
            return f"expected is nested more than {json_text.MAX_DEPTH} levels deep"
        return None

    def _fields(self, value: object) -> dict[str, list[object]]:
        fields: defaultdict[str, list[object]] = defaultdict(list)
        for path, leaf in self._leaves(value, ""):
            fields[path].append(leaf)
        return fields

    def _leaves(self, value: object, path: str) -> Iterator[tuple[str, object]]:
        match value:
            case dict() if value:
                for key, part in value.items():
                    yield from self._leaves(part, f"{path}.{key!r}")
            case list() | tuple() if value:
                for index, part in enumerate(value):
                    yield from self._leaves(part, f"{path}[]" if self.any_order else f"{path}[{index}]")
            case dict() | list() | tuple():
                yield path, ("empty", isinstance(value, dict))
            case str():
                yield path, value.strip().casefold() if self.ignore_case else value
            case bool() | None:
                yield path, ("constant", value)
            case _:
                yield path, value

    def _equal(self, wanted: list[object], given: list[object]) -> int:
        """How many of the values at one path can be paired with an equal one."""
        equal = (Counter(wanted) & Counter(given)).total()
        if not (self.tolerance or self.relative):
            return equal
        others = (Counter(_others(wanted)) & Counter(_others(given))).total()
        return others + self._close(_numbers(wanted), _numbers(given))

    def _close(self, wanted: list[float], given: list[float]) -> int:
        """Pairs of numbers that are close enough, the smallest first."""
        pairs = position = 0
        for number in wanted:
            allowed = max(self.tolerance, abs(number) * self.relative)
            while position < len(given) and given[position] < number - allowed:
                position += 1
            if position < len(given) and given[position] <= number + allowed:
                pairs += 1
                position += 1
        return pairs


def _can_be_close(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) < _HUGE


def _numbers(values: list[object]) -> list[float]:
    return sorted(value for value in values if isinstance(value, int | float) and _can_be_close(value))


def _others(values: list[object]) -> list[object]:
    return [value for value in values if not _can_be_close(value)]
