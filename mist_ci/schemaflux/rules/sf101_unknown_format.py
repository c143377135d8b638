"""The rows of a file are of no known format, or not of the one that is declared.

What it finds: a file none of whose first 200 rows has the keys of a training format, and a file whose format
is declared although none of these rows has its shape. The rows of such a file are not looked at one by one.

Why it matters: a trainer finds nothing to train on in rows whose keys it does not know.

What to do: rename the keys as the hint says, or correct the `format` of the data set. The page formats.md
lists all formats with an example of each.
"""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.formats import of
from mist_ci.schemaflux.formats.detection import closest, evidence, meant, most_like, sample
from mist_ci.schemaflux.message import Object
from mist_ci.schemaflux.rule import FileHead, Problem, RuleMeta, quote

META = RuleMeta(
    code="SF101",
    name="unknown-format",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows({"mesages": [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "4"}]}),
    good=GOOD,
)


def check(file: FileHead, /) -> Iterator[Problem]:
    """One problem per file. A file without any row that can be read is the business of other rules."""
    found = sample(file.content)
    if not found:
        return
    looks = most_like(found)
    if looks is None:
        yield _unknown(found[0])
    elif file.declared is not None and not any(of(file.declared).is_complete(row) for row in found):
        yield from _contradiction(file.declared, looks, found)


def _unknown(row: Object) -> Problem:
    shown = ", ".join(quote(key) for key in list(row)[:4]) or "no keys"
    near = closest(row)
    if near is None:
        names = ", ".join(DataFormat)  # as people look for them; FORMATS are in the order of detection
        return Problem(f"the rows are of no known format: they have {shown}", f"write them as one of {names}")
    one, missing = near
    lacks = " and ".join(quote(key) for key in missing)
    renames = [(old, key) for key in missing if (old := meant(one, key, row))]
    hint = " and ".join(f"{quote(old)} to {quote(key)}" for old, key in renames)
    return Problem(
        f"the rows are of no known format: they have {shown}; the closest is {one.name}, which needs {lacks}",
        f"rename {hint}" if renames else f"add {lacks}, or write the rows in another format",
        field=missing[0],
        line=1,
    )


def _contradiction(declared: DataFormat, looks: DataFormat, found: list[Object]) -> Iterator[Problem]:
    if looks is not declared:
        yield Problem(
            f"declared as {declared}, but it looks like {looks}: {evidence(looks, found)}",
            f"declare it as {looks}, or write the rows as {of(declared).evidence}",
        )
