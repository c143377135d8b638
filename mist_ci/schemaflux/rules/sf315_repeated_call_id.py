"""Two calls of one message have the same id.

What it finds: tool calls of one assistant message that share an `id`. The same id in another message is fine.

Why it matters: nobody can tell which call a tool message answers. OpenAI and Mistral reject the row.

What to do: give each call an id of its own, and its answer the same `tool_call_id`.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, result, rows, tool
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.trait import Trait

_FUNCTION: JsonValue = {"name": "weather", "arguments": "{}"}
_CALL: dict[str, JsonValue] = {"id": "call_1", "type": "function", "function": _FUNCTION}
META = RuleMeta(
    code="SF315",
    name="repeated-call-id",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.TOOLS,
    bad=rows(
        {
            "messages": [
                ASK,
                {"role": "assistant", "content": None, "tool_calls": [{**_CALL}, {**_CALL}]},
                result("call_1", "rain"),
                result("call_1", "snow"),
                TELL,
            ],
            "tools": [tool("weather")],
        }
    ),
    good=GOOD_CALL,
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per call that repeats an id."""
    for message in row.said:
        if len(message.calls) > 1:
            seen: set[str] = set()
            for made in message.calls:
                if made.id and made.id in seen:
                    yield Problem(
                        f"two calls of {message.field} have the id {quote(made.id)}",
                        "give each call an id of its own, and its answer the same one",
                        field=f"{made.field}.id",
                    )
                seen.add(made.id or "")
