from .annotations import annotations, annotations_of_data
from .comment import comment, summary
from .comparison import comparison
from .iteration import iterations
from .junit import junit, junit_of_data
from .redact import redact
from .sarif import sarif, sarif_of_data
from .status import headline, status
from .text import plain, table_text, workflow_safe

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
    "redact",
    "sarif",
    "sarif_of_data",
    "status",
    "summary",
    "table_text",
    "workflow_safe",
]
