r"""A line starts with a byte order mark.

What it finds: the bytes EF BB BF in front of the first row, or inside a file that was joined from
several.

Why it matters: the mark is invisible in editors, and parsers take it for the start of the row. OpenAI's
message for it is "Line 1 is not a dictionary".

What to do: save as "UTF-8" rather than "UTF-8 with BOM", or run `sed -i '1s/^\xEF\xBB\xBF//' FILE`.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonProblemKind
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.rule import BadLine, Problem, RuleMeta

META = RuleMeta(
    code="SF004",
    name="byte-order-mark",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=b"\xef\xbb\xbf" + GOOD,
    good=GOOD,
)


def check(line: BadLine, /) -> Iterator[Problem]:
    """One finding; the row behind the mark is checked once the mark is gone."""
    if line.problem.kind is JsonProblemKind.BOM:
        yield Problem(
            "starts with a UTF-8 byte order mark (BOM): most trainers cannot read this line",
            'save the file as "UTF-8", not "UTF-8 with BOM"',
            column=1,
        )
