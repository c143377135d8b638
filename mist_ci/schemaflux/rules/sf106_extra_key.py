"""A key that the target does not take.

What it finds: a key of the row that is not among those that the target lists for its format.

Why it matters: some validators refuse every key that they do not know, such as an id or a source that others ignore.

What to do: remove the key from the rows that go to this target.
"""

import difflib
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.stated import problem, quoted, when, when_false

_TURNS: list[JsonValue] = [{"role": "user", "content": "What is 2+2?"}, {"role": "assistant", "content": "4"}]
META = RuleMeta(
    code="SF106",
    name="extra-key",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="bedrock-claude",
    bad=rows({"id": "row-1", "messages": _TURNS}),
    good=GOOD,
)


def facts(target: Target, /) -> tuple[Fact[tuple[str, ...]], ...]:
    """The keys that it takes, by format."""
    return tuple(target.rows.keys.values())


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per row. Tools at a target that takes none are SF320's."""
    for fact in when(target.rows.keys.get(row.format)):
        tools = {"tools", "functions"} if when_false(target.tools.allowed) else set()
        extra = [key for key in row.object if key not in fact.value and key not in tools]
        if extra:
            close = difflib.get_close_matches(extra[0], fact.value, n=1, cutoff=0.7)
            yield problem(
                fact,
                f"{target.title} takes no key {quoted(extra)}, only {quoted(fact.value)}",
                f"did you mean {quote(close[0])}?" if close else "remove it",
                extra[0],
                permits=set(extra).issubset,
            )
