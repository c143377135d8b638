"""mist-ci trace: what runs and trainings took, out of the spans that they left."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.cli.trace_export import export
from mist_ci.cli.trace_filters import Filters, filtered
from mist_ci.cli.trace_places import FROM, SHAPE, chosen, ledger_of
from mist_ci.cli.trace_query import query
from mist_ci.cli.trace_record import record
from mist_ci.errors import ExitCode
from mist_ci.models.ledger_parts import By

if TYPE_CHECKING:
    from mist_ci.models.ledger import LedgerRun
    from mist_ci.report.sheet import Sheet


@click.group(context_settings=SETTINGS)
def trace() -> None:
    """Show, compare, record and export what runs and trainings took.

    Spans lie in the results of each run (trace.jsonl), and trainings in ledger.jsonl beside them. See docs/trace.md.
    """


@trace.command("list", context_settings=SETTINGS)
@FROM
@filtered
@click.option("--kind", type=click.Choice(["evaluation", "training"]), help="Only these.")
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the newest N.")
@SHAPE
def list_runs(
    places: tuple[Path, ...], filters: Filters, kind: str | None, last: int | None, shape: str
) -> int:
    """Show every run and training, oldest first: tokens, cost, and what stored answers saved.

    \b
    mist-ci trace list
    mist-ci trace list --branch main --kind training --format csv
    mist-ci trace list --gate release --since 2026-11-01
    """
    from mist_ci.report import trace as tables

    runs = [
        run
        for run in ledger_of(places).runs
        if filters.has(run) and (kind is None or run.is_training == (kind == "training"))
    ]
    sheet = tables.all_runs(runs[-last:] if last else runs)
    _show([sheet], sheet, shape, {"runs": sheet.records})
    return ExitCode.PASSED


@trace.command("report", context_settings=SETTINGS)
@click.argument("run", required=False)
@click.option(
    "--by",
    type=click.Choice([one.value for one in By]),
    help="All runs and trainings, or those that fit, in parts.",
)
@FROM
@filtered
@SHAPE
def report(run: str | None, by: str | None, places: tuple[Path, ...], filters: Filters, shape: str) -> int:
    """Show what RUN took, the newest by itself: tokens, cost, latency, by suite, side and model.

    RUN is a run's id, or the beginning of one. Stored answers are counted as saved, not as spent. --by shows the whole
    ledger in parts, trainings with them.

    \b
    mist-ci trace report
    mist-ci trace report 20261126T1211 --format markdown
    mist-ci trace report --by iteration
    mist-ci trace report --by month --branch main --since 2026-09-01 --format csv
    """
    from mist_ci.report import trace as tables

    known = ledger_of(places)
    known.runs = [one for one in known.runs if filters.has(one)]
    if by is not None:
        return _report_by([chosen(known, run)] if run else known.runs, By(by), shape)
    found = chosen(known, run)
    sheets = list(tables.parts_of_run(found))
    document = {
        "run": found.run_id,
        "trace_id": found.trace_id,
        "about": found.about,
        "spans": found.spans,
        "flaws": found.flaws,
        "ended": found.has_ended,
        "parts": {
            sheet.title.split(" ")[-1] if index else "run": sheet.records
            for index, sheet in enumerate(sheets)
        },
    }
    flat = sheets[0] if found.is_training else tables.rows_of_run(found)
    _show(sheets, flat, shape, document)
    _remark(tables.remarks(found), shape)
    return ExitCode.PASSED


def _report_by(runs: "Sequence[LedgerRun]", by: By, shape: str) -> int:
    from mist_ci import tokentrace
    from mist_ci.report import trace as tables

    found = tokentrace.shares(runs, by)
    exact = tables.parts_of_ledger(found, by, for_people=False)
    shown = tables.parts_of_ledger(found, by, for_people=True)
    _show([shown], exact, shape, {"by": by.value, "parts": exact.records})
    return ExitCode.PASSED


@trace.command("diff", context_settings=SETTINGS)
@click.argument("first")
@click.argument("second")
@FROM
@SHAPE
def diff(first: str, second: str, places: tuple[Path, ...], shape: str) -> int:
    """Show what SECOND took more or less than FIRST, in all and by suite, side and model.

    \b
    mist-ci trace diff 20261126T1211 20261126T1212
    """
    from mist_ci.report import trace as tables

    known = ledger_of(places)
    mine, yours = chosen(known, first), chosen(known, second)
    sheet = tables.difference(mine, yours)
    document = {"first": mine.run_id, "second": yours.run_id, "changes": sheet.records}
    _show([sheet], sheet, shape, document)
    for run in (mine, yours):
        _remark([f"{run.run_id}: {told}" for told in tables.remarks(run)], shape)
    return ExitCode.PASSED


trace.add_command(record)
trace.add_command(export)
trace.add_command(query)


def _show(sheets: "Sequence[Sheet]", flat: "Sheet", shape: str, document: dict[str, Any]) -> None:
    from mist_ci.cli.output import say, show_json
    from mist_ci.report.sheet import markdown_table, text_table
    from mist_ci.report.spreadsheet import separated

    match shape:
        case "json":
            show_json(document)
        case "csv":
            click.echo(separated(flat.columns, flat.rows), nl=False)
        case "markdown":
            _each(sheets, markdown_table, say)
        case _:
            _each(sheets, text_table, say)


def _remark(told: Sequence[str], shape: str) -> None:
    """What sums do not tell, for people; the JSON has it in `about`."""
    from mist_ci.cli.output import say
    from mist_ci.report.text import code_span

    if told and shape == "text":
        say("\n" + "\n".join(told))
    elif told and shape == "markdown":
        say("\n" + "\n".join(f"* {code_span(line, 600)}" for line in told))


def _each(sheets: "Sequence[Sheet]", shown: "Callable[[Sheet], str]", say: Callable[[str], None]) -> None:
    if told := [shown(sheet) for sheet in sheets if sheet.rows]:
        say("\n\n".join(told))
