"""The parameters of a tool are not a JSON Schema of an object.

What it finds: `parameters` that are no object, that break the rules of JSON Schema (`"type": "str"`,
`"required": true` inside a property), whose type is not `object`, or that refer to a definition that is not
there. A schema that is only right without the nulls in it is a warning, and so is one without `type`. No
parameters, and `{}`, are fine.

Why it matters: OpenAI, Mistral and Amazon reject the row. Local chat templates print whatever is there, and
the model learns to call tools by a description that no server will ever show it.

What to do: write the schema as the tool's server would: `{"type": "object", "properties": {…}, "required":
[…]}`.
"""

from collections.abc import Iterator, Mapping

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import ASK, TELL, rows, tool_with
from mist_ci.schemaflux.message import Object, ToolDeclaration
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote, type_name
from mist_ci.schemaflux.tool_schemas import read_schema, without_nulls
from mist_ci.schemaflux.trait import Trait

META = RuleMeta(
    code="SF316",
    name="bad-tool-schema",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.TOOLS,
    bad=rows({"messages": [ASK, TELL], "tools": [tool_with("weather", {"city": {"type": "str"}})]}),
    good=rows({"messages": [ASK, TELL], "tools": [tool_with("weather", {"city": {"type": "string"}})]}),
)
_ELSEWHERE = frozenset({"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf"})
"""What may say elsewhere that it is an object."""
_OF_OBJECTS = frozenset({"properties", "required", "additionalProperties", "patternProperties"})
_KEYWORDS = (
    _ELSEWHERE
    | _OF_OBJECTS
    | {"title", "description", "definitions", "default", "not", "if", "enum", "const"}
)
_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "list": "array",
    "tuple": "array",
    "dict": "object",
    "any": "no type at all",
    "none": "null",
}


def check(row: Row, /) -> Iterator[Problem]:
    """The first problem of each tool."""
    for tool in row.tools:
        parameters = tool.parameters
        if parameters is None or parameters == {}:
            continue
        if not isinstance(parameters, dict):
            yield _problem(tool, f"they are {type_name(parameters)}", "write the schema itself, as an object")
            continue
        found = _broken(tool, parameters) or _no_object(tool, parameters)
        if found:
            yield found


def _broken(tool: ToolDeclaration, parameters: Object) -> Problem | None:
    fault = read_schema(parameters).fault
    if fault is None:
        return None
    cleaned = without_nulls(dict(parameters))
    is_only_nulls = isinstance(cleaned, dict) and read_schema(cleaned).fault is None
    place = f"{fault.path[:60]}: " if fault.path else ""
    hint = "remove the members that are null" if is_only_nulls else _hint(parameters, fault.path)
    severity = Severity.WARNING if is_only_nulls else Severity.ERROR
    return _problem(tool, f"{place}{fault.reason}", hint, severity)


def _no_object(tool: ToolDeclaration, parameters: Object) -> Problem | None:
    kind = parameters.get("type")
    if kind == "object" or (isinstance(kind, list) and "object" in kind):
        return None
    if kind is not None:
        return _problem(
            tool, f"type is {quote(kind)}", 'the arguments of a call are an object: "type": "object"'
        )
    if not any(key in _KEYWORDS or key.startswith("$") for key in parameters):
        hint = 'write {"type": "object", "properties": {…}} around the parameters'
        return _problem(tool, f"{quote(next(iter(parameters)))} is no keyword of it", hint)
    if _OF_OBJECTS.isdisjoint(parameters) or not _ELSEWHERE.isdisjoint(parameters):
        return None
    return _problem(tool, "type is missing", 'add "type": "object"', Severity.WARNING)


def _hint(parameters: Object, path: str) -> str:
    value: object = parameters
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    meant = _TYPES.get(value.lower()) if isinstance(value, str) else None
    if path.endswith("type") and meant:
        return f"JSON Schema calls it {meant}"
    if path.endswith("required"):
        return "required is a list of names, next to properties"
    return "correct the schema: see json-schema.org"


def _problem(tool: ToolDeclaration, reason: str, hint: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(
        f"the parameters of {quote(tool.name)} are no JSON Schema of an object: {reason}",
        hint,
        field=tool.at_parameters,
        severity=severity,
    )
