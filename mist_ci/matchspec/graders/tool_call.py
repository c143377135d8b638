"""tool_call: the model called the expected tools with the expected arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from mist_ci.matchspec.graders import json_text
from mist_ci.matchspec.graders.grader import Example, Grader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample, ToolCall

_MOST_CALLS = 200


def _calls(*calls: tuple[str, str]) -> Answer:
    return Answer("", tuple(ToolCall(name=name, arguments=arguments) for name, arguments in calls))


_WEATHER = {"name": "weather", "arguments": {"city": "Paris", "days": 2}}
_RIGHT = ("weather", '{"days": 2.0, "city": "Paris"}')
_TIME = {"name": "time", "arguments": {}}


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    arguments: dict[str, object]


class ToolCallMatch(Grader):
    """1 when the answer calls the expected tools with the expected arguments and no others, else 0.

    `expected` is one call `{name: …, arguments: {…}}` or a list of them; an empty list means that no tool may be
    called. Arguments are compared as JSON: the order of members and the way numbers are written do not count. A call
    whose arguments are broken JSON is never right. Text beside the calls is not looked at.
    """

    name: ClassVar[str] = "tool_call"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example(_calls(_RIGHT), _WEATHER, 1),
        Example(_calls(("weather", '{"city": "Rome", "days": 2}')), _WEATHER, 0),
        Example(_calls(("weather", '{"city": "Rome", "days": 2}')), _WEATHER, 0.75, {"partial": True}),
        Example(_calls(("wether", '{"city": "Paris", "days": 2}')), _WEATHER, 0, {"partial": True}),
        Example(_calls(("weather", '{"city": "Paris", "days": 2')), _WEATHER, 0, {"partial": True}),
        Example("weather(Paris, 2)", _WEATHER, 0),
        Example(_calls(("time", ""), _RIGHT), (_WEATHER, _TIME), 1),
        Example(_calls(("time", "{}"), _RIGHT), (_WEATHER, _TIME), 0, {"ordered": True}),
        Example(_calls(_RIGHT), (_WEATHER, _TIME), 0.5, {"partial": True}),
        Example(_calls(_RIGHT, ("time", "{}")), _WEATHER, 0),
        Example(_calls(_RIGHT, ("time", "{}")), _WEATHER, 1, {"extra_calls": True}),
        Example(
            _calls(("weather", '{"city": "Paris", "days": 2, "unit": "C"}')),
            _WEATHER,
            1,
            {"arguments": "subset"},
        ),
        Example(_calls(("weather", "{}")), _WEATHER, 1, {"arguments": "ignore"}),
        Example(_calls(("weather", '{"city": " paris", "days": 2}')), _WEATHER, 1, {"ignore_case": True}),
        Example("It is sunny.", (), 1),
        Example(_calls(_RIGHT), (), 0),
    )

    ordered: bool = False
    """The calls must come in the expected order."""
    partial: bool = False
    """Gives a share of the score: half of a call for its name, the other half for the share of its arguments that are
    right, by the number of calls that were expected or made, whichever is more."""
    extra_calls: bool = False
    """More calls than the expected ones do no harm."""
    arguments: Literal["exact", "subset", "ignore"] = "exact"
    """`subset`: more arguments than the expected ones do no harm; `ignore`: only the names count."""
    ignore_case: bool = False
    """Texts in arguments are equal whatever their case and the whitespace around them."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """From 0.0 to 1.0; 0.0 or 1.0 without `partial`."""
        wanted, given = _wanted(sample), answer.tool_calls[:_MOST_CALLS]
        count = len(wanted) if self.extra_calls else max(len(wanted), len(answer.tool_calls))
        if not wanted:
            return float(count == 0)
        shares = [[self._credit(one, call) for call in given] for one in wanted]
        total = _in_order(shares) if self.ordered else _any_order(shares)
        share = total / count
        return share if self.partial else float(share == 1)

    def refuse(self, sample: Sample) -> str | None:
        """Calls have names and arguments, and name tools that the sample has."""
        expected = sample.expected
        if not isinstance(expected, dict | tuple):
            return "expected must be a call {name: …, arguments: {…}}, or a list of calls"
        entries = expected if isinstance(expected, tuple) else (expected,)
        if len(entries) > _MOST_CALLS:
            return f"expected must not have more than {_MOST_CALLS} calls"
        tools = {tool.name for tool in sample.tools}
        return next(filter(None, (_why_not(entry, tools) for entry in entries)), None)

    def _credit(self, wanted: _Wanted, call: ToolCall) -> float:
        if call.name != wanted.name:
            return 0.0
        given = _arguments(call)
        if given is None:
            return 0.0
        if self.arguments == "ignore":
            return 1.0
        right = sum(
            key in given and self._plain(given[key]) == self._plain(value)
            for key, value in wanted.arguments.items()
        )
        of = len(wanted.arguments if self.arguments == "subset" else {**wanted.arguments, **given})
        return (1 + (right / of if of else 1)) / 2

    def _plain(self, value: object) -> object:
        """A value that equals another one exactly when the two mean the same."""
        match value:
            case dict():
                return {key: self._plain(part) for key, part in value.items()}
            case list() | tuple():
                return [self._plain(part) for part in value]
            case bool():
                return ("constant", value)
            case str():
                return value.strip().casefold() if self.ignore_case else value
            case _:
                return value


def _why_not(entry: object, tools: set[str]) -> str | None:
    """Why this is no call to expect, as a clause."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return "each expected call must be a mapping with a `name`"
    if unknown := set(entry) - {"name", "arguments"}:
        return f"an expected call has a name and arguments, and no {min(unknown)!r}"
    if not isinstance(entry.get("arguments", {}), dict):
        return "the arguments of an expected call must be a mapping"
    if tools and entry["name"] not in tools:
        return f"expected calls {entry['name']!r}, which is none of the sample's tools"
    return None


def _wanted(sample: Sample) -> list[_Wanted]:
    expected = sample.expected
    entries = expected if isinstance(expected, tuple) else (expected,)
    return [_Wanted(str(one["name"]), one.get("arguments", {})) for one in entries if isinstance(one, dict)]  # type: ignore[arg-type]


def _arguments(call: ToolCall) -> dict[str, object] | None:
    """The arguments as an object, None for broken ones; no text at all means that there are none."""
    if not call.arguments.strip():
        return {}
    try:
        value = json_text.read(call.arguments)
    except json_text.NotJson:
        return None
    return dict(value) if isinstance(value, dict) else None


def _any_order(shares: Sequence[Sequence[float]]) -> float:
    """Each expected call with another given one, the best pairs first."""
    pairs = sorted(
        ((credit, -row, -column) for row, line in enumerate(shares) for column, credit in enumerate(line)),
        reverse=True,
    )
    rows: set[int] = set()
    columns: set[int] = set()
    total = 0.0
    for credit, row, column in pairs:
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            total += credit
    return total


def _in_order(shares: Sequence[Sequence[float]]) -> float:
    """The best sum of pairs that keeps both orders."""
    best = [0.0] * (len(shares[0]) + 1)
    for line in shares:
        row = [0.0]
        for column, credit in enumerate(line):
            row.append(max(best[column] + credit, best[column + 1], row[-1]))
        best = row
    return best[-1]
