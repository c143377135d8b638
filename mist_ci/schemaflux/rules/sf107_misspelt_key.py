"""A key looks like a misspelt one.

What it finds: a key of a row, a message, a call or a part that its format does not know, that looks like one
that it knows, and that holds what the other one would hold, for example `wieght` for `weight`. Where the
field that is meant is required, it is SF104 that says so. Other keys that are not known are left alone.

Why it matters: keys that are not known are ignored without a word. The weight has no effect; the calls of the
tools are not trained.

What to do: correct the key. If it is meant as it is, take a name that is less like the other one.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.shape import Flaw

META = RuleMeta(
    code="SF107",
    name="misspelt-key",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        {
            "messages": [
                {"role": "user", "content": "What is 2+2?"},
                {"role": "assistant", "content": "22", "wieght": 0},
                {"role": "user", "content": "Really?"},
                {"role": "assistant", "content": "4"},
            ]
        }
    ),
    good=GOOD,
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per key."""
    for wrong in row.flaws(Flaw.UNKNOWN):
        key, known = wrong.keys
        yield Problem(
            f"{wrong.path or 'the row'} has {quote(key)}, which nobody reads",
            f"did you mean {quote(known)}?",
            field=f"{wrong.path}.{key}" if wrong.path else key,
        )
