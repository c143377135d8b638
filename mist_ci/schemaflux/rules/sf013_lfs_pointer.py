"""The file is a Git LFS pointer, not the data.

What it finds: the three-line text that Git LFS commits in place of a large file.

Why it matters: nobody has looked at the data. A trainer that reads the same checkout gets the pointer
too.

What to do: for a gate, set `lfs: true` for the data set in the policy, and the objects are fetched and
verified. For `mist-ci validate`, fetch them first: `git lfs pull`.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.rule import FileHead, Problem, RuleMeta

_START = b"version https://git-lfs.github.com/spec/"

META = RuleMeta(
    code="SF013",
    name="lfs-pointer",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=_START + b"v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n",
    good=GOOD,
)


def check(file: FileHead, /) -> Iterator[Problem]:
    """A pointer starts with the address of its specification."""
    if file.content.startswith(_START):
        yield Problem(
            "this is a Git LFS pointer: the data itself was not validated",
            "fetch it first: git lfs pull, or lfs: true in the checkout step",
        )
