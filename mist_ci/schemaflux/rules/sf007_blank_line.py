"""A blank line inside of the file.

What it finds: lines without anything but white space, where the target reads every line as JSON. The end of the last
line is none.

Why it matters: Mistral's and Amazon's validators fail at the line, and so did Together's before version 3; others skip
it.

What to do: remove the line; `--fix` does it.
"""

from collections.abc import Iterator
from dataclasses import replace

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.file_facts import EXAMPLE, FileFacts
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when_false

BAD = replace(EXAMPLE, blank_lines=(17,), blank_count=1)
GOOD = EXAMPLE
META = RuleMeta(
    code="SF007",
    name="blank-line",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="mistral",
    bad=BAD.shown(),
    good=GOOD.shown(),
)


def facts(target: Target, /) -> tuple[Fact[bool], ...]:
    """That blank lines are refused."""
    return when_false(target.rows.blank_lines)


def check(file: FileFacts, target: Target, /) -> Iterator[Problem]:
    """At most one problem per file, at its first blank line."""
    for fact in facts(target):
        if file.blank_count:
            lines = "1 blank line" if file.blank_count == 1 else f"{file.blank_count:,} blank lines"
            found = problem(
                fact,
                f"{lines}; {target.title} reads every line as JSON",
                "remove them, or use --fix",
            )
            yield replace(found, line=file.blank_lines[0] if file.blank_lines else None)
