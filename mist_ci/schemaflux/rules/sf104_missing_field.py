"""A required field is missing.

What it finds: a row, a message, a content part, a tool call or a tool that lacks what its format requires, for
example a message without `role` or `content`, or a tool call without `arguments`. Misspelt fields and the names
of other formats are recognised. A message that calls tools, refuses or carries audio needs no content.

Why it matters: the row is rejected, or the trainer trains on nothing.

What to do: rename the field that is meant, or add it.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux import formats
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.message import Object
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.shape import Flaw, Record, ShapeProblem, nearest

META = RuleMeta(
    code="SF104",
    name="missing-field",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows({"messages": [{"role": "user", "content": "2+2?"}, {"role": "assistant", "contnet": "4"}]}),
    good=GOOD,
)
_ALIKE = 0.7
"""What is missing anyway may be called by a name that is less like it than a mere guess would have to be."""


def check(row: Row, /) -> Iterator[Problem]:
    """At most one problem per object: what it lacks."""
    for lack in row.flaws(Flaw.MISSING):
        value = lack.value if isinstance(lack.value, dict) else {}
        names = " and ".join(f'"{key}"' for key in lack.keys)
        if lack.path:
            message = f"{lack.path} has no {names}; it has {_keys(value)}"
            yield Problem(message, _hint(value, lack), field=f"{lack.path}.{lack.keys[0]}")
        else:
            message = f"missing {names}; the row has {_keys(value)}"
            yield Problem(message, _hint_for_row(value, lack, row), field=lack.keys[0])


def _hint(value: Object, lack: ShapeProblem) -> str:
    record = lack.record or Record()
    foreign = [f"{key} to {record.meant[key]}" for key in value if record.meant.get(key) in lack.keys]
    if foreign:
        origin = "this looks like ShareGPT: " if "from" in value else ""
        return f"{origin}rename {' and '.join(foreign)}"
    known = {*record.required, *record.optional}
    others = tuple(key for key in value if key not in known)
    for key in lack.keys:
        close = nearest(key, others, _ALIKE)
        if close:
            return f'did you mean "{key}" where it says {quote(close)}?'
    for key in others:
        if meant := nearest(key, tuple(known - value.keys())):
            return f'did you mean "{meant}" where it says {quote(key)}?'
    return f'add "{lack.keys[0]}"'


def _hint_for_row(value: Object, lack: ShapeProblem, row: Row) -> str:
    hint = _hint(value, lack)
    is_add = hint.startswith("add ")
    return f"{hint}; rows of this file have {formats.of(row.format).evidence}" if is_add else hint


def _keys(value: Object) -> str:
    shown = [quote(key) for key in list(value)[:4]]
    more = ["…"] if len(value) > len(shown) else []
    return ", ".join(shown + more) or "no fields"
