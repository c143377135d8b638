"""openai-dpo: `{"input": {"messages", "tools"?}, "preferred_output": […], "non_preferred_output": […]}`."""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats.format import Format
from mist_ci.schemaflux.formats.openai_chat import MESSAGE, SHAPE, messages_at, tools_at
from mist_ci.schemaflux.message import Message, Object, Side, ToolDeclaration
from mist_ci.schemaflux.shape import ListOf, Record

_SIDES = {"chosen": "preferred_output", "rejected": "non_preferred_output"}
_OUTPUT = ListOf(MESSAGE, at_least=1)
_MEANT = {"preferred_completion": "preferred_output", "non_preferred_completion": "non_preferred_output"}


def _input(row: Object) -> Object:
    value = row.get("input")
    return value if isinstance(value, dict) else {}


def messages(row: Object, /) -> Iterator[Message]:
    """The prompt."""
    return messages_at("input.messages", _input(row).get("messages"))


def sides(row: Object, /) -> Iterator[Side]:
    """Both outputs."""
    for name, key in _SIDES.items():
        if key in row:
            yield Side(name, key, tuple(messages_at(key, row[key])))


def tools(row: Object, /) -> Iterator[ToolDeclaration]:
    """Tools are declared inside of the input."""
    return tools_at("input.tools", _input(row).get("tools"))


FORMAT = Format(
    DataFormat.OPENAI_DPO,
    title="OpenAI preference (DPO)",
    evidence="input, preferred_output and non_preferred_output",
    shape=Record(
        {"input": SHAPE, "preferred_output": _OUTPUT, "non_preferred_output": _OUTPUT}, meant=_MEANT
    ),
    looks_like=lambda row: not row.keys().isdisjoint((*_SIDES.values(), *_MEANT)),
    messages=messages,
    sides=sides,
    tools=tools,
    example={
        "input": {"messages": [{"role": "user", "content": "What is 2+2?"}]},
        "preferred_output": [{"role": "assistant", "content": "4"}],
        "non_preferred_output": [{"role": "assistant", "content": "5"}],
    },
    taken_by="OpenAI, Azure, Together, Fireworks",
)
