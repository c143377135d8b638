"""axolotl-chat: openai-chat where turns say whether they are trained; or `segments`, which say it by `label`."""

from collections.abc import Iterator

from msgspec.structs import replace

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats import openai_chat
from mist_ci.schemaflux.formats.format import Format, has
from mist_ci.schemaflux.formats.openai_chat import ACTS, CONTENT, MESSAGE_FIELDS, ROW_FIELDS, SHAREGPT_KEYS
from mist_ci.schemaflux.message import Message, Object, indexed_objects
from mist_ci.schemaflux.shape import ANYTHING, FLAG, TEXT, ListOf, One, OneOf, Record, each

_SWITCHES = ("training", "train")
_SWITCH = OneOf("true or false", (FLAG, One("0 or 1", frozenset({int}))))
_OWN_FIELDS = each(_SWITCHES, _SWITCH) | {"training_detail": ANYTHING, "train_detail": ANYTHING}
_TURN = Record(
    {"role": TEXT, "content": CONTENT},
    MESSAGE_FIELDS | _OWN_FIELDS,
    unless={"content": ACTS},
    meant=SHAREGPT_KEYS,
)
_SEGMENT = Record({"label": FLAG, "text": TEXT})


def looks_like(row: Object) -> bool:
    """A message with one of the switches, or segments."""
    turns = indexed_objects(row.get("messages"))
    return has(row, "segments") or any(not turn.keys().isdisjoint(_OWN_FIELDS) for _, turn in turns)


def messages(row: Object, /) -> Iterator[Message]:
    """Messages; of segments, what is trained is said by the assistant."""
    for index, value in indexed_objects(row.get("messages")):
        one = openai_chat.message(f"messages[{index}]", value)
        is_masked = any(value.get(key) in (False, 0) for key in _SWITCHES if value.get(key) is not None)
        yield replace(one, is_masked=True) if is_masked else one
    for index, value in indexed_objects(row.get("segments")):
        role = "assistant" if value.get("label") is True else "user"
        field = f"segments[{index}]"
        yield Message(field, value, role, value.get("text"), at_content=f"{field}.text")


FORMAT = Format(
    DataFormat.AXOLOTL_CHAT,
    title="axolotl chat",
    evidence="messages that say whether they are trained, or segments",
    shape=Record(
        optional={
            "messages": ListOf(_TURN, at_least=1),
            "segments": ListOf(_SEGMENT, at_least=1),
            **ROW_FIELDS,
        },
        one_of=(("messages", "segments"),),
    ),
    looks_like=looks_like,
    messages=messages,
    tools=openai_chat.tools,
    example={
        "messages": [
            {"role": "user", "content": "What is 2+2?"},
            {"role": "assistant", "content": "22", "training": False},
            {"role": "user", "content": "Really?"},
            {"role": "assistant", "content": "4", "training": True},
        ]
    },
    taken_by="axolotl (`chat_template` and `input_output`)",
)
