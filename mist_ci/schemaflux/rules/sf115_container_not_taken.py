"""The target does not take files of this kind.

What it finds: a JSON array, a CSV or a Parquet file, or a compressed one, where the target does not read it.

Why it matters: providers take JSONL, line by line; the file is rejected.

What to do: write the rows as JSONL; `--fix` does it for a JSON array.
"""

from collections.abc import Iterator
from dataclasses import replace

from mist_ci.models.data_format import Compression, Container
from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.file_facts import EXAMPLE, FileFacts
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import listed

BAD = replace(EXAMPLE, path="train.json", container=Container.JSON_ARRAY)
GOOD = EXAMPLE
META = RuleMeta(
    code="SF115",
    name="container-not-taken",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="vertex",
    bad=BAD.shown(),
    good=GOOD.shown(),
)
_NAMES = {
    Container.JSONL: "JSONL",
    Container.JSON_ARRAY: "a JSON array",
    Container.CSV: "CSV",
    Container.PARQUET: "Parquet",
}


def facts(_target: Target, /) -> tuple[Fact[str], ...]:
    """None: every target states its containers."""
    return ()


def check(file: FileFacts, target: Target, /) -> Iterator[Problem]:
    """At most one problem per file."""
    if file.container not in target.containers:
        taken = listed(_NAMES[one] for one in target.containers)
        yield Problem(
            f"the file is {_NAMES[file.container]}; {target.title} takes {taken}", "write the rows as JSONL"
        )
    elif file.compression not in target.compressions:
        yield Problem(
            f"the file is compressed ({file.compression}); {target.title} takes "
            + _compressions(target.compressions),
            "unpack it",
        )


def _compressions(taken: tuple[Compression, ...]) -> str:
    return listed("plain files" if one is Compression.NONE else one.value for one in taken)
