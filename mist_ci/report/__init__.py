"""One frozen Report becomes text. Whatever comes from data, models or pull requests comes out inert."""

from mist_ci.report.annotations import annotations, annotations_of_data
from mist_ci.report.comment import comment, summary
from mist_ci.report.comparison import comparison
from mist_ci.report.iteration import iterations
from mist_ci.report.junit import junit, junit_of_data
from mist_ci.report.redact import redact
from mist_ci.report.sarif import sarif, sarif_of_data
from mist_ci.report.status import headline, status
from mist_ci.report.text import plain, workflow_safe
from mist_ci.report.text import table_text as prose

__all__ = [
    "annotations",
    "annotations_of_data",
    "comment",
    "comparison",
    "headline",
    "iterations",
    "junit",
    "junit_of_data",
    "plain",
    "prose",
    "redact",
    "sarif",
    "sarif_of_data",
    "status",
    "summary",
    "workflow_safe",
]
