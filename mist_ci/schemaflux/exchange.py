"""Tool calls and the messages that answer them."""

from collections.abc import Iterator
from dataclasses import dataclass

from mist_ci.schemaflux.message import Message, ToolCall
from mist_ci.schemaflux.row import Row


@dataclass(frozen=True, slots=True)
class Exchange:
    """Calls of one assistant message, and the tool messages up to the next assistant message.

    `is_last` when the row ends with the calls, so that no answer is expected. `by_position` when the row uses
    no ids at all: calls and results then pair in order, as in Hugging Face's examples.
    """

    calls: tuple[ToolCall, ...]
    results: tuple[Message, ...]
    is_last: bool
    by_position: bool


def exchanges(row: Row) -> Iterator[Exchange]:
    """All exchanges of a sound row. The first may have results and no calls: they answer nobody."""
    if not row.is_sound or not any(_uses_tools(message) for message in row.messages):
        return
    by_position = not any(_has_id(message) for message in row.messages)
    calls: tuple[ToolCall, ...] = ()
    results: list[Message] = []
    for message in row.messages:
        if message.role == "tool":
            results.append(message)
        elif message.role == "assistant":
            yield Exchange(calls, tuple(results), is_last=False, by_position=by_position)
            calls, results = tool_calls(message), []
    yield Exchange(
        calls, tuple(results), is_last=row.messages[-1].role == "assistant", by_position=by_position
    )


def tool_calls(message: Message) -> tuple[ToolCall, ...]:
    """Calls that expect an answer with their id: all but the older `function_call`."""
    return tuple(call for call in message.calls if not call.is_legacy)


def result_id(message: Message) -> str | None:
    """The id of the call that a tool message answers."""
    return message.result_of


def _uses_tools(message: Message) -> bool:
    return message.role == "tool" or bool(tool_calls(message))


def _has_id(message: Message) -> bool:
    return result_id(message) is not None or any(call.id for call in tool_calls(message))
