"""A file, or the whole data set, has no rows.

What it finds: a file of 0 bytes or of blank lines only, and a data set whose pattern matches no file.

Why it matters: every trainer and every provider refuses it, after the upload.

What to do: commit the rows, or remove the file from the data set. If the file is produced by a script,
look at what the script wrote.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.rule import FileHead, Problem, RuleMeta

META = RuleMeta(
    code="SF001",
    name="empty-file",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=b"\n",
    good=GOOD,
)
NO_ROWS = Problem("the file has no rows: nothing to train on", "add rows, or take it out of the data set")
NO_FILES = Problem("no file belongs to this data set: nothing to train on", "check its path in mist.yml")


def check(file: FileHead, /) -> Iterator[Problem]:
    """Blank lines are not rows."""
    if file.is_whole and (not file.content or file.content.isspace()):
        yield NO_ROWS
