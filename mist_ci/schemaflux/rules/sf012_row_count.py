"""The file has too few or too many rows for the target.

What it finds: a file with fewer or more rows than the target takes.

Why it matters: OpenAI and Azure want 10 rows, Fireworks 3, Amazon Nova 8 (Nova 2 Lite 200) to 20,000. The job is
rejected after the upload.

What to do: add rows, or split the file. Fewer rows than these teach little anyway.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.file_facts import EXAMPLE, FileFacts
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when

BAD = replace(EXAMPLE, rows=7)
GOOD = replace(EXAMPLE, rows=10)
META = RuleMeta(
    code="SF012",
    name="row-count",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="azure",
    bad=BAD.shown(),
    good=GOOD.shown(),
)


def facts(target: Target, /) -> tuple[Fact[Any], ...]:
    """The smallest and the largest number of rows."""
    return (*when(target.limits.rows_min), *when(target.limits.rows_max))


def check(file: FileFacts, target: Target, /) -> Iterator[Problem]:
    """At most one problem per file. A file without rows is SF001's."""
    count = file.rows
    told = "1 row" if count == 1 else f"{count:,} rows"
    for fact in when(target.limits.rows_min):
        if 0 < count < fact.value:
            yield problem(
                fact,
                f"{told}; {target.title} wants {fact.value:,} at least",
                "add rows",
                permits=lambda limit: limit <= count,
            )
    for fact in when(target.limits.rows_max):
        if count > fact.value:
            yield problem(
                fact,
                f"{told}; {target.title} takes {fact.value:,} at most",
                "split the file, or leave rows out",
                permits=lambda limit: limit >= count,
            )
