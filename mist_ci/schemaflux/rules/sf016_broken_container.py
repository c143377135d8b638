"""The file is not what it says it is, or it cannot be read to its end.

What it finds: CSV whose rows do not fit its header or whose quotes are never closed, a JSON array without an end,
Parquet or compressed data that is damaged or grows without bound, columns that JSON cannot say, and files that are
no training data at all, such as archives, and names that promise a packing that is not there. None of the file's rows
are looked at; other files are.

Why it matters: a trainer stops here, or, worse, reads up to the damage and trains on half of the data.

What to do: write the file again from where it came. For CSV the line is where it broke; a cell that holds a
separator, a quote or a line break stands between quotes, and a quote inside of quotes is doubled.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.sources import BrokenSource
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF016",
    name="broken-container",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=b"[\n" + GOOD.rstrip() + b",\n" + GOOD[:40],
    good=b"[\n" + GOOD.rstrip() + b"\n]\n",
    file="train.json",
)


def check(file: BrokenSource, /) -> Iterator[Problem]:
    """What opening it has found out."""
    yield Problem(f"this file cannot be read: {file.reason}", file.hint, line=file.line)
