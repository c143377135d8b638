"""A required field is missing.

What it finds: a row without `messages`, a message without `role` or `content`, a content part without
`type`, and a tool call without `function`, `name` or `arguments`. Misspelt fields and rows in the
formats of other trainers are recognised. A message that calls tools, refuses or carries audio needs no
content.

Why it matters: the row is rejected, or the trainer trains on nothing.

What to do: rename the field that is meant, or add it.
"""

import difflib
from collections.abc import Iterator, Mapping

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.message import Message, Object, indexed_objects
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF104",
    name="missing-field",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows({"mesages": [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "4"}]}),
    good=GOOD,
)
_OTHER_FORMATS: Mapping[frozenset[str], str] = {
    frozenset(
        {"conversations"}
    ): "this looks like ShareGPT: rename conversations to messages, from to role, value to content",
    frozenset(
        {"instruction", "output"}
    ): "this looks like Alpaca: make instruction a user message and output an assistant message",
    frozenset(
        {"prompt", "completion"}
    ): "this looks like prompt-completion: make them a user and an assistant message",
    frozenset(
        {"contents"}
    ): "this looks like Gemini: rename contents to messages, parts to content, model to assistant",
    frozenset(
        {"input", "preferred_output"}
    ): "this is preference data, not chat rows: take it out of this data set",
    frozenset({"chosen", "rejected"}): "this is preference data, not chat rows: take it out of this data set",
    frozenset({"text"}): "this is plain text: make it messages with roles",
}
_KNOWN = frozenset(
    {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal", "audio"}
)


def check(row: Row, /) -> Iterator[Problem]:
    """At most one problem per object: what it lacks."""
    if isinstance(row.value, dict) and "messages" not in row.object:
        yield Problem(
            f'missing "messages"; the row has {_keys(row.object)}',
            _hint_for_row(row.object),
            field="messages",
        )
    for message in row.messages:
        yield from _message(message)
    for index, tool in indexed_objects(row.object.get("tools")):
        if tool.get("type") == "function" and not {"function", "name"} & tool.keys():
            yield _problem(f"tools[{index}]", tool, ["function"])


def _message(message: Message) -> Iterator[Problem]:
    value = message.value
    missing = [key for key in ("role", "content") if key not in value]
    if message.acts and "content" in missing:
        missing.remove("content")
    if missing:
        yield _problem(message.field, value, missing)
    for index, part in indexed_objects(value.get("content")):
        if "type" not in part:
            yield _problem(f"{message.field}.content[{index}]", part, ["type"])
    for call in message.calls:
        function = call.value if call.is_legacy else call.value.get("function")
        if "function" not in call.value and not call.is_legacy:
            yield _problem(call.field, call.value, ["function"])
        elif isinstance(function, dict):
            missing = [key for key in ("name", "arguments") if key not in function]
            if missing:
                yield _problem(call.at_name.removesuffix(".name"), function, missing)


def _problem(field: str, value: Object, missing: list[str]) -> Problem:
    names = " and ".join(f'"{key}"' for key in missing)
    return Problem(
        f"{field} has no {names}; it has {_keys(value)}", _hint(value, missing), field=f"{field}.{missing[0]}"
    )


def _hint(value: Object, missing: list[str]) -> str:
    if {"from", "value"} & value.keys():
        return "this looks like ShareGPT: rename from to role and value to content"
    for key in missing:
        close = difflib.get_close_matches(key, value.keys() - _KNOWN, n=1, cutoff=0.7)
        if close:
            return f'did you mean "{key}" where it says {quote(close[0])}?'
    return f'add "{missing[0]}"'


def _hint_for_row(value: Object) -> str:
    close = difflib.get_close_matches("messages", value.keys(), n=1, cutoff=0.7)
    if close:
        return f'rename {quote(close[0])} to "messages"'
    fitting = (hint for keys, hint in _OTHER_FORMATS.items() if keys <= value.keys())
    return next(fitting, 'write {"messages": [{"role": ..., "content": ...}, ...]}')


def _keys(value: Object) -> str:
    shown = [quote(key) for key in list(value)[:4]]
    more = ["…"] if len(value) > len(shown) else []
    return ", ".join(shown + more) or "no fields"
