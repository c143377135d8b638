"""What a ledger says, as text, Markdown, CSV and JSON."""

from mist_ci.report.trace.training import training_lines

__all__ = ["training_lines"]
