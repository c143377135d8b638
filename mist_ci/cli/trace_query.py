"""mist-ci trace query"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.cli.trace_places import FROM, SHAPE, files_of, ledger_of, note
from mist_ci.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(context_settings=SETTINGS)
@click.argument("sql")
@FROM
@SHAPE
def query(sql: str, places: tuple[Path, ...], shape: str) -> int:
    """Ask the ledger with SQL, of one SELECT: tables are spans, calls, runs, trainings and alerts.

    Needs the extra `query` (DuckDB). Money is DECIMAL, and exact. The SQL reaches no file and no network. See
    docs/trace.md for the columns, or ask DESCRIBE spans.

    \b
    mist-ci trace query "SELECT model, count(*) AS calls, sum(cost_usd) AS cost_usd FROM calls GROUP BY model"
    mist-ci trace query "SELECT month, sum(cost_usd) FROM runs GROUP BY month ORDER BY month" --format csv
    """
    from mist_ci import tokentrace
    from mist_ci.cli import wiring_trace
    from mist_ci.cli.output import say, show_json
    from mist_ci.report import trace as tables

    told: list[str] = []

    def rows() -> "Iterator[tuple[str, bytes]]":
        """Only read once it is sure that the SQL is a question."""
        reader = tokentrace.Rows(ledger_of(places))
        yield from reader.read(files_of(places).lines())
        told.extend(reader.notices)

    table = tables.Answer(*wiring_trace.answer(sql, tokentrace.TABLES, rows()))
    for notice in told:
        note(notice)
    match shape:
        case "json":
            show_json({"columns": list(table.columns), "rows": table.records})
        case "csv":
            click.echo(table.csv, nl=False)
        case "markdown":
            say(table.markdown)
        case _:
            say(table.text)
    return ExitCode.PASSED
