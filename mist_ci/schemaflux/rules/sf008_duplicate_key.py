"""A key appears twice in one object.

What it finds: the same key twice between one pair of braces, also when it is spelt with escapes.

Why it matters: parsers keep the last value, some keep the first, and none says so. The model is trained
on a row that nobody has read.

What to do: remove one of the two, or rename it.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonProblemKind
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.rule import BadLine, Problem, RuleMeta

META = RuleMeta(
    code="SF008",
    name="duplicate-key",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=GOOD.replace(b'"content": "4"', b'"content": "4", "content": "5"'),
    good=GOOD,
)


def check(line: BadLine, /) -> Iterator[Problem]:
    """The first duplicate of the line."""
    problem = line.problem
    if problem.kind is JsonProblemKind.DUPLICATE_KEY:
        yield Problem(
            f"{problem.message}; most parsers keep only the last",
            "keep one of the two",
            field=problem.path or None,
            column=problem.column,
        )
