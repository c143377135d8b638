"""An assistant message says something and calls a tool.

What it finds: an assistant message with text and tool calls, where the target takes one of the two.

Why it matters: Mistral's tokenizers before v7 reject the row. LLaMA-Factory writes the calls in place of the text:
it is not trained.

What to do: put the text into the answer after the result, or leave it out.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import ASK, TELL, call, result, rows, tool
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when_false
from mist_ci.schemaflux.trait import Trait

_ID = "a1B2c3D4e"
_CALL = call("weather", '{"city": "Oslo"}', _ID)
_LOUD: JsonValue = {**_CALL, "content": "Let me look."} if isinstance(_CALL, dict) else _CALL
_TOOLS: list[JsonValue] = [tool("weather", description="The weather of a city.")]
META = RuleMeta(
    code="SF310",
    name="content-beside-calls",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.TOOLS,
    target="mistral",
    bad=rows({"messages": [ASK, _LOUD, result(_ID, "rain"), TELL], "tools": _TOOLS}),
    good=rows({"messages": [ASK, _CALL, result(_ID, "rain"), TELL], "tools": _TOOLS}),
)


def facts(target: Target, /) -> tuple[Fact[bool], ...]:
    """That content and calls exclude each other."""
    return when_false(target.tools.content_beside_calls)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per row: the first such message."""
    for fact in facts(target):
        for message in row.said:
            if message.calls and message.text.strip():
                yield problem(
                    fact,
                    f"{message.field} has text and tool calls; {target.title} takes one of the two",
                    "put the text into the answer that follows, or remove it",
                    message.at_content,
                )
                break
