"""A field has the wrong type.

What it finds: `messages` that is not a list, a message that is not an object, a role that is not a
string, content that is neither a string nor a list of parts nor null, and the same for tool calls and
tools.

Why it matters: servers reject the row; local trainers crash at it, or turn the value into text and train
on `{'a': 1}`.

What to do: write the type that is expected. A number or an object that is meant as text must be made a
string first. A string that holds JSON must be parsed first.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.formats.openai_chat import PLAIN_KEYS
from mist_ci.schemaflux.message import Message, Object, indexed_objects
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote, type_name

META = RuleMeta(
    code="SF105",
    name="wrong-type",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows({"messages": [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": 4}]}),
    good=GOOD,
)
_EXPECTED = {
    "a string": (str,),
    "a list": (list,),
    "an object": (dict,),
    "a list or null": (list, type(None)),
    "a string or null": (str, type(None)),
    "an object or null": (dict, type(None)),
    "a string or an object": (str, dict),
    "a string, a list of parts or null": (str, list, type(None)),
}


def check(row: Row, /) -> Iterator[Problem]:
    """Every wrong type, at its path. What is below a wrong type is not looked at."""
    yield from _field(row.object, "", "messages", "a list")
    yield from _items(row.object.get("messages"), "messages")
    for message in row.messages:
        yield from _message(message)
    yield from _field(row.object, "", "tools", "a list or null")
    yield from _items(row.object.get("tools"), "tools")
    for index, tool in indexed_objects(row.object.get("tools")):
        yield from _field(tool, f"tools[{index}].", "function", "an object")
        function = tool.get("function")
        if isinstance(function, dict):
            yield from _field(function, f"tools[{index}].function.", "name", "a string")


def _message(message: Message) -> Iterator[Problem]:
    value, prefix = message.value, f"{message.field}."
    yield from _field(value, prefix, "role", "a string")
    yield from _field(value, prefix, "content", "a string, a list of parts or null")
    if isinstance(value.get("content"), list):
        yield from _parts(value["content"], f"{prefix}content")
    if not value.keys() <= PLAIN_KEYS:
        yield from _field(value, prefix, "tool_calls", "a list or null")
        yield from _field(value, prefix, "function_call", "an object or null")
        yield from _field(value, prefix, "tool_call_id", "a string or null")
        yield from _field(value, prefix, "name", "a string or null")
        yield from _items(value.get("tool_calls"), f"{prefix}tool_calls")
        for call in message.calls:
            function = call.value if call.is_legacy else call.value.get("function")
            if not call.is_legacy:
                yield from _field(call.value, f"{call.field}.", "function", "an object")
                yield from _field(call.value, f"{call.field}.", "id", "a string or null")
            if isinstance(function, dict):
                prefix = call.at_name.removesuffix("name")
                yield from _field(function, prefix, "name", "a string")
                yield from _field(function, prefix, "arguments", "a string or an object")


def _parts(content: JsonValue, field: str) -> Iterator[Problem]:
    yield from _items(content, field)
    for index, part in indexed_objects(content):
        yield from _field(part, f"{field}[{index}].", "type", "a string")
        if part.get("type") == "text":
            yield from _value(part.get("text"), f"{field}[{index}].text", "a string")


def _items(value: JsonValue, field: str) -> Iterator[Problem]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                yield from _value(item, f"{field}[{index}]", "an object")


def _field(value: Object, prefix: str, key: str, expected: str) -> Iterator[Problem]:
    if key in value and not isinstance(value[key], _EXPECTED[expected]):
        yield from _value(value[key], f"{prefix}{key}", expected)


def _value(value: JsonValue, field: str, expected: str) -> Iterator[Problem]:
    if not isinstance(value, _EXPECTED[expected]):
        message = f"{field} is {type_name(value)}, expected {expected}"
        yield Problem(message, _hint(value, expected), field=field, snippet=quote(value))


def _hint(value: JsonValue, expected: str) -> str:
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        return "this is JSON inside a string: parse it and write the value itself"
    if expected.startswith("a string") and "object" not in expected and value is not None:
        return f"write it as a string, for example {quote(quote(value))}"
    return f"make it {expected}"
