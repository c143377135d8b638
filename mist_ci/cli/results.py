"""Results of other runners, as commands take them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.errors import Code, UsageError

if TYPE_CHECKING:
    from mist_ci.models.record import ReadResults, Record, Results

TOOL = click.option("--tool", metavar="NAME", help="Which tool wrote the results; found out when not given.")
GRADER = click.option("--grader", metavar="NAME", help="The score that decides, where a tool wrote several.")
SUITE = click.option("--suite", metavar="NAME", help="Name the suite of the results, whatever the files say.")
RESULTS_OF_OTHERS = click.option(
    "--results", "handed", multiple=True, metavar="SIDE=PATH",
    help="What another evaluator measured: base=FILE, head=FILE, and anchor=FILE where the gate has one.",
)  # fmt: skip


def read_side(
    paths: Iterable[Path], side: str, tool: str | None, grader: str | None, suite: str | None
) -> "tuple[Record, ...]":
    """The records of one side. Raises ConfigError MC101 or MC113."""
    from mist_ci.cli import wiring
    from mist_ci.matchspec import importers

    files = wiring.result_files().read([str(path) for path in paths])
    return importers.import_results(files, importers.Wish(grader=grader, suite=suite, side=side), tool)


def reading(
    handed: Iterable[str], tool: str | None, grader: str | None, suite: str | None
) -> "ReadResults | None":
    """What --results names, read now; None when it is not given. Raises UsageError MC201, and what reading raises."""
    sides: dict[str, list[Path]] = {"base": [], "head": [], "anchor": []}
    for one in handed:
        side, _, path = one.partition("=")
        if side not in sides or not path:
            hint = "write --results base=FILE --results head=FILE"
            raise UsageError(Code.USAGE, f"--results {one} does not say which side it is", hint=hint)
        sides[side].append(Path(path))
    if not any(sides.values()):
        if tool is not None or grader is not None:
            message = f"{'--grader' if tool is None else '--tool'} is about results, and there are none"
            raise UsageError(Code.USAGE, message, hint="add --results base=FILE --results head=FILE")
        return None
    if not sides["head"]:
        hint = "add --results head=FILE"
        raise UsageError(Code.USAGE, "there are no results of head", hint=hint)
    results = read_sides(sides, tool, grader, suite)
    return lambda: results


def read_sides(
    sides: Mapping[str, Sequence[Path]],
    tool: str | None = None,
    grader: str | None = None,
    suite: str | None = None,
) -> "Results":
    """`base`, `head` and `anchor`; without any path a side has no results. Raises ConfigError MC101 or MC113."""
    from mist_ci.models.record import Results

    read = {side: read_side(paths, side, tool, grader, suite) for side, paths in sides.items() if paths}
    return Results(read.get("base", ()), read.get("head", ()), read.get("anchor", ()))
