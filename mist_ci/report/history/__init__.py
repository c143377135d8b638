"""What is remembered about models, as text: for people, for spreadsheets, and as a picture."""

from mist_ci.report.history.lines import plot
from mist_ci.report.history.picture import picture
from mist_ci.report.history.separated import comma_separated
from mist_ci.report.history.table import newest, table

__all__ = ["comma_separated", "newest", "picture", "plot", "table"]
