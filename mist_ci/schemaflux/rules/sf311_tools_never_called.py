"""A tool is declared again and again, and nobody ever calls it.

What it finds: a tool that at least half of the rows with tools declare (and at least ten), and that no row
calls, neither as a call nor by its name in a text of the assistant.

Why it matters: the model learns never to call it. That may be what you want, for a tool that is there to be
resisted.

What to do: add rows that call it, or stop declaring it.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Self

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import call, rows, tool
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta, quote
from mist_ci.schemaflux.seen import Census


def _row(number: int) -> JsonValue:
    ask: JsonValue = {"role": "user", "content": f"Weather on day {number}?"}
    tell: JsonValue = {"role": "assistant", "content": f"It is {number} degrees."}
    return {"messages": [ask, tell], "tools": [tool("weather")]}


_CALLED: JsonValue = {
    "messages": [{"role": "user", "content": "Weather?"}, call("weather", "{}")],
    "tools": [tool("weather")],
}
META = RuleMeta(
    code="SF311",
    name="tools-never-called",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    skips_plain=True,
    bad=rows(*(_row(number) for number in range(10))),
    good=rows(_CALLED, _row(1)),
)
_FEWEST = 10
_MOST_TOOLS = 10_000
_SHOWN = 4


@dataclass(slots=True)
class _Tally:
    declared: Census[str] = field(default_factory=lambda: Census(_MOST_TOOLS))
    called: set[str] = field(default_factory=set)
    rows: int = 0

    def add(self, row: Row, /) -> None:
        if row.plain is not None or not row.tools:
            return
        names = dict.fromkeys(tool.name for tool in row.tools if tool.name)
        if not names:
            return
        self.rows += 1
        for name in names:
            self.declared.add(name, row)
        new = names.keys() - self.called
        if new and not self.declared.is_full:
            self.called |= new & (_called(row) or _named(new, row))

    def merge(self, later: Self, /) -> None:
        self.declared.merge(later.declared)
        self.called |= later.called
        self.rows += later.rows

    def problems(self) -> Iterator[Placed]:
        idle = [
            (name, seen)
            for name, seen in self.declared.by_count()
            if name not in self.called and seen.count >= max(_FEWEST, self.rows / 2)
        ]
        if idle:
            shown = ", ".join(quote(name[:40]) for name, _ in idle[:_SHOWN])
            problem = Problem(
                f"{shown}{', …' if idle[_SHOWN:] else ''}: declared in {idle[0][1].count:,} rows, called in none",
                "add rows that call it, or stop declaring it",
            )
            first = idle[0][1]
            yield Placed(problem, first.file, first.line, all(seen.is_known for _, seen in idle))


def _called(row: Row) -> set[str | None]:
    return {made.name for message in row.said for made in message.calls}


def _named(names: AbstractSet[str], row: Row) -> set[str | None]:
    """For rows that write their calls as text."""
    texts = [message.text for message in row.said if message.role == "assistant"]
    return {name for name in names if any(name in text for text in texts)}


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
