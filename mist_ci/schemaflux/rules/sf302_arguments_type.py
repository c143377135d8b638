"""The arguments of a tool call have the wrong type for the target.

What it finds: arguments that are an object where the target reads a string of JSON, or a string where it reads an
object.

Why it matters: OpenAI, Azure, Together and Mistral reject objects. LLaMA-Factory encodes a string once more, so that
the model learns to write escaped JSON. Formats that know objects only, such as Converse, leave it to SF105.

What to do: write the arguments as the hint says.
"""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import ArgumentsType, Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, result, rows, tool
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, type_name
from mist_ci.schemaflux.stated import problem, when
from mist_ci.schemaflux.trait import Trait

_FUNCTION: JsonValue = {"name": "weather", "arguments": {"city": "Oslo"}}
_CALL: JsonValue = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "call_1", "type": "function", "function": _FUNCTION}],
}
META = RuleMeta(
    code="SF302",
    name="arguments-type",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.TOOLS,
    formats=frozenset(DataFormat) - {DataFormat.BEDROCK_NOVA, DataFormat.VERTEX},
    target="azure",
    bad=rows({"messages": [ASK, _CALL, result("call_1", "rain"), TELL], "tools": [tool("weather")]}),
    good=GOOD_CALL,
)


def facts(target: Target, /) -> tuple[Fact[ArgumentsType], ...]:
    """How it reads arguments."""
    return when(target.tools.arguments)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per row: the first call. Missing arguments are SF104's."""
    for fact in facts(target):
        for made in (call for message in row.said for call in message.calls):
            wanted = str if fact.value is ArgumentsType.STRING else dict
            if made.arguments is not None and not isinstance(made.arguments, wanted):
                is_string = fact.value is ArgumentsType.STRING
                yield problem(
                    fact,
                    f"the arguments are {type_name(made.arguments)}; {target.title} reads "
                    + ("a string of JSON" if is_string else "an object"),
                    "write them as a string of JSON" if is_string else "write them as an object",
                    made.at_arguments,
                    permits=lambda value, fact=fact: value != fact.value,  # type: ignore[misc]
                )
                break
