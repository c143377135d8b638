"""The name of a tool has not the shape that the target wants.

What it finds: names of declared and of called tools that do not match the target's pattern.

Why it matters: OpenAI, Azure and Mistral take letters, digits, `_` and `-`, 64 characters at most. A name with a dot
or a colon is rejected.

What to do: rename the tool, where it is declared and where it is called.
"""

import re
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, call, result, rows, tool
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.stated import problem, when
from mist_ci.schemaflux.trait import Trait

META = RuleMeta(
    code="SF321",
    name="tool-name-shape",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.TOOLS,
    target="azure",
    bad=rows(
        {
            "messages": [ASK, call("city.weather", "{}"), result("call_1", "rain"), TELL],
            "tools": [tool("city.weather")],
        }
    ),
    good=GOOD_CALL,
)


def facts(target: Target, /) -> tuple[Fact[str], ...]:
    """The pattern of names."""
    return when(target.tools.name_pattern)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per name. Empty ones and those with white space are SF308's."""
    for fact in facts(target):
        told: set[str] = set()
        for name, at in _names(row):
            if name not in told and name.split() == [name] and not re.fullmatch(fact.value, name):
                told.add(name)
                yield problem(
                    fact,
                    f"{target.title} takes names of tools that match {fact.value}; this is {quote(name)}",
                    "rename the tool, where it is declared and where it is called",
                    at,
                    permits=lambda pattern, name=name: bool(re.fullmatch(pattern, name)),  # type: ignore[misc]
                )


def _names(row: Row) -> Iterator[tuple[str, str]]:
    yield from ((tool.name, tool.at_name) for tool in row.tools if tool.name is not None)
    calls = (made for message in row.said for made in message.calls)
    yield from ((made.name, made.at_name) for made in calls if made.name is not None)
