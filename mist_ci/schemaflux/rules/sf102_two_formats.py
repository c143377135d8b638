"""A row is of two formats at once.

What it finds: a row with `text` next to `messages`, or with the keys of another pair of formats that exclude
each other. What is null does not count.

Why it matters: each trainer picks one of them, and not all the same one. Together rejects the file.

What to do: keep the one that should be trained, and give the other another name.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF102",
    name="two-formats",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows(
        {
            "text": "What is 2+2? 4",
            "messages": [{"role": "user", "content": "What is 2+2?"}, {"role": "assistant", "content": "4"}],
        }
    ),
    good=GOOD,
)
_EXCLUSIVE = tuple(
    (frozenset(one), frozenset(other))
    for one, other in (
        (("messages",), ("text",)),
        (("messages",), ("prompt", "completion")),
        (("messages",), ("conversations",)),
        (("messages",), ("interactions",)),
        (("messages",), ("contents",)),
        (("messages",), ("instruction", "output")),
        (("conversations",), ("text",)),
        (("conversations",), ("instruction", "output")),
        (("prompt", "completion"), ("text",)),
    )
)


def check(row: Row, /) -> Iterator[Problem]:
    """The first such pair."""
    if row.plain is not None:
        return
    filled = {key for key, value in row.object.items() if value is not None}
    for one, other in _EXCLUSIVE:
        if one <= filled and other <= filled:
            names = [" and ".join(quote(key) for key in row.object if key in group) for group in (one, other)]
            yield Problem(
                f"the row has {names[0]} and also {names[1]}: two formats at once",
                f"keep one of them; call the other something else, for example {quote(f'raw_{min(other)}')}",
                field=min(other),
            )
            return
