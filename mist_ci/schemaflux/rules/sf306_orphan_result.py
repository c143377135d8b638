"""A tool message answers no call.

What it finds: a tool message without `tool_call_id`, with an id that the assistant message before it did
not use, or with an id that was answered already; and more results than calls where a row uses no ids. A
row without any tool calls, whose calls are written in the text, is left alone unless its tool messages
carry ids.

Why it matters: OpenAI, Mistral and Amazon reject the row. Elsewhere results are paired with the wrong
call.

What to do: copy the id of the call, or remove the message.
"""

import difflib
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, call, result, rows, tool
from mist_ci.schemaflux.exchange import Exchange, exchanges, result_id
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF306",
    name="orphan-result",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows(
        {
            "messages": [ASK, call("weather", '{"city": "Oslo"}'), result("call_7", "rain"), TELL],
            "tools": [tool("weather")],
        }
    ),
    good=GOOD_CALL,
)


def check(row: Row, /) -> Iterator[Problem]:
    """Silent where a call has no id: that is SF305."""
    calls_in_text = not any(message.calls for message in row.messages)
    for exchange in exchanges(row):
        if exchange.by_position:
            if not calls_in_text:
                yield from (_problem(message, []) for message in exchange.results[len(exchange.calls) :])
        elif all(made.id for made in exchange.calls):
            yield from _by_id(exchange)


def _by_id(exchange: Exchange) -> Iterator[Problem]:
    waiting = [made.id for made in exchange.calls if made.id]
    for message in exchange.results:
        found = result_id(message)
        if found in waiting:
            waiting.remove(found)
        else:
            yield _problem(message, waiting)


def _problem(message: Message, waiting: list[str]) -> Problem:
    found = result_id(message)
    reason = f"its tool_call_id {quote(found)} belongs to no open call" if found else "it has no tool_call_id"
    close = difflib.get_close_matches(found or "", waiting, n=1, cutoff=0.0)
    return Problem(
        f"{message.field} answers no tool call: {reason}",
        f"write the id of the call: {quote(close[0])}" if close else "remove it, or add the call before it",
        field=f"{message.field}.tool_call_id",
    )
