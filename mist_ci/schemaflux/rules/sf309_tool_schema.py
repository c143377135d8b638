"""A declared tool lacks what the target demands.

What it finds: a tool without a description or without parameters, where the target demands them; and more tools in
one row than the target takes. Parameters that are no schema are SF316's.

Why it matters: Mistral and Amazon Nova reject the row; OpenAI and Azure take 128 tools at most.

What to do: write what is missing. A tool without parameters has the schema `{"type": "object", "properties": {}}`.
"""

from collections.abc import Iterator
from typing import Any

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Presence, Target
from mist_ci.schemaflux.example import ASK, TELL, call, result, rows, tool
from mist_ci.schemaflux.message import ToolDeclaration
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when, when_true
from mist_ci.schemaflux.trait import Trait

_MESSAGES = [ASK, call("weather", '{"city": "Oslo"}', "a1B2c3D4e"), result("a1B2c3D4e", "rain"), TELL]
META = RuleMeta(
    code="SF309",
    name="tool-schema",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.TOOLS,
    target="mistral",
    bad=rows({"messages": _MESSAGES, "tools": [tool("weather")]}),
    good=rows({"messages": _MESSAGES, "tools": [tool("weather", description="The weather of a city.")]}),
)


def facts(target: Target, /) -> tuple[Fact[Any], ...]:
    """What declarations of tools must have, and how many there may be."""
    return (
        *when(target.tools.description),
        *when_true(target.tools.needs_parameters),
        *when(target.limits.row_tools),
    )


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per tool: the first thing that it lacks."""
    for fact in when(target.limits.row_tools):
        if len(row.tools) > fact.value:
            yield problem(
                fact,
                f"{len(row.tools)} tools; {target.title} takes {fact.value} at most",
                "declare only those that the conversation needs",
                permits=lambda limit: limit >= len(row.tools),
            )
    for tool_ in row.tools:
        if tool_.name is not None:  # else a built-in tool of a provider, or SF104's
            yield from _lacks(tool_, target)


def _lacks(declared: ToolDeclaration, target: Target) -> Iterator[Problem]:
    said = declared.description
    for wanted in when(target.tools.description):
        if said is None or (wanted.value is Presence.NOT_EMPTY and not said.strip()):
            what = "no description" if said is None else "an empty description"
            yield _problem(wanted, declared, target, what, "say what the tool is for")
            return
    for fact in when_true(target.tools.needs_parameters):
        if declared.parameters is None:
            hint = 'write {"type": "object", "properties": {}} where there are none'
            yield _problem(fact, declared, target, "no parameters", hint)
            return


def _problem(fact: Fact[Any], declared: ToolDeclaration, target: Target, what: str, hint: str) -> Problem:
    message = f"the tool {declared.name} has {what}; {target.title} demands it"
    return problem(fact, message, hint, declared.field)
