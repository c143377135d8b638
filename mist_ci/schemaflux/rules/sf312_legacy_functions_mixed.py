"""Old and new ways to write tools are mixed.

What it finds: a row with both `functions` and `tools`, a `function_call` in a row with `tools`, and
`tool_calls` in a row that declares `functions` only.

Why it matters: servers read one of the two and reject or ignore the other; chat templates know `tools` only,
so that half of the tools are not shown to the model.

What to do: write `tools`, `tool_calls` and tool messages everywhere.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, rows, tool
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.trait import Trait

META = RuleMeta(
    code="SF312",
    name="legacy-functions-mixed",
    severity=Severity.WARNING,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.TOOLS,
    bad=rows({"messages": [ASK, TELL], "tools": [tool("weather")], "functions": [{"name": "clock"}]}),
    good=GOOD_CALL,
)


def check(row: Row, /) -> Iterator[Problem]:
    """At most one problem per row."""
    has_tools, has_functions = bool(row.object.get("tools")), bool(row.object.get("functions"))
    if not has_tools and not has_functions:
        return
    if has_tools and has_functions:
        yield _problem("the row declares tools and functions", "functions")
        return
    for message in row.said:
        for call in message.calls:
            if call.is_legacy is has_tools:
                written = "function_call" if has_tools else "tool_calls"
                declared = "tools" if has_tools else "functions"
                yield _problem(f"{written} is used where {declared} are declared", call.field)
                return


def _problem(message: str, field: str) -> Problem:
    return Problem(message, "write tools, tool_calls and tool messages only", field=field)
