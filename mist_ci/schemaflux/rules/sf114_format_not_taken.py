"""The target does not take this format.

What it finds: a file whose rows are of a format that the target does not read.

Why it matters: the file is rejected, or read as something else. TRL, for one, gives ShareGPT rows the keys of chat rows
without renaming their roles, and fails later.

What to do: convert the rows to a format of the target.
"""

from collections.abc import Iterator
from dataclasses import replace

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.file_facts import EXAMPLE, FileFacts
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import listed

BAD = replace(EXAMPLE, format=DataFormat.SHAREGPT)
GOOD = EXAMPLE
META = RuleMeta(
    code="SF114",
    name="format-not-taken",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="trl",
    bad=BAD.shown(),
    good=GOOD.shown(),
)
PREFERENCES = frozenset({DataFormat.PREFERENCE, DataFormat.OPENAI_DPO})


def facts(_target: Target, /) -> tuple[Fact[str], ...]:
    """None: every target states its formats."""
    return ()


def check(file: FileFacts, target: Target, /) -> Iterator[Problem]:
    """At most one problem per file."""
    if file.format not in target.formats:
        alike = [one for one in target.formats if one in PREFERENCES and file.format in PREFERENCES]
        wanted = (*alike, *target.formats)[0]
        yield Problem(
            f"the rows are {file.format}; {target.title} takes {listed(target.formats)}",
            f"convert them to {wanted}; if they are something else, declare the format",
        )
