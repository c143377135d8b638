"""The arguments of a call do not fit the schema of the tool.

What it finds: a call of a tool that the row declares, without a required argument, with an argument of the wrong type,
with a value outside of the `enum`, or whatever else the JSON Schema in `parameters` forbids. The first misfit of each
call is shown. A schema that refers to itself or to other documents is not checked.

Why it matters: the model learns calls that the program behind the tool refuses. No provider checks it.

What to do: correct the call. When the call is right, correct the schema: the model reads both.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.called import JSON_SCHEMA_FORMATS, calls_with_schema
from mist_ci.schemaflux.example import ASK, TELL, call, result, rows, tool_with
from mist_ci.schemaflux.message import Object
from mist_ci.schemaflux.nulls import unwanted_nulls
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.tool_schemas import SchemaFault, read_schema
from mist_ci.schemaflux.trait import Trait

_TOOLS = [tool_with("weather", {"city": {"type": "string"}, "days": {"type": "integer"}}, "city")]
META = RuleMeta(
    code="SF304",
    name="arguments-violate-schema",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    needs=Trait.TOOLS,
    formats=JSON_SCHEMA_FORMATS,
    bad=rows(
        {"messages": [ASK, call("weather", '{"days": 3}'), result("call_1", "rain"), TELL], "tools": _TOOLS}
    ),
    good=rows(
        {
            "messages": [ASK, call("weather", '{"city": "Oslo", "days": 3}'), result("call_1", "rain"), TELL],
            "tools": _TOOLS,
        }
    ),
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per call. Nulls that nobody asked for are SF314, a schema that is none is SF316."""
    for made, arguments, schema, size in calls_with_schema(row):
        fault = _fault(arguments, schema, size)
        if fault:
            yield Problem(
                f"{quote(made.name)} is called with arguments that its schema forbids: {_place(fault)}{fault.reason}",
                "correct the arguments, or the schema if they are right",
                field=made.at_arguments,
                snippet=quote(made.arguments),
            )


def _fault(arguments: Object, schema: Object, size: int) -> SchemaFault | None:
    checked = read_schema(schema)
    fault = checked.first_fault(arguments, size)
    nulls = set(unwanted_nulls(arguments, schema)) if fault else set()
    if not nulls:
        return fault
    return checked.first_fault({name: value for name, value in arguments.items() if name not in nulls}, size)


def _place(fault: SchemaFault) -> str:
    return f"{fault.path[:40]}: " if fault.path else ""
