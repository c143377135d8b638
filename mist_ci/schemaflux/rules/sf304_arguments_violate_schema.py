"""The arguments of a call do not fit the schema of the tool.

What it finds: a call of a tool that the row declares, without a required argument, with an argument of the
wrong type, with a value outside of the `enum`, or whatever else the JSON Schema in `parameters` forbids. The
first misfit of each call is shown. A schema that refers to itself or to other documents is not checked.

Why it matters: the model learns calls that the program behind the tool refuses. No provider checks it.

What to do: correct the call. When the call is right, correct the schema: the model reads both.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.called import calls_with_schema
from mist_ci.schemaflux.example import ASK, TELL, call, result, rows, tool_with
from mist_ci.schemaflux.message import Object
from mist_ci.schemaflux.nulls import allows_null, without_optional_nulls
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
    if fault and None in arguments.values():
        fault = checked.first_fault(without_optional_nulls(arguments, schema), size)
    return None if fault is None or _may_be_null(fault, schema) else fault


def _may_be_null(fault: SchemaFault, schema: Object) -> bool:
    """True for a null that OpenAPI's `nullable` or a default allows; below the first level nobody looks."""
    if not fault.is_null:
        return False
    properties = schema.get("properties")
    name = fault.path
    return not isinstance(properties, dict) or name not in properties or allows_null(properties[name])


def _place(fault: SchemaFault) -> str:
    return f"{fault.path[:40]}: " if fault.path else ""
