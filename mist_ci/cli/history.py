"""mist-ci history"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import ENVIRONMENT_TOO, HISTORY, REPOSITORY
from mist_ci.errors import Code, ExitCode, UsageError

if TYPE_CHECKING:
    from mist_ci.models.iteration import Iteration, IterationLog

SHOWN_NAMES = 8


@click.command(context_settings=ENVIRONMENT_TOO)
@click.option("--model", metavar="NAME", help="Only this model, by its name in the policy.")
@click.option(
    "--suite", "suites", multiple=True, metavar="NAME",
    help="Only this suite; one alone is shown in detail. May be given again.",
)  # fmt: skip
@click.option("--gate", metavar="NAME", help="Only what this gate decided.")
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the newest N of each model.")
@click.option(
    "--format", "shape", type=click.Choice(["table", "csv", "json", "plot", "svg"]), default="table",
    show_default=True, help="A table, every number for a spreadsheet or a program, lines on the terminal, or an SVG.",
)  # fmt: skip
@HISTORY
@click.option(
    "--results-dir", "results", type=click.Path(path_type=Path), default="mist-results", show_default=True,
    help="Without --history: the results of `mist-ci gate`, which remember what it found.",
)  # fmt: skip
@REPOSITORY
def history(
    model: str | None,
    suites: tuple[str, ...],
    gate: str | None,
    last: int | None,
    shape: str,
    history: str | None,
    results: Path,
    repository: Path,
) -> int:
    """Show a model's scores, tokens and cost across iterations, data versions and releases.

    An iteration is one run of the gate that evaluated the model. Runs of `mist-ci gate` are remembered below their
    results; with `--history git` jobs on push share the ref refs/mist/results. It is information: no verdict is made
    from it.

    \b
    mist-ci history
    mist-ci history --model assistant --suite arithmetic --format plot
    mist-ci history --history git --format csv > history.csv
    mist-ci history --last 20 --format svg > history.svg
    """
    from mist_ci.cli import wiring

    place = history or str(results / "history")
    log = wiring.iterations(place, repository, os.environ).read()
    _tell(log.notices)
    if not log.iterations:
        _tell(
            [
                f"nothing is remembered in {place} yet: `mist-ci gate` adds to it, or name another with --history"
            ]
        )
    chosen = _chosen(log, model, gate, suites) if log.iterations else ()
    _show(chosen, wiring.releases(repository), suites, last, shape)
    return ExitCode.PASSED


def _chosen(
    log: "IterationLog", model: str | None, gate: str | None, suites: Sequence[str]
) -> "tuple[Iteration, ...]":
    """What was asked for. Raises UsageError for a name that nothing has: a misspelt one must not look like nothing."""
    known = log.iterations
    _refuse_unknown("model", [model] if model else [], {one.model for one in known})
    _refuse_unknown("gate", [gate] if gate else [], {name for one in known for name in _gates(one)})
    chosen = tuple(
        one
        for one in known
        if (model is None or one.model == model) and (gate is None or gate in _gates(one))
    )
    _refuse_unknown("suite", suites, {suite.name for one in chosen for suite in one.suites})
    return chosen


def _gates(one: "Iteration") -> tuple[str, str]:
    """The gate as the policy calls it, and as a status does."""
    from mist_ci.models.report import gate_label

    return one.gate, gate_label(one.gate, one.config)


def _refuse_unknown(kind: str, wanted: Sequence[str], known: set[str]) -> None:
    from mist_ci.report import plain

    for name in wanted:
        if name not in known:
            listed = ", ".join(plain(one, 64) for one in sorted(known)[:SHOWN_NAMES])
            more = f" and {len(known) - SHOWN_NAMES} more" if len(known) > SHOWN_NAMES else ""
            hint = f"there is: {listed}{more}" if known else "no iteration is left by the other options"
            raise UsageError(Code.UNKNOWN_NAME, f"no {kind} is called {name!a}", hint=hint)


def _show(
    chosen: "Sequence[Iteration]",
    releases: Mapping[str, tuple[str, ...]],
    suites: Sequence[str],
    last: int | None,
    shape: str,
) -> None:
    import shutil

    from mist_ci.cli.output import say, show_json
    from mist_ci.report.history import comma_separated, newest, picture, plot, table

    match shape:
        case "csv":  # each cell is safe, and lines end as RFC 4180 wants them to
            click.echo(comma_separated(newest(chosen, last), releases, suites), nl=False)
        case "json":
            show_json(_plain(newest(chosen, last), releases, suites))
        case "svg":
            click.echo(picture(newest(chosen, last), releases, suites), nl=False)
        case _ if not chosen:
            pass
        case "plot":
            say(plot(newest(chosen, last), releases, suites, shutil.get_terminal_size().columns))
        case _:
            say(table(chosen, releases, suites, last))


def _plain(
    chosen: "Sequence[Iteration]", releases: Mapping[str, tuple[str, ...]], suites: Sequence[str]
) -> dict[str, object]:
    """What is remembered, as it is remembered."""
    rows = []
    for one in chosen:
        row = one.model_dump(mode="json")
        row["suites"] = [suite for suite in row["suites"] if not suites or suite["name"] in suites]
        rows.append({**row, "releases": releases.get(one.head, ())})
    return {"iterations": rows}


def _tell(sentences: Sequence[str]) -> None:
    from mist_ci.report import workflow_safe

    for sentence in sentences:
        click.echo(workflow_safe(f"note: {sentence}"), err=True)
