"""A field has other types or keys in other rows, and tables cannot hold that.

What it finds: arguments of tool calls that are objects with different keys; arguments that are a string in some rows
and an object in others; and a field of the row that is text in some rows, and a number or true or false in others.

Why it matters: Hugging Face datasets make a table of the rows. Before version 4.7 they fill in every key that any
call has, as null, and the model learns to write `"city": null`. Mixed types stop them with an error that names no row.

What to do: write the arguments as a string of JSON, and fields of one type in all rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import ASK, GOOD, TELL, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta, quote
from mist_ci.schemaflux.trait import Trait


def _calls(*arguments: JsonValue) -> JsonValue:
    """A row with one call of a tool per value."""
    functions: list[JsonValue] = [{"function": {"name": "f", "arguments": one}} for one in arguments]
    results: list[JsonValue] = [{"role": "tool", "name": "f", "content": "rain"} for _ in arguments]
    return {"messages": [ASK, {"role": "assistant", "content": "", "tool_calls": functions}, *results, TELL]}


META = RuleMeta(
    code="SF110",
    name="mixed-types",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    skips_plain=True,
    bad=rows(_calls({"city": "Oslo"}, {"day": "Monday"})),
    good=GOOD,
)
_TABLES = frozenset(DataFormat) - {DataFormat.BEDROCK_NOVA, DataFormat.VERTEX}
"""Formats that are read into tables; the others are for servers that do not."""
_NAMES = {bool: "true or false", int: "a number", float: "a number", str: "a string", dict: "an object"}
_MOST_KINDS = 1000
_MOST_FIELDS = 200
_ARGUMENTS = "the arguments of tool calls"


@dataclass(slots=True)
class _Seen:
    """The first row of a kind, and whether there was one of the kind before."""

    file: str
    line: int
    is_known: bool


Kinds = dict[str, _Seen]
Name = tuple[DataFormat, str]
"""Files of different formats are different tables: their fields have nothing to do with each other."""


@dataclass(slots=True)
class Tally:
    """Per field, the types that it has; and the sets of keys that arguments have."""

    fields: dict[Name, Kinds] = field(default_factory=dict)
    keys: dict[Name, Kinds] = field(default_factory=dict)

    def add(self, row: Row, /) -> None:
        """Takes in one row. Plain rows have nothing of the kind; what is wrong by itself is SF105."""
        if row.orderly is not None:
            if any(turn[-1].isdigit() for turn in row.orderly):
                _note(self.fields.setdefault((row.format, _ARGUMENTS), {}), "a string", row)
            return
        if row.plain is not None or row.format not in _TABLES or not row.is_sound:
            return
        for key, value in row.object.items():
            kind = _NAMES.get(type(value))
            if (
                kind is not None
                and kind != "an object"
                and ((row.format, key) in self.fields or len(self.fields) < _MOST_FIELDS)
            ):
                _note(self.fields.setdefault((row.format, key), {}), kind, row)
        if Trait.TOOLS in row.traits:
            for message in row.said:
                for call in message.calls:
                    self._add_arguments(call.arguments, row)

    def _add_arguments(self, arguments: JsonValue, row: Row) -> None:
        kind = _NAMES.get(type(arguments))
        if row.format is DataFormat.SHAREGPT or kind not in {"a string", "an object"}:
            return
        _note(self.fields.setdefault((row.format, _ARGUMENTS), {}), kind, row)
        if isinstance(arguments, dict) and arguments:
            sets = self.keys.setdefault((row.format, _ARGUMENTS), {})
            _note(sets, ", ".join(quote(key) for key in sorted(arguments)), row)

    def merge(self, later: "Tally", /) -> None:
        """Takes in the tally of later rows."""
        for name, kinds in later.fields.items():
            if name in self.fields or len(self.fields) < _MOST_FIELDS:
                _merge(self.fields.setdefault(name, {}), kinds)
        for name, kinds in later.keys.items():
            _merge(self.keys.setdefault(name, {}), kinds)

    def problems(self) -> Iterator[Placed]:
        """One problem per field, at the first row that differs."""
        for (_, name), kinds in sorted(self.fields.items()):
            if len(kinds) > 1:
                one, other = list(kinds)[:2]
                said = f'"{name}" is' if name != _ARGUMENTS else f"{name} are"
                first = next(iter(kinds.values()))
                yield _placed(
                    kinds,
                    f"{said} {one} first, and {other} here: a table cannot hold both",
                    f"write it in all rows as in {first.file}:{first.line}",
                )
        for which, sets in self.keys.items():
            if len(sets) > 1 and len(self.fields[which]) == 1:
                one, other = list(sets)[:2]
                yield _placed(
                    sets,
                    f"{_ARGUMENTS} have {len(sets):,} different sets of keys, such as {one} and {other}: "
                    "older datasets fill in null for all others",
                    "write the arguments as a string of JSON, or use datasets 4.7 or later",
                )


def tally() -> Tally:
    """A new, empty tally."""
    return Tally()


def _note(kinds: Kinds, kind: str, row: Row) -> None:
    seen = kinds.get(kind)
    if seen is not None:
        seen.is_known = seen.is_known or row.is_known
    elif len(kinds) < _MOST_KINDS:
        kinds[kind] = _Seen(row.file, row.line, row.is_known)


def _merge(mine: Kinds, later: Kinds) -> None:
    for kind, seen in later.items():
        if kind in mine:
            mine[kind].is_known = mine[kind].is_known or seen.is_known
        elif len(mine) < _MOST_KINDS:
            mine[kind] = seen


def _placed(kinds: Kinds, message: str, hint: str) -> Placed:
    second = list(kinds.values())[1]
    is_known = sum(seen.is_known for seen in kinds.values()) > 1
    return Placed(Problem(message[:240], hint), second.file, second.line, is_known)
