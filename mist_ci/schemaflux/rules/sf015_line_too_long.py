"""A line is too long to be a row.

What it finds: a line of more than 64 MB.

Why it matters: readers of JSON Lines hold a line in memory, many of them with a limit. Such a line is most often a
whole data set without line feeds, or pictures written into the row.

What to do: write one row per line, and pictures as files that the row refers to.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonProblemKind
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.rule import BadLine, Problem, RuleMeta

META = RuleMeta(
    code="SF015",
    name="line-too-long",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=b'{"messages": [{"role": "user", "content": "' + b"data:image/png;base64,AAAA" * 3 + b'"}]}\n',
    good=GOOD,
    longest_line=100,
)


def check(line: BadLine, /) -> Iterator[Problem]:
    """The line was not read."""
    if line.problem.kind is JsonProblemKind.LENGTH:
        hint = "write one row per line, and pictures as files that the row refers to"
        yield Problem(f"{line.problem.message}: too long to be a row", hint)
