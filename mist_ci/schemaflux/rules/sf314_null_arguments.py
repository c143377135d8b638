"""A call has null arguments that its tool does not take.

What it finds: arguments that are null although the schema of the tool does not name them, or does not allow
null and does not require them. Arguments that may be null, by `"type": ["string", "null"]`, `anyOf`,
`nullable` or a default of null, are fine.

Why it matters: this is what Arrow does to data: `datasets` before 4.7 gives every call the arguments of all
other calls, as null. The model learns to write them all.

What to do: remove the null arguments. Keep arguments as a string of JSON, which Arrow leaves alone.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.called import calls_with_schema
from mist_ci.schemaflux.example import ASK, TELL, call, result, rows, tool_with
from mist_ci.schemaflux.nulls import unwanted_nulls
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.trait import Trait

_TOOLS = [tool_with("weather", {"city": {"type": "string"}}, "city")]
META = RuleMeta(
    code="SF314",
    name="null-arguments",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    needs=Trait.TOOLS,
    bad=rows(
        {
            "messages": [
                ASK,
                call("weather", '{"city": "Oslo", "query": null, "email": null}'),
                result("call_1", "rain"),
                TELL,
            ],
            "tools": _TOOLS,
        }
    ),
    good=rows(
        {
            "messages": [ASK, call("weather", '{"city": "Oslo"}'), result("call_1", "rain"), TELL],
            "tools": _TOOLS,
        }
    ),
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per call."""
    for made, arguments, schema, _ in calls_with_schema(row, with_nulls=True):
        if None in arguments.values() and (names := list(unwanted_nulls(arguments, schema))):
            shown = ", ".join(quote(name[:40]) for name in names[:3])
            yield Problem(
                f"{quote(made.name)} is called with {shown}{', …' if names[3:] else ''} as null, "
                "which its schema does not allow",
                "remove the null arguments; Arrow adds them when rows are loaded and saved",
                field=made.at_arguments,
                snippet=quote(made.arguments),
            )
