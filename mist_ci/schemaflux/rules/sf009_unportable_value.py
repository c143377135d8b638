r"""A value that parsers do not agree about.

What it finds: NaN and infinities, integers beyond 2^53, and half of a surrogate pair in an escape such
as \ud83d.

Why it matters: Python's parser lets them pass; servers and faster parsers reject the row, or change the
value.

What to do: write null or leave the field out instead of NaN, write long identifiers as strings, and
write text with a JSON library, which never splits a character.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonProblemKind
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.rule import BadLine, Problem, RuleMeta

META = RuleMeta(
    code="SF009",
    name="unportable-value",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=b'{"score": NaN, ' + GOOD[1:],
    good=b'{"score": null, ' + GOOD[1:],
)
_HINTS = {
    JsonProblemKind.NOT_FINITE: "write null, or leave the field out",
    JsonProblemKind.BIG_INT: "write it as a string",
    JsonProblemKind.SURROGATE: "write the whole character, for example with json.dumps",
}


def check(line: BadLine, /) -> Iterator[Problem]:
    """The first such value of the line."""
    problem = line.problem
    hint = _HINTS.get(problem.kind)
    if hint:
        yield Problem(problem.message, hint, field=problem.path or None, column=problem.column)
