"""Where spans are looked for, which run is meant, and in what shape: the same for every command about traces."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.errors import Code, UsageError
from mist_ci.ports.ledger import Ledger as LedgerPort

if TYPE_CHECKING:
    from mist_ci.models.ledger import Ledger, LedgerRun

_SHOWN_NAMES = 8
DEFAULT = Path("mist-results")
FROM = click.option(
    "--from", "places", multiple=True, metavar="PATH", type=click.Path(path_type=Path),
    help="Results of the gate, of one run, or a file of spans; may be repeated.  [default: mist-results]",
)  # fmt: skip
SHAPE = click.option(
    "--format", "shape", type=click.Choice(["text", "json", "csv", "markdown"]), default="text",
    show_default=True, help="What stdout carries.",
)  # fmt: skip


def files_of(places: Sequence[Path]) -> LedgerPort:
    """The files of those places. Raises ConfigError MC101."""
    from mist_ci.cli import wiring_trace

    return wiring_trace.ledger(_named(places))


def ledger_of(places: Sequence[Path]) -> "Ledger":
    """All spans of those places, with what could not be used on stderr. Raises ConfigError MC101."""
    from mist_ci.cli import wiring_trace

    torn, known = wiring_trace.read_ledger(_named(places))
    notices = [*torn, *known.notices]
    if not known.runs and places:
        notices.append(f"there is no span in {', '.join(map(str, places))}")
    elif not known.runs:
        notices.append(
            f"there is no span in {DEFAULT} yet: `mist-ci gate` and `mist-ci trace record` write them"
        )
    for notice in notices:
        note(notice)
    return known


def _named(places: Sequence[Path]) -> Sequence[Path]:
    return places or ([DEFAULT] if DEFAULT.exists() else [])


def chosen(known: "Ledger", wanted: str | None) -> "LedgerRun":
    """The run of that id, or of that beginning; the newest for None. Raises UsageError MC106."""
    if wanted is None and known.runs:
        return known.runs[-1]
    whole = [run for run in known.runs if wanted in (run.run_id, run.trace_id)]
    found = whole or [run for run in known.runs if wanted and run.run_id.startswith(wanted)]
    if len(found) != 1:
        names = [run.run_id or run.trace_id for run in (found or known.runs)][-_SHOWN_NAMES:]
        hint = (
            f"there is: {', '.join(names)}"
            if names
            else "run `mist-ci gate`, or name another place with --from"
        )
        what = "no run is" if not found else f"{len(found)} runs are"
        told = "there is no run to show" if wanted is None else f"{what} called {wanted!a}"
        raise UsageError(Code.UNKNOWN_NAME, told, hint=hint)
    return found[0]


def note(sentence: str) -> None:
    """A line on stderr."""
    from mist_ci.report import workflow_safe

    click.echo(workflow_safe(f"note: {sentence}"), err=True)
