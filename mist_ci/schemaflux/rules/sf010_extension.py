"""The name of the file does not end as the target wants.

What it finds: a file whose extension is not among those that the target takes. Capital letters count.

Why it matters: Together, Fireworks and Amazon look at the name first and refuse the upload.

What to do: rename the file.
"""

from collections.abc import Iterator
from dataclasses import replace

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.file_facts import EXAMPLE, FileFacts
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.stated import listed, problem, when

BAD = replace(EXAMPLE, path="train.JSONL")
GOOD = EXAMPLE
META = RuleMeta(
    code="SF010",
    name="extension",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="together",
    bad=BAD.shown(),
    good=GOOD.shown(),
)


def facts(target: Target, /) -> tuple[Fact[tuple[str, ...]], ...]:
    """The extensions."""
    return when(target.extensions)


def check(file: FileFacts, target: Target, /) -> Iterator[Problem]:
    """At most one problem per file. What is packed or held in another way than the target takes is SF115's."""
    if file.container not in target.containers or file.compression not in target.compressions:
        return
    name = file.path.replace("\\", "/").rpartition("/")[2]
    for fact in facts(target):
        if not name.endswith(fact.value):
            stem = name.split(".")[0] or "train"
            yield problem(
                fact,
                f"the file is named {quote(name)}; {target.title} takes {listed(fact.value)}",
                f"rename it to {stem}{fact.value[0]}",
                permits=name.endswith,
            )
