"""What a ledger says, as text, Markdown, CSV and JSON."""

from mist_ci.report.trace.answer import Answer
from mist_ci.report.trace.runs import all_runs, difference, parts_of_run, remarks, rows_of_run
from mist_ci.report.trace.shares import parts_of_ledger
from mist_ci.report.trace.training import training_lines

__all__ = [
    "Answer",
    "all_runs",
    "difference",
    "parts_of_ledger",
    "parts_of_run",
    "remarks",
    "rows_of_run",
    "training_lines",
]
