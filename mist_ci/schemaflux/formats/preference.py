"""preference: `{"prompt"?, "chosen", "rejected"}`, strings or messages.

Without a prompt, and where both sides repeat it (as TRL reads them), the prompt is what both sides begin with.
"""

from collections.abc import Iterator, Sequence

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.formats.format import Format, has
from mist_ci.schemaflux.formats.turns import TRL_FIELDS, TURNS, tools, turns, unlike
from mist_ci.schemaflux.message import Message, Object, Side
from mist_ci.schemaflux.shape import Record

_SIDES = ("chosen", "rejected")


def messages(row: Object, /) -> Iterator[Message]:
    """The prompt: its own field, or what both sides begin with."""
    shared = _shared(row)
    if shared:
        yield from tuple(turns("chosen", "assistant", row.get("chosen")))[:shared]
    else:
        yield from turns("prompt", "user", row.get("prompt"))


def sides(row: Object, /) -> Iterator[Side]:
    """What comes after the prompt, on both sides."""
    shared = _shared(row)
    for name in _SIDES:
        if name in row:
            yield Side(name, name, tuple(turns(name, "assistant", row[name]))[shared:])


def _shared(row: Object) -> int:
    """How many messages both sides begin with; the last of each is never one of them."""
    one, two = (row.get(name) for name in _SIDES)
    if not isinstance(one, list) or not isinstance(two, list) or isinstance(row.get("prompt"), list):
        return 0
    return _same(one[:-1], two[:-1])


def _same(one: Sequence[JsonValue], two: Sequence[JsonValue]) -> int:
    for count, (mine, other) in enumerate(zip(one, two, strict=False)):
        if mine != other or not isinstance(mine, dict):
            return count
    return min(len(one), len(two))


FORMAT = Format(
    DataFormat.PREFERENCE,
    title="Preference",
    evidence="chosen and rejected",
    shape=Record({"chosen": TURNS, "rejected": TURNS}, {"prompt": TURNS, **TRL_FIELDS}),
    looks_like=lambda row: has(row, "chosen", "rejected"),
    unlike=lambda row: unlike(row, *_SIDES),
    messages=messages,
    sides=sides,
    tools=tools,
    example={"prompt": "What is 2+2?", "chosen": "4", "rejected": "5"},
    taken_by="TRL (DPO, ORPO, CPO, rewards), axolotl (`chatml.*`, `llama3.*`)",
)
