"""The file is larger than the target takes.

What it finds: a file with more bytes than the target takes, and, as a warning, more than it takes in one plain upload.

Why it matters: the upload is refused, at Azure in silence: the job fails later. Together's own sources say 50, 50.1 and
100 GB.

What to do: split the file, or upload it in parts where the target has a way.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.file_facts import EXAMPLE, FileFacts
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when

BAD = replace(EXAMPLE, file_bytes=2_500_000_000)
GOOD = replace(EXAMPLE, file_bytes=400_000_000)
META = RuleMeta(
    code="SF011",
    name="file-too-big",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="openai",
    bad=BAD.shown(),
    good=GOOD.shown(),
)


def facts(target: Target, /) -> tuple[Fact[Any], ...]:
    """Bytes of a file, and of one upload."""
    return (*when(target.limits.file_bytes), *when(target.limits.request_bytes))


def check(file: FileFacts, target: Target, /) -> Iterator[Problem]:
    """At most one problem per file."""
    size = file.file_bytes
    for fact in when(target.limits.file_bytes):
        if size > fact.value:
            yield problem(
                fact,
                f"{size:,} bytes; {target.title} takes {fact.value:,}",
                "split the file",
                permits=lambda limit: limit >= size,
            )
            return
    for fact in when(target.limits.request_bytes):
        if size > fact.value:
            found = problem(
                fact,
                f"{size:,} bytes; {target.title} takes {fact.value:,} in one plain upload",
                "upload it in parts, or split the file",
            )
            yield replace(found, severity=Severity.WARNING)
