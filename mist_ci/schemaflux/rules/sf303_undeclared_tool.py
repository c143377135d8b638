"""A call names a tool that the row does not declare.

What it finds: a tool call whose name is not in `tools` (or `functions`) of the same row. A row that
declares no tools at all is left alone: its tools may be described in the system prompt.

Why it matters: the model learns to invent tools.

What to do: declare the tool in the row, or correct the name.
"""

import difflib
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, call, result, rows, tool
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF303",
    name="undeclared-tool",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        {
            "messages": [ASK, call("wether", '{"city": "Oslo"}'), result("call_1", "rain"), TELL],
            "tools": [tool("weather")],
        }
    ),
    good=GOOD_CALL,
)


def check(row: Row, /) -> Iterator[Problem]:
    """Silent when a declaration cannot be read."""
    declared = _declared(row)
    if declared is None:
        return
    for message in row.said:
        for made in message.calls:
            if made.name is not None and made.name not in declared:
                yield Problem(
                    f"{quote(made.name)} is called, but the row does not declare it",
                    _hint(made.name, declared),
                    field=made.at_name,
                )


def _declared(row: Row) -> list[str] | None:
    lists = [tools for key in ("tools", "functions") if isinstance(tools := row.object.get(key), list)]
    if not lists and not row.tools:
        return None
    names = [tool.name for tool in row.tools if tool.name is not None]
    return names if len(names) == max(len(row.tools), sum(map(len, lists))) else None


def _hint(name: str, declared: list[str]) -> str:
    close = difflib.get_close_matches(name, declared, n=1)
    if close:
        return f"did you mean {quote(close[0])}?"
    return "declare it in tools, or call one of " + (
        ", ".join(map(quote, declared[:4])) or "none: tools is empty"
    )
