"""mist-ci trace: what runs and trainings took, out of the spans that they left."""

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.cli.trace_record import record


@click.group(context_settings=SETTINGS)
def trace() -> None:
    """Show, compare, record and export what runs and trainings took.

    Spans lie in the results of each run (trace.jsonl), and trainings in ledger.jsonl beside them. See docs/trace.md.
    """


trace.add_command(record)
