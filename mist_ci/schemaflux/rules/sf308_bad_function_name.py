"""A tool has no usable name, or two tools have the same one.

What it finds: a declared tool without a name, or whose name is empty or has white space in it; two tools of
one name; and, as a warning, a name of more than 64 characters. What else a name may hold depends on the
target: SF321.

Why it matters: no server takes such a name, and no program can call it. Of two tools with one name, nobody
knows which one is called.

What to do: rename the tool, in its declaration and in all calls.
"""

import re
from collections.abc import Iterator, Mapping

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, rows, tool
from mist_ci.schemaflux.message import ToolDeclaration
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.trait import Trait

META = RuleMeta(
    code="SF308",
    name="bad-function-name",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.TOOLS,
    bad=rows({"messages": [ASK, TELL], "tools": [tool("get weather")]}),
    good=GOOD_CALL,
)
_MOST_CHARS = 64
_has_space = re.compile(r"\s").search


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per tool."""
    seen: set[tuple[str, str]] = set()
    for tool_ in row.tools:
        name = tool_.name
        if name is None:
            yield from _nameless(tool_)
            continue
        key = tool_.field.partition("[")[0], name
        if key in seen:
            yield _twice(tool_, name)
        elif not name or _has_space(name) or len(name) > _MOST_CHARS:
            yield _bad(tool_, name)
        seen.add(key)


def _twice(tool_: ToolDeclaration, name: str) -> Problem:
    return Problem(
        f"the tool {quote(name)} is declared twice",
        "remove one of the two declarations, or rename it",
        field=tool_.at_name,
    )


def _nameless(tool_: ToolDeclaration) -> Iterator[Problem]:
    """Built-in tools of a provider have no name; a name that is no string is SF105."""
    function = tool_.value.get("function")
    if isinstance(function, Mapping) and function.get("name") is None:
        yield Problem("a tool has no name", 'add "name"', field=tool_.at_name)


def _bad(tool_: ToolDeclaration, name: str) -> Problem:
    is_broken = not name or _has_space(name)
    reason = ("it has spaces" if name else "it is empty") if is_broken else f"it has {len(name)} characters"
    return Problem(
        f"{quote(name)} is no name for a tool: {reason}",
        "use at most 64 letters, digits, _ and -, in the declaration and in all calls",
        field=tool_.at_name,
        severity=Severity.ERROR if is_broken else Severity.WARNING,
    )
