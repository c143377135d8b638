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
from mist_ci.schemaflux.row import Object, Row, objects
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
    for message in row.messages:
        for made in message.calls:
            if made.name is not None and made.name not in declared:
                yield Problem(
                    f"{quote(made.name)} is called, but the row does not declare it",
                    _hint(made.name, declared),
                    field=f"{made.function_field}.name",
                )


def _declared(row: Row) -> list[str] | None:
    lists = [row.object.get(key) for key in ("tools", "functions")]
    if not any(isinstance(tools, list) for tools in lists):
        return None
    names = [_name(tool) for tools in lists for tool in objects(tools)]
    if len(names) != sum(len(tools) for tools in lists if isinstance(tools, list)):
        return None
    readable = [name for name in names if name is not None]
    return readable if len(readable) == len(names) else None


def _name(declaration: Object) -> str | None:
    for inner in (declaration.get("function"), declaration.get("custom"), declaration):
        if isinstance(inner, dict) and isinstance(name := inner.get("name"), str):
            return name
    return None


def _hint(name: str, declared: list[str]) -> str:
    close = difflib.get_close_matches(name, declared, n=1)
    if close:
        return f"did you mean {quote(close[0])}?"
    return "declare it in tools, or call one of " + (
        ", ".join(map(quote, declared[:4])) or "none: tools is empty"
    )
