"""The id of a tool call has not the shape that the target wants.

What it finds: ids of tool calls, and of their results, that do not match the target's pattern.

Why it matters: Mistral's tokenizers v3 to v11 take nine letters and digits only. The ids that OpenAI's API hands out
(`call_…`) are rejected.

What to do: give every call an id of that shape, and its result the same one.
"""

import re
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.example import ASK, TELL, call, result, rows, tool
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.stated import problem, when
from mist_ci.schemaflux.trait import Trait


def _row(call_id: str) -> bytes:
    called, answered = call("weather", '{"city": "Oslo"}', call_id), result(call_id, "rain")
    declared = tool("weather", description="The weather of a city.")
    return rows({"messages": [ASK, called, answered, TELL], "tools": [declared]})


META = RuleMeta(
    code="SF307",
    name="call-id-shape",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.TOOLS,
    target="mistral",
    bad=_row("call_1"),
    good=_row("a1B2c3D4e"),
)


def facts(target: Target, /) -> tuple[Fact[str], ...]:
    """The pattern of ids."""
    return when(target.tools.call_id_pattern)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per row. Missing ids are SF305's and SF306's."""
    for fact in facts(target):
        for found, at in ids(row):
            if not re.fullmatch(fact.value, found):
                yield problem(
                    fact,
                    f"{target.title} takes ids of tool calls that match {fact.value}; this is {quote(found)}",
                    "write another id, in the call and in its result",
                    at,
                    permits=lambda pattern, found=found: bool(re.fullmatch(pattern, found)),  # type: ignore[misc]
                )
                break


def ids(row: Row) -> Iterator[tuple[str, str]]:
    """Every id with its place: of calls, and of results."""
    for message in row.said:
        for made in message.calls:
            if made.id:
                yield made.id, f"{made.field}.id"
        if message.result_of:
            yield message.result_of, f"{message.field}.tool_call_id"
