"""A tool call gets no answer.

What it finds: an assistant message with more tool calls than tool messages before the next assistant
message, and a call without `id` where tool messages use ids. A row may end with its tool calls. A row
that uses no ids at all pairs calls and results in order.

Why it matters: OpenAI, Mistral and Amazon reject the row. Elsewhere the model learns to go on without
results.

What to do: add the tool message, or cut the row after the call.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, call, rows, tool
from mist_ci.schemaflux.exchange import Exchange, exchanges, result_id
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF305",
    name="unanswered-call",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows({"messages": [ASK, call("weather", '{"city": "Oslo"}'), TELL], "tools": [tool("weather")]}),
    good=GOOD_CALL,
)


def check(row: Row, /) -> Iterator[Problem]:
    """An answer with a wrong id is SF306, not this."""
    for exchange in exchanges(row):
        yield from _without_id(exchange)
        if not exchange.is_last and len(exchange.results) < len(exchange.calls):
            yield from _unanswered(exchange)


def _without_id(exchange: Exchange) -> Iterator[Problem]:
    if not exchange.by_position:
        for made in exchange.calls:
            if not made.id and made.name is not None:
                yield Problem(
                    f"the call of {quote(made.name)} has no id, so no tool message can answer it",
                    'add "id" to the call, and the same "tool_call_id" to its answer',
                    field=f"{made.field}.id",
                )


def _unanswered(exchange: Exchange) -> Iterator[Problem]:
    answered = {result_id(message) for message in exchange.results}
    open_calls = exchange.calls[len(exchange.results) :]
    if not exchange.by_position:
        open_calls = tuple(made for made in exchange.calls if made.id and made.id not in answered)
    for made in open_calls:
        yield Problem(
            f"the call of {quote(made.name)} gets no answer before the next assistant message",
            "add a tool message after it, or cut the row there",
            field=made.field,
            snippet=quote(made.id),
        )
