"""prompt-completion: `{"prompt", "completion"}`, each of them a string or a list of messages."""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats.format import Format, has
from mist_ci.schemaflux.formats.turns import TRL_FIELDS, TURNS, tools, turns, unlike
from mist_ci.schemaflux.message import Message, Object
from mist_ci.schemaflux.shape import Fields, Record

_MEANT = {"response": "completion", "answer": "completion", "output": "completion"}
_MEANT |= {"question": "prompt", "query": "prompt", "input": "prompt"}
FIELDS: Fields = {"prompt": TURNS, "completion": TURNS}


def messages(row: Object, /) -> Iterator[Message]:
    """The prompt, then what it is completed with."""
    yield from turns("prompt", "user", row.get("prompt"))
    yield from turns("completion", "assistant", row.get("completion"))


FORMAT = Format(
    DataFormat.PROMPT_COMPLETION,
    title="Prompt and completion",
    evidence="prompt and completion",
    shape=Record(FIELDS, TRL_FIELDS, meant=_MEANT),
    looks_like=lambda row: has(row, "prompt", "completion"),
    unlike=lambda row: unlike(row, "prompt", "completion"),
    messages=messages,
    tools=tools,
    example={"prompt": "The capital of Norway is", "completion": " Oslo."},
    taken_by="TRL, OpenAI (legacy), Together, Bedrock (Titan, Llama)",
)
