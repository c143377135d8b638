r"""The fast path for rows with tools: proves that a conversation is orderly, so that no shape rule has anything to say.

An orderly row declares its tools, calls them with arguments that fit, answers each call once before it goes on, says
something wherever something must be said, and ends with the assistant. Rows of one data set declare the same tools
again and again, so that a list of tools is looked at once: by all shape rules, in a row that has nothing else.

What shape rules say about an orderly row depends on its signature alone, as with plain rows; a test holds them to it.
`LOOSE` is a pattern for RE2: JSON in which `":` may be something else than the end of a key.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from mist_ci.parsing.strict_json import JsonProblem, count_members, parse
from mist_ci.schemaflux.message import Object
from mist_ci.schemaflux.tool_schemas import ToolSchema, read_schema

LOOSE = rb'"[ \t\r]+:|\\\\"'
_MOST_LISTS = 4_096
_LONGEST_LIST = 1 << 20
_CALL_MEMBERS = 5

IsClean = Callable[[bytes], bool]
"""Says whether a row of JSON is strict and free of problems."""


class _Function(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    name: str
    arguments: str


class _Call(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    id: str
    type: Literal["function"]
    function: _Function


class _Turn(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | UnsetType | None = UNSET
    tool_calls: list[_Call] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET


class _Row(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    messages: list[_Turn]
    tools: msgspec.Raw


_decode = msgspec.json.Decoder(_Row).decode
_decode_value = msgspec.json.Decoder().decode
Signature = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Tools:
    """One list of tools that is free of problems."""

    members: int
    """Keys in it."""
    schemas: dict[str, ToolSchema]


class Orderly:
    """Recognises orderly rows. Remembers the lists of tools that it saw last."""

    def __init__(self, is_clean: IsClean) -> None:
        self._is_clean = is_clean
        self._lists: OrderedDict[bytes, _Tools | None] = OrderedDict()

    def signature(self, raw: bytes) -> Signature | None:
        """What shape rules may look at, of a line that does not match LOOSE; None when it is not orderly."""
        if b'"tools"' not in raw:
            return None
        try:
            row = _decode(raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        tools = self._tools(bytes(row.tools))
        if tools is None:
            return None
        walk = _Walk(tools.schemas)
        if not all(map(walk.step, row.messages)) or not walk.is_done():
            return None
        # Each key ends in `":`; an escaped quote before a colon, in a text, is none.
        colons = raw.count(b'":') - raw.count(b'\\":')
        return tuple(walk.signature) if colons == walk.members + tools.members + 2 else None

    def _tools(self, raw: bytes) -> _Tools | None:
        if raw in self._lists:
            self._lists.move_to_end(raw)
            return self._lists[raw]
        tools = self._read(raw)
        if len(raw) <= _LONGEST_LIST:
            self._lists[raw] = tools
            if len(self._lists) > _MOST_LISTS:
                self._lists.popitem(last=False)
        return tools

    def _read(self, raw: bytes) -> _Tools | None:
        said = b'{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"tools":'
        if not self._is_clean(said + raw + b"}"):
            return None
        listed = _decode_value(raw)
        if not isinstance(listed, list) or not listed:
            return None
        declared = dict(_declared(listed))
        return _Tools(count_members(listed), declared) if len(declared) == len(listed) else None


def _declared(listed: list[object]) -> Iterator[tuple[str, ToolSchema]]:
    """Names and schemas of the tools that are functions with a schema of an object."""
    for tool in listed:
        match tool:
            case {
                "type": "function",
                "function": {"name": str(name), "parameters": {"type": "object"} as schema},
            }:
                yield name, read_schema(schema)
            case _:
                return


class _Walk:
    """Goes through a conversation, turn by turn."""

    __slots__ = ("_has_user", "_ids", "_open", "_schemas", "members", "signature")

    def __init__(self, schemas: dict[str, ToolSchema]) -> None:
        self._schemas = schemas
        self._ids: set[str] = set()
        self._open: set[str] = set()
        self._has_user = False
        self.members = 0
        self.signature = ["tools"]

    def step(self, turn: _Turn) -> bool:
        """False when the turn is out of order."""
        role, content = turn.role, turn.content
        says = isinstance(content, str) and bool(content) and not content.isspace()
        self.members += 1 + (content is not UNSET)
        if role == "tool":
            return says and self._answers(turn)
        if self._open or turn.tool_call_id is not UNSET:
            return False
        if role == "assistant" and turn.tool_calls:
            return (says or not content) and self._calls(turn, says=says)
        self._has_user = self._has_user or role == "user"
        self.signature.append(role)
        return says and turn.tool_calls is UNSET

    def is_done(self) -> bool:
        """True when the conversation may end here."""
        return self._has_user and self.signature[-1].startswith("assistant")

    def _answers(self, turn: _Turn) -> bool:
        found = turn.tool_call_id
        if turn.tool_calls is not UNSET or found is UNSET or found not in self._open:
            return False
        self._open.discard(found)
        self.members += 1
        self.signature.append("tool")
        return True

    def _calls(self, turn: _Turn, *, says: bool) -> bool:
        if turn.tool_calls is UNSET:
            return False
        self.members += 1
        self.signature.append(f"assistant{'+' if says else ''}{len(turn.tool_calls)}")
        return all(map(self._call, turn.tool_calls))

    def _call(self, call: _Call) -> bool:
        self.members += _CALL_MEMBERS
        schema = self._schemas.get(call.function.name)
        if schema is None or not call.id or call.id in self._ids:
            return False
        self._ids.add(call.id)
        self._open.add(call.id)
        arguments = _object(call.function.arguments)
        if arguments is None or None in arguments.values():
            return False
        return schema.first_fault(arguments, len(call.function.arguments)) is None


def _object(text: str) -> Object | None:
    try:
        value = parse(text.encode())
    except (JsonProblem, UnicodeEncodeError):
        return None
    return value if isinstance(value, dict) else None
