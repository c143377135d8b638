"""The arguments of a tool call are not a JSON object.

What it finds: `arguments` written as a string that is not JSON, or is JSON but no object. Arguments that
are an object already are fine.

Why it matters: the model learns to write calls that no program can read. No provider checks it.

What to do: write the arguments with a JSON library; a call without arguments has `"{}"`.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonProblem, parse
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, call, result, rows, tool
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote, type_name

META = RuleMeta(
    code="SF301",
    name="arguments-not-json",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        {
            "messages": [ASK, call("weather", "{'city': 'Oslo'}"), result("call_1", "rain"), TELL],
            "tools": [tool("weather")],
        }
    ),
    good=GOOD_CALL,
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per call."""
    for message in row.said:
        for made in message.calls:
            reason = _reason(made.arguments) if isinstance(made.arguments, str) else None
            if reason:
                yield Problem(
                    f"the arguments of {quote(made.name)} are not a JSON object: {reason}",
                    'write them with json.dumps; no arguments are "{}"',
                    field=made.at_arguments,
                    snippet=quote(made.arguments),
                )


def _reason(arguments: str) -> str | None:
    try:
        value = parse(arguments.encode("utf-8", "surrogatepass"))
    except JsonProblem as problem:
        place = f" at character {problem.column}" if problem.column else ""
        return f"{problem.message}{place}"
    return None if isinstance(value, dict) else f"they are {type_name(value)}"
