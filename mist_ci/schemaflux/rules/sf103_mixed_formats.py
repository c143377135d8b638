"""A row is not of the format of its file.

What it finds: a row that is of another known format than most of the first rows of the file, or than the one
that is declared.

Why it matters: TRL, unsloth and LLaMA-Factory look at the first row only, and read all the others in the same
way. What they make of this one is empty, or an error in the middle of the training. Providers reject the file.

What to do: write all rows of a file in one format, or make two files.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux import formats
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF103",
    name="mixed-formats",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=GOOD + rows({"instruction": "Add the numbers.", "input": "2 and 3", "output": "5"}),
    good=GOOD,
)


def check(row: Row, /) -> Iterator[Problem]:
    """Only rows that are wrong in the format of the file are asked what else they are."""
    if row.other_format is not None:
        is_one, should = formats.of(row.other_format), formats.of(row.format)
        yield Problem(
            f"this row is {is_one.title} ({is_one.evidence}), but the file is {should.name}",
            f"write it as the other rows, with {should.evidence}, or move it to a file of its own",
        )
